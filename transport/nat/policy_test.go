package nat

import (
	"net/netip"
	"testing"
)

func TestPolicy(t *testing.T) {
	outer := Policy{
		External: netip.MustParseAddr("203.0.113.1"),
		Local:    []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fe80::/10")},
	}
	split := outer
	split.Media = netip.MustParseAddr("203.0.113.2")
	six := Policy{External: netip.MustParseAddr("2001:db8::1")}
	tests := []struct {
		name              string
		policy            Policy
		local, peer       string
		signalling, audio string
		host              string // of our URIs, with the domain sip.example.com
	}{
		{"no translator", Policy{}, "10.0.0.2:5060", "198.51.100.1", "10.0.0.2:5060", "10.0.0.2", "sip.example.com"},
		{"peer outside", outer, "10.0.0.2:5060", "198.51.100.1", "203.0.113.1:5060", "203.0.113.1", "sip.example.com"},
		{"peer inside", outer, "10.0.0.2:5060", "10.1.2.3", "10.0.0.2:5060", "10.0.0.2", ""},
		{"peer inside, mapped", outer, "10.0.0.2:5060", "::ffff:10.1.2.3", "10.0.0.2:5060", "10.0.0.2", ""},
		{"media elsewhere", split, "10.0.0.2:5060", "198.51.100.1", "203.0.113.1:5060", "203.0.113.2", "sip.example.com"},
		{"media elsewhere, peer inside", split, "10.0.0.2:5060", "10.1.2.3", "10.0.0.2:5060", "10.0.0.2", ""},
		{"another family", outer, "[2001:db8::5]:5060", "2001:db8::9", "[2001:db8::5]:5060", "2001:db8::5", "sip.example.com"},
		{"IPv6", six, "[fd00::5]:5060", "2001:db8::9", "[2001:db8::1]:5060", "2001:db8::1", "sip.example.com"},
		{"IPv4 beside IPv6", six, "10.0.0.2:5060", "198.51.100.1", "10.0.0.2:5060", "10.0.0.2", "sip.example.com"},
		{"zones", outer, "[fe80::5%eth0]:5060", "fe80::9%eth0", "[fe80::5]:5060", "fe80::5", ""},
		{"zone to an outer peer", Policy{}, "[fe80::5%eth0]:5060", "2001:db8::9", "[fe80::5]:5060", "fe80::5", "sip.example.com"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			local, peer := netip.MustParseAddrPort(test.local), netip.MustParseAddr(test.peer)
			if got := test.policy.Signalling(local, peer); got.String() != test.signalling {
				t.Errorf("signalling: got %v, want %s", got, test.signalling)
			}
			if got := test.policy.Audio(local.Addr(), peer); got.String() != test.audio {
				t.Errorf("audio: got %v, want %s", got, test.audio)
			}
			addr, host := test.policy.Contact("sip.example.com", local, peer)
			if addr.String() != test.signalling || host != test.host {
				t.Errorf("contact: got %v and %q, want %s and %q", addr, host, test.signalling, test.host)
			}
		})
	}
}
