package nat

import (
	"context"
	"fmt"
	"net"
	"net/netip"
)

// Server gives a Find that asks a STUN server for the outer address of one family. The
// name is looked up each time. The socket is a new one: a translator gives the host one
// address, and the port is not asked for.
func Server(host string, port uint16, v4 bool) Find {
	network, family := "udp4", "ip4"
	if !v4 {
		network, family = "udp6", "ip6"
	}
	return func(ctx context.Context) (netip.Addr, error) {
		ctx, cancel := context.WithTimeout(ctx, retry)
		defer cancel()
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, family, host)
		if err != nil {
			return netip.Addr{}, fmt.Errorf("nat: looking up STUN server %s: %w", host, err)
		}
		conn, err := net.ListenUDP(network, nil)
		if err != nil {
			return netip.Addr{}, fmt.Errorf("nat: opening a socket for STUN: %w", err)
		}
		defer conn.Close()
		return Ask(ctx, conn, netip.AddrPortFrom(addrs[0].Unmap(), port))
	}
}
