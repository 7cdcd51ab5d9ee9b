package config

import (
	"net/netip"
	"slices"
)

// SIP is the section [sip]: where the server listens and what it calls itself.
type SIP struct {
	BindAddress []string `koanf:"bind_address" form:"address" single:"true" doc:"Local addresses that SIP is bound to; 0.0.0.0 binds every IPv4 address and :: every address, or every IPv6 one beside an IPv4 address in the list; answers name the address that the caller dialled."`
	Port        uint16   `koanf:"port" min:"1" max:"65535" doc:"Port that SIP is received on over UDP and TCP."`
	TLSPort     uint16   `koanf:"tls_port" min:"1" max:"65535" doc:"Port that SIP is received on over TLS."`
	WSPort      uint16   `koanf:"ws_port" min:"1" max:"65535" doc:"Port that SIP is received on over WebSocket."`
	WSSPort     uint16   `koanf:"wss_port" min:"1" max:"65535" doc:"Port that SIP is received on over secure WebSocket."`
	Domain      string   `koanf:"domain" form:"host" doc:"Host name or address in our own URIs (Contact); it must lead to this server, as the caller sends there. 0.0.0.0 or :: stands for the address that the caller dialled, or the external one of [nat]."`
	UserAgent   string   `koanf:"user_agent" form:"line" doc:"Product name in the Server and User-Agent headers."`
	Transport   []string `koanf:"transport" names:"udp,tcp,tls,ws,wss" single:"true" doc:"Transports that SIP is received on; tls and wss need tls.certificate and tls.key."`
}

func defaultSIP() SIP {
	return SIP{
		BindAddress: []string{"0.0.0.0"},
		Port:        5060,
		TLSPort:     5061,
		// No port is registered for SIP over WebSocket; these are FreeSWITCH's.
		WSPort:    5066,
		WSSPort:   7443,
		Domain:    "0.0.0.0",
		UserAgent: "Pickup",
		Transport: []string{"udp", "tcp"},
	}
}

// Addresses are the local addresses to bind, at least one. What is no address, which
// Load does not let pass, is left out.
func (s SIP) Addresses() []netip.Addr {
	var list []netip.Addr
	for _, text := range s.BindAddress {
		if addr, err := netip.ParseAddr(text); err == nil {
			list = append(list, addr)
		}
	}
	return list
}

// Only6 reports whether a socket on :: must leave IPv4 to the other addresses.
func (s SIP) Only6() bool {
	return slices.ContainsFunc(s.Addresses(), netip.Addr.Is4)
}

// PortOf is the port of a transport, a name that Transport may have.
func (s SIP) PortOf(transport string) uint16 {
	switch transport {
	case "tls":
		return s.TLSPort
	case "ws":
		return s.WSPort
	case "wss":
		return s.WSSPort
	}
	return s.Port
}

// Secure reports whether a transport needs a certificate.
func (s SIP) Secure() bool {
	return slices.Contains(s.Transport, "tls") || slices.Contains(s.Transport, "wss")
}
