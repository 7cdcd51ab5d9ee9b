package sip

import (
	"net"
	"strings"
	"sync"
)

// ServeTCP accepts connections from the listener until the server is closed and
// closes it. Several may be served at once, beside the sockets of ServeUDP, each with
// its own call. The error is nil when the server was closed, ErrClosed when it was
// closed before, otherwise it says why accepting ended.
//
// What a peer can make a connection cost is bounded: there are at most 4,096, of
// which 50 from one IPv4 address or IPv6 network of 64 bits; a message is at most
// 65,535 bytes long and must be complete 10 s after it began, the first one 10 s
// after the connection; without traffic for 10 min, and without a call, it is closed;
// so it is when the peer takes nothing for 5 s, and after a message that cannot be
// read.
func (s *Server) ServeTCP(l net.Listener) error {
	return s.serve(l, way{transport: "TCP"})
}

// serve accepts from the listener. The library has a connection from its first message
// on that is for the library: it takes 64 KiB for each, and all for those of TCP; prepare
// puts that right.
func (s *Server) serve(l net.Listener, w way) error {
	a := newAcceptor(s, l, w)
	if err := s.adopt(a); err != nil {
		return err
	}
	defer s.drop(a)
	s.readArrivals()
	return s.ended(a.retry.listen, a.run())
}

// acceptor is a listener whose failures pass, if they can.
type acceptor struct {
	net.Listener
	way    way
	server *Server
	retry  retry
	close  func() error
}

func newAcceptor(s *Server, l net.Listener, w way) *acceptor {
	done := make(chan struct{})
	return &acceptor{
		Listener: l, way: w, server: s,
		retry: retry{server: s, listen: strings.ToLower(w.transport) + " " + l.Addr().String(), done: done},
		close: sync.OnceValue(func() error {
			close(done)
			return l.Close()
		}),
	}
}

// Close ends Accept. It may be called more than once.
func (a *acceptor) Close() error { return a.close() }

// run accepts until that fails for good.
func (a *acceptor) run() error {
	for {
		conn, err := a.Accept()
		if err != nil {
			if !a.retry.again(err) {
				return err
			}
			continue
		}
		a.retry.worked()
		if st := a.server.admit(conn, a.way); st != nil {
			a.server.loops.Go(st.arrive)
		} else {
			_ = conn.Close()
		}
	}
}

// admit makes a stream of a connection; nil when there is no room for it. It must be
// closed.
func (s *Server) admit(conn net.Conn, w way) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	if !s.acl.permits(addrPort(conn.RemoteAddr()).Addr()) {
		s.denied.Add(1)
		return nil
	}
	st, ok := s.streams.add(s, conn, w)
	if !ok {
		s.unserved.Add(1)
		return nil
	}
	s.loops.Add(1) // until it is closed
	return st
}
