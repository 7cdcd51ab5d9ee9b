package config

import "net/netip"

// SIP is the section [sip]: where the server listens and what it calls itself.
type SIP struct {
	BindAddress string   `koanf:"bind_address" form:"address" doc:"Local address that SIP and RTP are bound to; 0.0.0.0 or :: binds every address, and answers then name the one that the caller dialled."`
	Port        uint16   `koanf:"port" min:"1" max:"65535" doc:"Port that SIP is received on."`
	Domain      string   `koanf:"domain" form:"host" idle:"*" doc:"Host name or address in our own URIs; 0.0.0.0 stands for the address that the caller dialled."`
	UserAgent   string   `koanf:"user_agent" form:"line" doc:"Product name in the Server and User-Agent headers."`
	Transport   []string `koanf:"transport" names:"udp,tcp,tls,ws,wss" idle:"tls,ws,wss" single:"true" doc:"Transports that SIP is received on, all on the same port."`
}

func defaultSIP() SIP {
	return SIP{
		BindAddress: "0.0.0.0",
		Port:        5060,
		Domain:      "0.0.0.0",
		UserAgent:   "Pickup",
		Transport:   []string{"udp", "tcp"},
	}
}

// Address is BindAddress with Port. It is invalid when BindAddress is no
// address, which Load does not let pass.
func (s SIP) Address() netip.AddrPort {
	addr, err := netip.ParseAddr(s.BindAddress)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(addr, s.Port)
}
