package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// NAT is the section [nat]: what peers are told behind an address translator.
type NAT struct {
	ExternalAddress      string   `koanf:"external_address" form:"external" doc:"Address that peers are told in Contact, Via and SDP: an IP address, auto for the one of the interface of the default route, or stun:host[:port] to ask a STUN server every five minutes. Empty tells the address that the caller dialled."`
	ExternalMediaAddress string   `koanf:"external_media_address" form:"optional address" doc:"Address in SDP when it is another one; empty is external_address."`
	LocalNetworks        []string `koanf:"local_networks" form:"networks" doc:"Networks on our side of the translator, whose peers are told the local address."`
}

func defaultNAT() NAT {
	return NAT{LocalNetworks: []string{
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", // RFC 1918, RFC 3927, RFC 1122
		"fc00::/7", "fe80::/10", "::1/128", // RFC 4193, RFC 4291
	}}
}

// The values of ExternalAddress that are no address.
const (
	ExternalAuto = "auto"
	stunPrefix   = "stun:"
	stunPort     = 3478 // RFC 8489 section 8
)

// STUN is the server to ask for the external address, if one is configured.
func (n NAT) STUN() (host string, port uint16, ok bool) {
	return parseSTUN(n.ExternalAddress)
}

func parseSTUN(s string) (host string, port uint16, ok bool) {
	rest, found := strings.CutPrefix(s, stunPrefix)
	if !found {
		return "", 0, false
	}
	port = stunPort
	if h, p, err := net.SplitHostPort(rest); err == nil {
		number, err := strconv.ParseUint(p, 10, 16)
		if err != nil || number == 0 {
			return "", 0, false
		}
		rest, port = h, uint16(number)
	}
	rest = strings.Trim(rest, "[]")
	return rest, port, isHost(rest)
}

// Host is Domain as the host of our URIs: empty for an address that names all.
func (s SIP) Host() string {
	if addr, err := netip.ParseAddr(s.Domain); err == nil && addr.IsUnspecified() {
		return ""
	}
	return s.Domain
}
