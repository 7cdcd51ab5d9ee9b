package siptest

import (
	"net"
	"net/netip"
	"sync"
)

// Listener is a TCP listener in memory for tests in virtual time: connections are
// pairs of [net.Pipe], which wait in a way that testing/synctest knows. Multiple
// goroutines may use it.
type Listener struct {
	addr    netip.AddrPort
	dialled chan net.Conn

	mu     sync.Mutex
	done   chan struct{}
	closed bool
}

var _ net.Listener = (*Listener)(nil)

// NewListener makes a listener that calls itself by the address.
func NewListener(addr netip.AddrPort) *Listener {
	return &Listener{addr: addr, dialled: make(chan net.Conn), done: make(chan struct{})}
}

// Reopen undoes Close.
func (l *Listener) Reopen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		l.closed, l.done = false, make(chan struct{})
	}
}

// end is closed by Close.
func (l *Listener) end() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done
}

// Dial connects from the address. It waits for Accept.
func (l *Listener) Dial(from netip.AddrPort) (net.Conn, error) {
	ours, theirs := net.Pipe()
	client, server := net.TCPAddrFromAddrPort(from), net.TCPAddrFromAddrPort(l.addr)
	select {
	case l.dialled <- pipe{theirs, server, client}:
		return pipe{ours, client, server}, nil
	case <-l.end():
		return nil, net.ErrClosed
	}
}

// Accept waits for Dial.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.dialled:
		return conn, nil
	case <-l.end():
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Dial; connections stay open.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.done)
	}
	return nil
}

// Addr is the address that the listener was made with.
func (l *Listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

// pipe is one end of a connection.
type pipe struct {
	net.Conn
	local, remote net.Addr
}

// LocalAddr is the address of this end.
func (p pipe) LocalAddr() net.Addr { return p.local }

// RemoteAddr is the address of the other end.
func (p pipe) RemoteAddr() net.Addr { return p.remote }
