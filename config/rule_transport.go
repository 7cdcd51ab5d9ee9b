package config

import (
	"fmt"
	"net/netip"
)

// transportRules are about where SIP is received.
var transportRules = []rule{
	{[]string{"sip.transport", "sip.port", "sip.tls_port", "sip.ws_port", "sip.wss_port"}, distinctPorts},
	{[]string{"sip.transport", "tls.certificate", "tls.key"}, certificateGiven},
	{[]string{"sip.bind_address"}, distinctAddresses},
}

// distinctPorts: each transport over TCP needs a port of its own.
func distinctPorts(c *Config) string {
	names := map[string]string{"tcp": "sip.port", "tls": "sip.tls_port", "ws": "sip.ws_port", "wss": "sip.wss_port"}
	users := make(map[uint16]string)
	for _, transport := range c.SIP.Transport {
		if transport == "udp" {
			continue
		}
		port := c.SIP.PortOf(transport)
		if user := users[port]; user != "" {
			return fmt.Sprintf("%s and %s must have ports of their own, %s and %s are both %d", user, transport, names[user], names[transport], port)
		}
		users[port] = transport
	}
	return ""
}

func certificateGiven(c *Config) string {
	if !c.SIP.Secure() || c.TLS.Certificate != "" && c.TLS.Key != "" {
		return ""
	}
	return "the transports tls and wss need a certificate: tls.certificate and tls.key must name its PEM files"
}

// distinctAddresses: no address is there twice, also not as one of all.
func distinctAddresses(c *Config) string {
	seen := make(map[netip.Addr]bool)
	for _, addr := range c.SIP.Addresses() {
		addr = addr.Unmap()
		if seen[addr] {
			return fmt.Sprintf("bind_address has %v twice", addr)
		}
		seen[addr] = true
	}
	for _, addr := range c.SIP.Addresses() {
		addr, all := addr.Unmap(), netip.IPv6Unspecified()
		if addr.Is4() {
			all = netip.IPv4Unspecified()
		}
		if addr != all && seen[all] {
			return fmt.Sprintf("bind_address has %v, which is in %v already", addr, all)
		}
	}
	return ""
}
