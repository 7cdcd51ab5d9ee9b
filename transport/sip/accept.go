package sip

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"time"
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
	a := newAcceptor(s, l)
	if err := s.adopt(a); err != nil {
		return err
	}
	defer s.drop(a)
	return s.ended(l.Addr(), s.transport.ServeTCP(a))
}

// The pause before the next attempt when accepting fails.
const (
	minAcceptPause = 5 * time.Millisecond
	maxAcceptPause = time.Second
)

// acceptor is a listener as the library serves it: Accept fails only for good, and
// gives streams.
type acceptor struct {
	net.Listener
	server *Server
	done   chan struct{}
	close  func() error
}

func newAcceptor(s *Server, l net.Listener) *acceptor {
	a := &acceptor{Listener: l, server: s, done: make(chan struct{})}
	a.close = sync.OnceValue(func() error {
		close(a.done)
		return l.Close()
	})
	return a
}

// Close ends Accept. It may be called more than once.
func (a *acceptor) Close() error { return a.close() }

// Accept waits for a connection that there is room for.
func (a *acceptor) Accept() (net.Conn, error) {
	pause := minAcceptPause
	for {
		conn, err := a.Listener.Accept()
		if err == nil {
			pause = minAcceptPause
			if st := a.server.admit(conn); st != nil {
				return st, nil
			}
			_ = conn.Close()
			continue
		}
		if !passing(err) || !a.wait(pause) {
			return nil, err
		}
		pause = min(2*pause, maxAcceptPause)
	}
}

// wait is false when the listener is closed meanwhile.
func (a *acceptor) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-a.done:
		return false
	}
}

// passing reports whether accepting may work again later. accept(2) passes on what
// the network did to the connection that it was about to give, and says when the
// process or the host has no file descriptor or memory left.
func passing(err error) bool {
	number, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return false
	}
	switch number {
	case syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK, syscall.EFAULT, syscall.EOPNOTSUPP:
		return false
	}
	return true
}

// admit makes a stream of a connection; nil when there is no room for it.
func (s *Server) admit(conn net.Conn) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	st, ok := s.streams.add(s, conn)
	if !ok {
		s.unserved.Add(1)
		return nil
	}
	s.loops.Add(1) // until the library closes it
	return st
}
