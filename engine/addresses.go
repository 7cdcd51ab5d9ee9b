package engine

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"

	"pickup/config"
	"pickup/transport/nat"
	"pickup/transport/rtp"
	"pickup/transport/sip"
)

// translation is what peers are told of our addresses, as configured.
func translation(c *config.Config, logger *slog.Logger) (*nat.Watcher, error) {
	policy := nat.Policy{Local: config.Networks(c.NAT.LocalNetworks)}
	// An invalid address is none.
	policy.Media, _ = netip.ParseAddr(c.NAT.ExternalMediaAddress)
	v4 := slices.ContainsFunc(c.SIP.Addresses(), func(a netip.Addr) bool { return a.Is4() || a.IsUnspecified() })
	if host, port, ok := c.NAT.STUN(); ok {
		return nat.NewWatcher(policy, nat.Server(host, port, v4), logger), nil
	}
	if c.NAT.ExternalAddress == config.ExternalAuto {
		addr, err := nat.Outward(v4)
		if err != nil {
			return nil, fmt.Errorf("nat.external_address = %q: %w", config.ExternalAuto, err)
		}
		policy.External = addr
	} else {
		policy.External, _ = netip.ParseAddr(c.NAT.ExternalAddress)
	}
	return nat.NewWatcher(policy, nil, logger), nil
}

// contact is what a peer is told of a local address.
func (e *Engine) contact(local netip.AddrPort, peer netip.Addr) (addr netip.AddrPort, host string) {
	return e.nat.Policy().Contact(e.config.SIP.Host(), local, peer)
}

// limits are the bounds of sources, as configured.
func limits(c *config.Config) sip.Limits {
	return sip.Limits{
		Messages:       c.Limits.MessagesPerSecondPerSource,
		Calls:          c.Limits.CallsPerSecondPerSource,
		Unacknowledged: c.Unacknowledged(),
		Amplification:  c.Limits.Amplification,
		Transactions:   c.Transactions(),
		Connections:    connections(descriptorLimit(), c.Behavior.MaxConcurrentCalls),
	}
}

// acl says who may speak to the server, as configured.
func acl(c *config.Config) sip.ACL {
	return sip.ACL{Deny: config.Networks(c.ACL.Deny), Allow: config.Networks(c.ACL.Allow)}
}

// hostAddresses are the addresses of the interfaces. Media to the port of SIP on any
// of them would come back to us. Without a list the address that the caller dialled is
// known all the same.
func hostAddresses() []netip.Addr {
	list, _ := net.InterfaceAddrs()
	var addrs []netip.Addr
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			addrs = append(addrs, p.Addr().Unmap())
		}
	}
	return addrs
}

// receivesSIP tells a socket of ours that receives SIP: on the address that the caller
// dialled, on another one of this host, or on the one that peers are told.
func (m *media) receivesSIP(a netip.AddrPort) bool {
	if a.Port() != m.signalling.Port() && !slices.Contains(m.engine.sipPorts(), a.Port()) {
		return false
	}
	policy, addr := m.engine.nat.Policy(), a.Addr().Unmap()
	return addr == m.signalling.Addr() ||
		addr.IsLoopback() && m.signalling.Addr().IsLoopback() ||
		addr == policy.External || addr == policy.Media ||
		slices.Contains(m.engine.host, addr)
}

// sipPorts are the ports that SIP is received on.
func (e *Engine) sipPorts() []uint16 {
	var ports []uint16
	for _, entry := range e.entries {
		if entry.Socket != nil {
			ports = append(ports, portOf(entry.Socket.LocalAddr()))
		} else {
			ports = append(ports, portOf(entry.Listener.Addr()))
		}
	}
	return ports
}

func portOf(a net.Addr) uint16 {
	p, _ := netip.ParseAddrPort(a.String()) // port 0 is nobody's
	return p.Port()
}

// refuseTarget is an error when media must not be sent to the address.
func (m *media) refuseTarget(a netip.AddrPort) error {
	switch {
	case m.receivesSIP(a):
		return fmt.Errorf("%w: %v receives SIP", rtp.ErrOwnPort, a)
	case a.IsValid() && m.engine.config.Media.RequireSignallingAddress && a.Addr().Unmap() != m.source.Unmap():
		return fmt.Errorf("%w: %v, the signalling comes from %v", errElsewhere, a.Addr(), m.source)
	}
	return nil
}
