package memnet

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	queueLimit  = 1024  // datagrams that wait in one socket; more are dropped and counted
	maxDatagram = 65507 // bytes of payload that fit into one IPv4 UDP datagram
)

// Conn is one socket. It is a [net.PacketConn] and has beside it the
// non-blocking pair Send and Receive.
// Multiple goroutines may call its methods at once.
type Conn struct {
	network *Network
	local   netip.AddrPort

	// Guarded by network.mu.
	readable      *sync.Cond
	queue         []flight
	closed        bool
	readDeadline  time.Time
	writeDeadline time.Time
	deadlineTimer *time.Timer // wakes the readers at readDeadline
}

var _ net.PacketConn = (*Conn)(nil)

// Send sends a copy of p to an address. It never blocks. A packet to an address
// where nobody listens vanishes without an error, as on a real network.
func (c *Conn) Send(p []byte, to netip.AddrPort) error {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	return c.send(p, to)
}

// Receive takes the first waiting datagram into p, cut to len(p), with its
// source and the time of its arrival. It never blocks: n is -1 and err nil when
// nothing waits.
func (c *Conn) Receive(p []byte) (n int, from netip.AddrPort, at time.Time, err error) {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	if c.closed {
		return -1, netip.AddrPort{}, time.Time{}, c.failed("read", net.ErrClosed)
	}
	c.network.deliverDue(time.Now())
	if len(c.queue) == 0 {
		return -1, netip.AddrPort{}, time.Time{}, nil
	}
	f := c.take()
	return copy(p, f.data), f.from, f.due, nil
}

// ReadFrom waits for a datagram and takes it into p, cut to len(p). It ends
// with an error that is [os.ErrDeadlineExceeded] at the read deadline and with
// one that is [net.ErrClosed] on Close.
func (c *Conn) ReadFrom(p []byte) (n int, addr net.Addr, err error) {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	for {
		now := time.Now()
		if !c.closed {
			c.network.deliverDue(now)
		}
		switch {
		case c.closed:
			return 0, nil, c.failed("read", net.ErrClosed)
		case expired(c.readDeadline, now):
			return 0, nil, c.failed("read", os.ErrDeadlineExceeded)
		case len(c.queue) > 0:
			f := c.take()
			return copy(p, f.data), net.UDPAddrFromAddrPort(f.from), nil
		}
		c.readable.Wait()
	}
}

// WriteTo sends a copy of p to addr, which has to be a *[net.UDPAddr].
func (c *Conn) WriteTo(p []byte, addr net.Addr) (n int, err error) {
	udp, ok := addr.(*net.UDPAddr)
	if !ok {
		return 0, c.failed("write", fmt.Errorf("address %v is a %T, want *net.UDPAddr", addr, addr))
	}
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	if !c.closed && expired(c.writeDeadline, time.Now()) {
		return 0, c.failed("write", os.ErrDeadlineExceeded)
	}
	if err := c.send(p, udp.AddrPort()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// LocalAddr returns the socket's address, a *[net.UDPAddr].
func (c *Conn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(c.local) }

// Close frees the address and ends blocked reads. Datagrams that wait are lost;
// those under way arrive nowhere. A second Close returns [net.ErrClosed].
func (c *Conn) Close() error {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	if c.closed {
		return c.failed("close", net.ErrClosed)
	}
	c.network.deliverDue(time.Now())
	c.closed = true
	c.queue = nil
	delete(c.network.conns, c.local)
	if c.deadlineTimer != nil {
		c.deadlineTimer.Stop()
	}
	c.readable.Broadcast()
	return nil
}

// SetDeadline sets the deadlines of reading and writing.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline makes present and future calls of ReadFrom fail from t on;
// the zero time means never. Receive is not concerned.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	if c.closed {
		return c.failed("set", net.ErrClosed)
	}
	c.readDeadline = t
	if c.deadlineTimer != nil {
		c.deadlineTimer.Stop()
		c.deadlineTimer = nil
	}
	if now := time.Now(); t.After(now) {
		c.deadlineTimer = time.AfterFunc(t.Sub(now), c.wakeReaders)
	}
	c.readable.Broadcast()
	return nil
}

// SetWriteDeadline makes calls of WriteTo fail from t on; the zero time means
// never. Send is not concerned.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	if c.closed {
		return c.failed("set", net.ErrClosed)
	}
	c.writeDeadline = t
	return nil
}

func (c *Conn) send(p []byte, to netip.AddrPort) error {
	to = unmapped(to)
	switch {
	case c.closed:
		return c.failed("write", net.ErrClosed)
	case !to.IsValid() || to.Port() == 0:
		return c.failed("write", os.NewSyscallError("sendto", syscall.EINVAL))
	case len(p) > maxDatagram:
		return c.failed("write", os.NewSyscallError("sendto", syscall.EMSGSIZE))
	}
	c.network.send(c.local, to, append([]byte{}, p...))
	return nil
}

func (c *Conn) take() flight {
	f := c.queue[0]
	c.queue[0] = flight{}
	c.queue = c.queue[1:]
	return f
}

func (c *Conn) wakeReaders() {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	c.readable.Broadcast()
}

func (c *Conn) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: "udp", Addr: c.LocalAddr(), Err: err}
}

func expired(deadline, now time.Time) bool {
	return !deadline.IsZero() && !deadline.After(now)
}
