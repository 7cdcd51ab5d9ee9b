package nat

import (
	"net/netip"
	"slices"
)

// Policy says what peers are told in place of a local address. The zero value tells
// them the local one. It is not changed while it is in use.
type Policy struct {
	External netip.Addr     // of the translator, for signalling; the zero Addr when there is none
	Media    netip.Addr     // of the translator, for media; the zero Addr: External
	Local    []netip.Prefix // networks on our side of the translator
}

// Inside reports whether the peer is on our side of the translator, where the local
// address is the right one.
func (p Policy) Inside(peer netip.Addr) bool {
	peer = peer.Unmap().WithZone("") // a prefix contains no address with a zone
	return slices.ContainsFunc(p.Local, func(n netip.Prefix) bool { return n.Contains(peer) })
}

// Signalling is the address for Contact and Via (RFC 3261 sections 8.1.1.8 and 18.1.1)
// towards a peer. The port is the local one: the translator is expected to forward it
// as it is. An external address of the other family is of no use to the peer, which
// has reached us by this one.
func (p Policy) Signalling(local netip.AddrPort, peer netip.Addr) netip.AddrPort {
	return netip.AddrPortFrom(p.outer(p.External, local.Addr(), peer), local.Port())
}

// Contact is the host for our URIs and the address beside it: the domain when there is
// one and the peer is outside, otherwise no host.
func (p Policy) Contact(domain string, local netip.AddrPort, peer netip.Addr) (addr netip.AddrPort, host string) {
	if !p.Inside(peer) {
		host = domain
	}
	return p.Signalling(local, peer), host
}

// Audio is the address for the c= and o= lines of a session description (RFC 8866
// sections 5.2 and 5.7) towards a peer.
func (p Policy) Audio(local, peer netip.Addr) netip.Addr {
	outer := p.Media
	if !outer.IsValid() {
		outer = p.External
	}
	return p.outer(outer, local, peer)
}

// outer is the outer address, unless the local one is right. Without a zone either
// way: it means nothing to another host (RFC 4007 section 11.2).
func (p Policy) outer(outer, local, peer netip.Addr) netip.Addr {
	local, outer = local.Unmap().WithZone(""), outer.Unmap().WithZone("")
	if !outer.IsValid() || outer.Is4() != local.Is4() || p.Inside(peer) {
		return local
	}
	return outer
}
