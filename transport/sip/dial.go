package sip

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// dialled is a listener for the connections that we make ourselves: the library reads
// them like those that it accepts, so that a registrar's calls may come by them.
type dialled struct {
	made  chan net.Conn
	done  chan struct{}
	close func()
}

func newDialled() *dialled {
	o := &dialled{made: make(chan net.Conn), done: make(chan struct{})}
	o.close = sync.OnceFunc(func() { close(o.done) })
	return o
}

// Accept waits for the next connection.
func (o *dialled) Accept() (net.Conn, error) {
	select {
	case conn := <-o.made:
		return conn, nil
	case <-o.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (o *dialled) Close() error {
	o.close()
	return nil
}

// Addr names no address, as nobody connects; the library wants a port in it.
func (o *dialled) Addr() net.Addr { return peer("dialled:0") }

// dial connects to a registrar. Only names and addresses of the configuration come
// here, never those of a peer.
func (s *Server) dial(ctx context.Context, target netip.AddrPort) (*link, error) {
	conn, err := s.dialer(ctx, "tcp", target.String())
	if err != nil {
		return nil, fmt.Errorf("no connection to %v: %w", target, err)
	}
	st := s.admit(conn, way{"TCP", nil})
	if st == nil {
		_ = conn.Close()
		return nil, fmt.Errorf("no connection to %v: there are too many connections", target)
	}
	st.calls.Add(1) // it is kept when it is idle
	s.readDialled()
	select {
	case s.dialled.made <- st:
	case <-s.dialled.done:
		_ = st.Close()
		return nil, ErrClosed
	case <-ctx.Done():
		_ = st.Close()
		return nil, ctx.Err()
	}
	local := addrPort(conn.LocalAddr())
	contact, ok := s.listening(local.Addr())
	if !ok {
		contact = local // calls come by this connection or not at all
	}
	return &link{
		local: local, contact: contact, target: target, transport: "TCP", gone: st.gone,
		write: func(p []byte) error {
			_, err := st.Write(p)
			return err
		},
		leave: func() {
			st.calls.Add(-1)
			_ = st.shut() // it may be closed already
		},
	}, nil
}

// readDialled has the library read the connections that are made.
func (s *Server) readDialled() {
	s.readingDialled.Do(func() {
		s.loops.Go(func() { _ = s.transport.ServeTCP(s.dialled) }) // it ends when the server is closed
	})
}
