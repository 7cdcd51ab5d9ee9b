package rtp

import (
	"net"
	"net/netip"
	"time"
)

// Socket is a datagram socket that never blocks. It belongs to one goroutine at a
// time; a session uses its sockets under the lock of its phase.
type Socket interface {
	// Send sends p as one datagram. It neither keeps p nor allocates; an error says
	// that this datagram was not sent.
	Send(p []byte, to netip.AddrPort) error
	// Receive reads one waiting datagram into p and reports its size in bytes, its
	// source and the time at which it arrived, zero when that is not known. What
	// does not fit into p is cut off. With n = -1 and no error nothing is waiting.
	Receive(p []byte) (n int, from netip.AddrPort, at time.Time, err error)
	// LocalAddr is the address that the socket is bound to, a *net.UDPAddr.
	LocalAddr() net.Addr
	// Close frees the address. After the first call the socket is of no more use.
	Close() error
}

// Listen opens a socket that is bound to an address. An address that is in use is
// an error that wraps syscall.EADDRINUSE.
type Listen func(netip.AddrPort) (Socket, error)
