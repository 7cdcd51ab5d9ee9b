package sip

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// readBuffer is the kernel's receive buffer in bytes, for bursts: the default of
// Linux, 208 KiB, holds about a twentieth of it.
const readBuffer = 4 << 20

// ListenUDP opens a UDP socket for [Server.ServeUDP]. On the wildcard address
// (0.0.0.0, or :: for IPv4 and IPv6) requests are answered from the local address
// that they came to. The error names the address and what can be done.
func ListenUDP(addr netip.AddrPort) (net.PacketConn, error) {
	network := "udp"
	if addr.Addr().Is4() {
		network = "udp4"
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, fmt.Errorf("sip: opening udp %v: %s: %w", addr, remedy(err), err)
	}
	// The kernel grants what net.core.rmem_max allows; less is no failure.
	_ = conn.SetReadBuffer(readBuffer)
	if !addr.Addr().IsUnspecified() {
		return conn, nil
	}
	w, err := newWildcard(conn, addr.Addr().Is4())
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("sip: opening udp %v: asking for the address that callers dial: %w", addr, err)
	}
	return w, nil
}

// ListenTCP opens a listener for [Server.ServeTCP]. The error names the address
// and what can be done.
func ListenTCP(addr netip.AddrPort) (net.Listener, error) {
	network := "tcp"
	if addr.Addr().Is4() {
		network = "tcp4"
	}
	l, err := net.ListenTCP(network, net.TCPAddrFromAddrPort(addr))
	if err != nil {
		return nil, fmt.Errorf("sip: opening tcp %v: %s: %w", addr, remedy(err), err)
	}
	return l, nil
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
