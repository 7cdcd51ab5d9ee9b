package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// dialTime is how long a connection to one address of a registrar and its handshake may
// take, so that a silent one leaves time for the next.
const dialTime = 5 * time.Second

// errTLS is wrapped by the error of a handshake that failed.
var errTLS = errors.New("sip: no TLS session")

// wayTo is how connections to the registrar are made. Over TLS its certificate must be
// for the name that is configured, and not for one that a DNS record has led to (RFC 5922
// section 4).
func (a *Account) wayTo() way {
	if a.Transport != "tls" {
		return way{transport: strings.ToUpper(a.Transport), ours: true}
	}
	return way{transport: "TLS", ours: true, tls: &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: a.Registrar, RootCAs: a.Authorities,
	}}
}

// dial connects to a registrar. Only names and addresses of the configuration come
// here, never those of a peer.
func (s *Server) dial(ctx context.Context, target netip.AddrPort, w way) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	conn, err := s.dialer(ctx, "tcp", target.String())
	if err != nil {
		return nil, fmt.Errorf("no connection to %v: %w", target, err)
	}
	st := s.admit(conn, w)
	if st == nil {
		_ = conn.Close()
		return nil, fmt.Errorf("no connection to %v: there are too many connections", target)
	}
	if err := st.greet(ctx); err != nil {
		_ = st.Close() // it may be closed already
		return nil, fmt.Errorf("%w with %v: %w", errTLS, target, err)
	}
	st.calls.Add(1) // it is kept when it is idle
	s.readArrivals()
	s.loops.Go(st.arrive)
	local := addrPort(conn.LocalAddr())
	contact, ok := s.listening(local.Addr(), w.transport)
	if !ok {
		contact = local // calls come by this connection or not at all
	}
	return &link{
		local: local, contact: contact, target: target, transport: w.transport, gone: st.gone,
		write: func(p []byte) error {
			_, err := st.Write(p)
			return err
		},
		ping: st.ping,
		leave: func() {
			st.calls.Add(-1)
			_ = st.shut() // it may be closed already
		},
	}, nil
}

// greet does the handshake of a connection that we made, before anything is sent.
func (st *stream) greet(ctx context.Context) error {
	st.opened = true
	defer context.AfterFunc(ctx, st.cut)()
	err := st.begin()
	switch {
	case err == nil:
		return ctx.Err()
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}
