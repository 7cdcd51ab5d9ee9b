package config

import "net/netip"

// ACL is the section [acl]: which networks may speak SIP to the server.
type ACL struct {
	Deny  []string `koanf:"deny" form:"networks" doc:"Networks that get no answer at all; asked first."`
	Allow []string `koanf:"allow" form:"networks" doc:"Networks that get answers, and nobody else does; empty lets everybody but those of deny."`
}

func defaultACL() ACL { return ACL{Deny: []string{}, Allow: []string{}} }

// Networks are the prefixes of a list of networks and addresses. It leaves out what
// is neither, which Load does not let pass.
func Networks(list []string) []netip.Prefix {
	prefixes := make([]netip.Prefix, 0, len(list))
	for _, s := range list {
		if p, ok := parseNetwork(s); ok {
			prefixes = append(prefixes, p)
		}
	}
	return prefixes
}

// parseNetwork reads "192.0.2.0/24" or "192.0.2.1". An IPv4 network is not written as
// one of IPv6, as it would contain nothing then.
func parseNetwork(s string) (netip.Prefix, bool) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), addr.Zone() == "" && !addr.Is4In6()
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err == nil && !p.Addr().Is4In6()
}
