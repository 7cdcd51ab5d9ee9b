package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// readBuffer is the kernel's receive buffer of a UDP socket in bytes, for bursts: the
// default of Linux, 208 KiB, holds about a twentieth of it.
const readBuffer = 4 << 20

// Binding is where sockets are opened.
type Binding struct {
	Address netip.AddrPort
	// Only6 has a socket on :: take no IPv4, so that there can be one on 0.0.0.0 beside
	// it. Otherwise it takes both.
	Only6 bool
	// Readers is how many UDP sockets share the address, at least 1. The kernel gives
	// all datagrams of one peer to one of them.
	Readers int
}

// ListenUDP opens one UDP socket for [Server.ServeUDP], which nobody shares. On the
// wildcard address (0.0.0.0, or :: for IPv4 and IPv6) requests are answered from the
// local address that they came to. The error names the address and what can be done.
func ListenUDP(addr netip.AddrPort) (net.PacketConn, error) {
	return Binding{Address: addr}.open(false)
}

// ListenTCP opens a listener for [Server.ServeTCP] and its like. The error names the
// address and what can be done.
func ListenTCP(addr netip.AddrPort) (net.Listener, error) {
	return Binding{Address: addr}.ListenTCP()
}

// ListenUDP opens the sockets, each for a [Server.ServeUDP] of its own; the rest is as
// in the function of that name. An address of which another program has a socket is an
// error, also when that program would share it.
func (b Binding) ListenUDP() ([]net.PacketConn, error) {
	// A socket that shares nothing finds out.
	alone, err := b.open(false)
	if err != nil || b.Readers <= 1 {
		return []net.PacketConn{alone}, err
	}
	b.Address = netip.AddrPortFrom(b.Address.Addr(), addrPort(alone.LocalAddr()).Port()) // when it was 0
	if err := alone.Close(); err != nil {
		return nil, fmt.Errorf("sip: closing udp %v: %w", b.Address, err)
	}
	var conns []net.PacketConn
	for range b.Readers {
		conn, err := b.ReopenUDP()
		if err != nil {
			for _, c := range conns {
				c.Close()
			}
			return nil, err
		}
		conns = append(conns, conn)
	}
	return conns, nil
}

// ReopenUDP opens one more socket beside those of ListenUDP.
func (b Binding) ReopenUDP() (net.PacketConn, error) { return b.open(b.Readers > 1) }

func (b Binding) open(shared bool) (net.PacketConn, error) {
	config := net.ListenConfig{}
	if shared {
		config.Control = sharePort
	}
	pc, err := config.ListenPacket(context.Background(), b.network("udp"), b.Address.String())
	if err != nil {
		return nil, fmt.Errorf("sip: opening udp %v: %s: %w", b.Address, remedy(err), err)
	}
	conn, ok := pc.(*net.UDPConn)
	if !ok {
		panic(fmt.Sprintf("sip: package net opened a %T for UDP", pc))
	}
	// The kernel grants what net.core.rmem_max allows, which ReadBuffer tells.
	_ = conn.SetReadBuffer(readBuffer)
	if !b.Address.Addr().IsUnspecified() {
		return conn, nil
	}
	w, err := newWildcard(conn, b.Address.Addr().Is4(), b.Only6)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("sip: opening udp %v: asking for the address that callers dial: %w", b.Address, err)
	}
	return w, nil
}

// ListenTCP opens a listener. The error names the address and what can be done.
func (b Binding) ListenTCP() (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), b.network("tcp"), b.Address.String())
	if err != nil {
		return nil, fmt.Errorf("sip: opening tcp %v: %s: %w", b.Address, remedy(err), err)
	}
	return l, nil
}

// network is the name of the network in package net, which sets IPV6_V6ONLY by it.
func (b Binding) network(name string) string {
	switch {
	case b.Address.Addr().Is4():
		return name + "4"
	case b.Only6 || !b.Address.Addr().IsUnspecified():
		return name + "6"
	}
	return name
}

// reusePort is SO_REUSEPORT of socket(7), which package syscall does not have for every
// architecture.
const reusePort = 0xf

// sharePort lets several sockets have one address.
func sharePort(_, _ string, raw syscall.RawConn) error {
	var failure error
	err := raw.Control(func(fd uintptr) {
		failure = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, reusePort, 1)
	})
	return errors.Join(err, failure)
}

// ReadBuffer tells the kernel's receive buffer of a socket in bytes: what was asked for,
// which is 4 MiB for one of ListenUDP, and what was granted, without what the kernel
// adds for itself. It is 0 when the socket has none.
func ReadBuffer(conn net.PacketConn) (granted, asked int) {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return 0, 0
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0, 0
	}
	if err := raw.Control(func(fd uintptr) {
		granted, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF)
	}); err != nil {
		return 0, 0
	}
	// "The kernel doubles this value (to allow space for bookkeeping overhead)" (socket(7)).
	return granted / 2, readBuffer
}

// remedy says what to do about an address that cannot be had.
func remedy(err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "the port is taken; stop the program that has it or choose another port"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "no interface of this host has the address; choose one that it has, or 0.0.0.0"
	case errors.Is(err, syscall.EACCES):
		return "the port is privileged; choose one above 1023 or grant CAP_NET_BIND_SERVICE"
	}
	return "the socket cannot be opened"
}
