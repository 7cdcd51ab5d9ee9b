package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

// RFC 5626 section 4.4.2 has a client that keeps a UDP flow alive do so after 24 to 29
// s: bindings of NATs live for 30 s and more. TCP flows get the same.
const (
	minKeepAlive = 24 * time.Second
	maxKeepAlive = 29 * time.Second
)

// reach finds a way to the registrar, unless there is one. Its name is looked up again
// after each failure.
func (r *registration) reach(ctx context.Context) error {
	if r.by != nil {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	targets, err := r.account.targets(limited, r.server.resolver)
	if len(targets) == 0 {
		reason := fmt.Sprintf("the name %s has no address", r.account.Registrar)
		if err != nil {
			reason += ": " + err.Error()
		}
		return &failure{diagnosis: RegUnreachable, reason: reason}
	}
	r.know(targets)
	for i := range targets {
		target := targets[(r.choice+i)%len(targets)]
		if r.by, err = r.server.linkTo(limited, &r.account, target); err == nil {
			r.choice, r.since = (r.choice+i)%len(targets), time.Now()
			return nil
		}
	}
	if errors.Is(err, errTLS) {
		return &failure{diagnosis: RegTLS, reason: err.Error()}
	}
	return &failure{diagnosis: RegUnreachable, reason: err.Error()}
}

// know notes the addresses of the registrar.
func (r *registration) know(targets []netip.AddrPort) {
	var hosts []netip.Addr
	for _, target := range targets {
		hosts = append(hosts, target.Addr())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.targets, r.hosts = targets, hosts
}

// abandon gives the way to the registrar up.
func (r *registration) abandon() {
	if r.by != nil && r.by.leave != nil {
		r.by.leave()
	}
	r.by = nil
}

// idle waits, and keeps the way open. It ends early when its connection is closed, but
// not at once: many clients may have lost theirs.
func (r *registration) idle(ctx context.Context, pause time.Duration) {
	end := time.NewTimer(pause)
	defer end.Stop()
	alive := time.NewTimer(r.keepAlive())
	defer alive.Stop()
	for {
		var gone <-chan struct{}
		if r.by != nil {
			gone = r.by.gone
		}
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-gone:
			again := r.between(5*time.Second, 0.2, 1)
			if time.Since(r.since) < baseRetry {
				again = r.between(backoff(1), 0.5, 1) // a registrar that closes at once
			}
			r.abandon()
			end.Reset(min(pause, again))
		case <-alive.C:
			if r.by != nil {
				r.by.ping()
			}
			alive.Reset(r.keepAlive())
		}
	}
}

func (r *registration) keepAlive() time.Duration {
	return minKeepAlive + r.between(maxKeepAlive-minKeepAlive, 0, 1)
}

// linkTo finds the way to a registrar: from the UDP socket that calls come to, so that
// a NAT lets them pass, or by a connection of its own, which calls may come by too.
func (s *Server) linkTo(ctx context.Context, a *Account, target netip.AddrPort) (*link, error) {
	if a.Transport != "udp" {
		return s.dial(ctx, target, a.wayTo())
	}
	conn, err := s.socketFor(ctx, target)
	if err != nil {
		return nil, err
	}
	local, to := addrPort(conn.LocalAddr()), net.UDPAddrFromAddrPort(target)
	return &link{
		local: local, contact: local, target: target, transport: "UDP",
		ping: func() { _, _ = conn.WriteTo(ping, to) }, // it is lost like any datagram
		write: func(p []byte) error {
			_, err := conn.WriteTo(p, to)
			return err
		},
	}, nil
}

// socketFor is a UDP socket that reaches the target. It waits for the first one.
func (s *Server) socketFor(ctx context.Context, target netip.AddrPort) (net.PacketConn, error) {
	patience := time.NewTimer(socketTime)
	defer patience.Stop()
	for settling := false; ; {
		s.mu.Lock()
		changed := s.changed
		var open []net.PacketConn
		for conn := range s.sockets {
			if packets, ok := conn.(net.PacketConn); ok {
				open = append(open, packets)
			}
		}
		s.mu.Unlock()
		for _, conn := range open {
			if found, ok := towards(conn, target); ok {
				return found, nil
			}
		}
		if len(open) > 0 && !settling {
			settling = true
			patience.Reset(settleTime)
		}
		select {
		case <-changed:
		case <-patience.C:
			return nil, fmt.Errorf("there is no UDP socket that reaches %v", target)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// towards is the socket that sends to the target from its own address: the socket
// itself, or that of the local address which the host sends from.
func towards(conn net.PacketConn, target netip.AddrPort) (net.PacketConn, bool) {
	wild, ok := conn.(*wildcard)
	if !ok {
		return conn, addrPort(conn.LocalAddr()).Addr().Is4() == target.Addr().Is4()
	}
	if wild.v4 && !target.Addr().Is4() {
		return nil, false
	}
	source, err := sourceFor(target)
	if err != nil {
		return nil, false
	}
	return wild.local(source), true
}

// sourceFor is the local address that the host sends to the target from. Connecting a
// UDP socket sends nothing.
func sourceFor(target netip.AddrPort) (netip.Addr, error) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(target))
	if err != nil {
		return netip.Addr{}, err
	}
	defer conn.Close()
	return addrPort(conn.LocalAddr()).Addr(), nil
}

// listening is the address of a listener for connections of a transport, to be named in a
// Contact: of that address or of all, the first one when there are several. It is false
// when they are not taken.
func (s *Server) listening(local netip.Addr, transport string) (netip.AddrPort, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ports []uint16
	for conn := range s.sockets {
		l, ok := conn.(*acceptor)
		if !ok || l.way.transport != transport {
			continue
		}
		if at := addrPort(l.Addr()); at.Addr() == local || at.Addr().IsUnspecified() {
			ports = append(ports, at.Port())
		}
	}
	if len(ports) == 0 {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(local, slices.Min(ports)), true
}
