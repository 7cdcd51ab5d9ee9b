package rtp

import "net/netip"

// Peer is where the other side of a session is, as the signalling tells it.
type Peer struct {
	RTP    netip.AddrPort // where the session description sends our RTP; zero: nowhere
	RTCP   netip.AddrPort // where it sends our RTCP, without Mux; zero: nowhere
	Mux    bool           // RTP and RTCP share the port of RTP, on both sides (RFC 5761)
	Source netip.Addr     // where the signalling comes from; zero when that proves nothing
}

// plain gives the addresses the form in which sockets report them.
func (p Peer) plain() Peer {
	p.RTP = netip.AddrPortFrom(plain(p.RTP.Addr()), p.RTP.Port())
	p.RTCP = netip.AddrPortFrom(plain(p.RTCP.Addr()), p.RTCP.Port())
	p.Source = plain(p.Source)
	return p
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }
