package sip

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

const (
	maxLocals   = 256 // local addresses of one wildcard socket that are served
	localQueue  = 256 // datagrams that wait for a local address's read loop
	maxDatagram = 65535
)

// wildcard is a socket on all addresses of the host. One goroutine reads it and
// hands each datagram to the virtual socket of the local address that it came to,
// which the library reads as if it were bound to that address.
type wildcard struct {
	*net.UDPConn
	v4    bool // an IPv4 socket
	only6 bool // an IPv6 socket without IPv4
	port  uint16
}

func newWildcard(conn *net.UDPConn, v4, only6 bool) (*wildcard, error) {
	if err := enablePacketInfo(conn, v4); err != nil {
		return nil, err
	}
	return &wildcard{conn, v4, only6, addrPort(conn.LocalAddr()).Port()}, nil
}

// serves reports whether datagrams can leave from the address.
func (w *wildcard) serves(a netip.AddrPort) bool {
	if a.Addr().Is4() {
		return w.port == a.Port() && !w.only6
	}
	return w.port == a.Port() && !w.v4
}

// serve reads until the socket fails or is closed. Every local address gets a
// virtual socket and a goroutine that runs read on it; all have ended on return. What
// passes is outlasted.
func (w *wildcard) serve(read func(net.PacketConn) error, unserved *atomic.Uint64, patience *retry) error {
	locals := make(map[netip.Addr]*local)
	var loops sync.WaitGroup
	defer loops.Wait()
	defer func() {
		for _, l := range locals {
			l.Close()
		}
	}()
	buffer, control := make([]byte, maxDatagram), make([]byte, controlSpace)
	for {
		n, c, _, from, err := w.ReadMsgUDPAddrPort(buffer, control)
		if err != nil && patience.again(err) {
			continue
		}
		if err != nil {
			return err
		}
		patience.worked()
		addr, ok := destination(control[:c])
		if !ok {
			unserved.Add(1)
			continue
		}
		l := locals[addr]
		if l == nil && len(locals) == maxLocals {
			unserved.Add(1)
			continue
		}
		if l == nil {
			l = w.local(addr)
			locals[addr] = l
			loops.Go(func() { _ = read(l) }) // it ends when the real socket does, which says why
		}
		l.deliver(datagram{append([]byte(nil), buffer[:n]...), unmap(from)})
	}
}

// datagram is one that was read, with its source.
type datagram struct {
	data []byte
	from netip.AddrPort
}

// local is a virtual socket on one local address of a wildcard socket. What is
// written leaves from that address. Multiple goroutines may write.
type local struct {
	*net.UDPConn // the real socket; deadlines of it are not used
	addr         *net.UDPAddr
	control      []byte // has the kernel send from addr
	v4           bool
	queue        chan datagram
	done         chan struct{}
	close        func()
}

func (w *wildcard) local(addr netip.Addr) *local {
	done := make(chan struct{})
	return &local{
		UDPConn: w.UDPConn,
		addr:    net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, w.port)),
		control: sourceControl(addr, w.v4),
		v4:      w.v4,
		queue:   make(chan datagram, localQueue),
		done:    done,
		close:   sync.OnceFunc(func() { close(done) }),
	}
}

// deliver waits for room: what does not fit stays in the kernel's buffer.
func (l *local) deliver(d datagram) {
	select {
	case l.queue <- d:
	case <-l.done:
	}
}

// ReadFromUDPAddrPort waits for the next datagram.
func (l *local) ReadFromUDPAddrPort(p []byte) (int, netip.AddrPort, error) {
	select {
	case d := <-l.queue:
		return copy(p, d.data), d.from, nil
	case <-l.done:
		return 0, netip.AddrPort{}, net.ErrClosed
	}
}

// ReadFrom is ReadFromUDPAddrPort for who wants a net.Addr.
func (l *local) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := l.ReadFromUDPAddrPort(p)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// WriteTo sends from the local address.
func (l *local) WriteTo(p []byte, to net.Addr) (int, error) {
	return writeFrom(l.UDPConn, l.control, p, to)
}

// writeFrom sends from the address that the control message names.
func writeFrom(conn *net.UDPConn, control, p []byte, to net.Addr) (int, error) {
	n, _, err := conn.WriteMsgUDPAddrPort(p, control, addrPort(to))
	return n, err
}

// LocalAddr is the local address and the port of the real socket.
func (l *local) LocalAddr() net.Addr { return l.addr }

// Close ends ReadFrom; the real socket stays open.
func (l *local) Close() error {
	l.close()
	return nil
}
