package nat

import (
	"fmt"
	"net"
	"net/netip"
)

// somewhere are addresses that are on no network (RFC 5737, RFC 3849): the way to them
// is the default route.
var somewhere = map[bool]netip.AddrPort{
	true:  netip.MustParseAddrPort("192.0.2.1:9"),
	false: netip.MustParseAddrPort("[2001:db8::1]:9"),
}

// Outward is the local address of the interface that the default route of the family
// leads through: the one that the kernel sends from. Nothing is sent to find out.
func Outward(v4 bool) (netip.Addr, error) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(somewhere[v4]))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("nat: no default route to take the address of: %w", err)
	}
	defer conn.Close()
	local, ok := conn.LocalAddr().(*net.UDPAddr)
	if !ok {
		return netip.Addr{}, fmt.Errorf("nat: the kernel gave the address %v", conn.LocalAddr())
	}
	return local.AddrPort().Addr().Unmap(), nil
}
