package sip

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// Account is what a registrar knows us by, and how it is reached.
type Account struct {
	Name      string // for the log and the status
	Registrar string // host name or address
	Port      uint16 // 0: from the SRV records of the name, otherwise 5060, 5061 over TLS
	Transport string // "udp", "tcp" or "tls"
	SIPS      bool   // our URIs are SIPS URIs; Transport is "tls"
	// Authorities are who may have signed the certificate of the registrar; those of the
	// system when nil.
	Authorities *x509.CertPool
	User        string // of the address of record and of the digest
	Domain      string // of the address of record; Registrar when empty
	Realm       string // the only one that credentials are given to; any when empty
	Password    string
	Expires     time.Duration // that is asked for, in whole seconds
	Required    bool          // without it the server is not ready
	// FromRegistrarOnly refuses calls to User from other hosts than the registrar.
	FromRegistrarOnly bool
}

// domain is the domain of the address of record.
func (a *Account) domain() string {
	if a.Domain != "" {
		return a.Domain
	}
	return bracketed(a.Registrar)
}

// addressOfRecord is the URI that is bound.
func (a *Account) addressOfRecord() string {
	return a.scheme() + escapeUser(a.User) + "@" + a.domain()
}

// scheme is that of our URIs. "If the address-of-record in the To header field of a
// REGISTER request is a SIPS URI, then any Contact header field values in the request
// SHOULD also be SIPS URIs" (RFC 3261 section 10.2.1).
func (a *Account) scheme() string {
	if a.SIPS {
		return "sips:"
	}
	return "sip:"
}

// requestURI "names the domain of the location service for which the registration is
// meant" (RFC 3261 section 10.2).
func (a *Account) requestURI() string {
	if a.Domain == "" && a.Port != 0 {
		return a.scheme() + a.domain() + ":" + strconv.Itoa(int(a.Port))
	}
	return a.scheme() + a.domain()
}

// bracketed is the host as it stands in a URI.
func bracketed(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is6() {
		return "[" + host + "]"
	}
	return host
}

// escapeUser writes what may not stand in the user part of a URI as %HH (RFC 3261
// section 25.1: user, unreserved and user-unreserved).
func escapeUser(user string) string {
	const hex = "0123456789ABCDEF"
	var out []byte
	for _, c := range []byte(user) {
		plain := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		switch c {
		case '-', '_', '.', '!', '~', '*', '\'', '(', ')', '&', '=', '+', '$', ',', ';', '?', '/':
			plain = true
		}
		if plain {
			out = append(out, c)
		} else {
			out = append(out, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(out)
}

// Resolver looks up the names of registrars. [net.Resolver] is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// maxTargets bounds the addresses of one name.
const maxTargets = 16

// targets lists where the registrar may be reached, the first choice first: the
// address, or those of the name; without a port by its SRV records first (RFC 3263
// section 4.2).
func (a *Account) targets(ctx context.Context, names Resolver) ([]netip.AddrPort, error) {
	port := a.Port
	service, proto := "sip", a.Transport
	if a.Transport == "tls" {
		service, proto = "sips", "tcp" // RFC 3263 section 4.1
	}
	if port == 0 && a.Transport == "tls" {
		port = 5061
	} else if port == 0 {
		port = 5060
	}
	if addr, err := netip.ParseAddr(a.Registrar); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(addr.Unmap(), port)}, nil
	}
	var list []netip.AddrPort
	if a.Port == 0 {
		// No record is no fault: then the name itself is looked up.
		_, records, _ := names.LookupSRV(ctx, service, proto, a.Registrar)
		for _, record := range records {
			if len(list) < maxTargets {
				list = appendTargets(ctx, list, names, record.Target, record.Port)
			}
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	addrs, err := names.LookupNetIP(ctx, "ip", a.Registrar)
	for _, addr := range addrs {
		list = append(list, netip.AddrPortFrom(addr.Unmap(), port))
	}
	return list[:min(len(list), maxTargets)], err
}

// appendTargets adds the addresses of the name of an SRV record; one that has none is
// left out.
func appendTargets(ctx context.Context, list []netip.AddrPort, names Resolver, host string, port uint16) []netip.AddrPort {
	addrs, _ := names.LookupNetIP(ctx, "ip", host)
	for _, addr := range addrs {
		list = append(list, netip.AddrPortFrom(addr.Unmap(), port))
	}
	return list
}
