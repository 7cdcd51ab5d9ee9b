package sip

import (
	"net/netip"
	"slices"
)

// ACL says which networks may speak to the server. The zero value lets everybody.
// What is not let in is dropped without an answer, so that a scan finds nothing.
type ACL struct {
	Deny  []netip.Prefix // asked first
	Allow []netip.Prefix // asked next; empty: everybody else
}

// permits reports whether the address, IPv4 in its short form, is let in.
func (a ACL) permits(addr netip.Addr) bool {
	// A prefix contains no address with a zone.
	addr = addr.WithZone("")
	within := func(p netip.Prefix) bool { return p.Contains(addr) }
	if slices.ContainsFunc(a.Deny, within) {
		return false
	}
	return len(a.Allow) == 0 || slices.ContainsFunc(a.Allow, within)
}
