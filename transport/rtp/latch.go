package rtp

import "net/netip"

// latch decides whose packets are the peer's, and where ours go. Peers behind a NAT
// send from elsewhere than they say, and hear what goes back there (symmetric RTP,
// RFC 4961; latching, RFC 7362). To believe anybody would hand the call to
// whoever sends first, so that only two sources are candidates: the address of the
// session description, and the host that signals, on any port. The first packet of
// a candidate locks the latch to its address and SSRC until [latch.arm]. A sender may
// change its SSRC (RFC 3550 section 8.2): another one from the locked address is
// believed when probation packets of it came in turn, and none of the old one between.
type latch struct {
	peer      Peer
	rtp, rtcp netip.AddrPort // where to send; zero: nowhere
	source    netip.AddrPort // of the peer's RTP; zero before the lock
	ssrc      uint32         // of the peer's RTP
	control   netip.AddrPort // of the peer's RTCP; zero before its lock
	left      netip.AddrPort // where the peer's RTP came from before it moved away
	leftSSRC  uint32

	trial    uint32 // an SSRC that may become the peer's
	awaited  uint16 // its next sequence number
	admitted int    // its packets in turn so far
}

// probation is how many packets in turn a new SSRC needs. RFC 3550 appendix A.1 asks
// for two; with four, two late ones of a call before, that a tick reads together, are
// not enough.
const probation = 4

// arm opens the latch for what the signalling says now. What was learned about
// where to send holds on until the peer's next packet, unless the peer moved. Then
// its old stream, which is still on its way, must not lock the latch again.
func (l *latch) arm(peer Peer) {
	peer = peer.plain()
	if peer.RTP != l.peer.RTP || peer.RTCP != l.peer.RTCP || peer.Mux != l.peer.Mux {
		l.rtp, l.rtcp = peer.RTP, peer.RTCP
	}
	l.left = netip.AddrPort{}
	if peer.RTP.IsValid() && peer.RTP != l.peer.RTP {
		l.left, l.leftSSRC = l.source, l.ssrc
	}
	l.peer, l.source, l.control, l.admitted = peer, netip.AddrPort{}, netip.AddrPort{}, 0
}

// admit tells whether an RTP packet is the peer's, and locks to the first one.
func (l *latch) admit(from netip.AddrPort, ssrc uint32, sequence uint16) bool {
	if l.source.IsValid() {
		return from == l.source && l.sameOrProven(ssrc, sequence)
	}
	if !l.candidate(from, ssrc) {
		return false
	}
	l.source, l.ssrc = from, ssrc
	if l.peer.RTP.IsValid() { // else nothing is to be sent
		l.follow(from)
	}
	return true
}

// sameOrProven tells whether a packet from the locked address is of the peer's
// stream, and follows a change of its SSRC.
func (l *latch) sameOrProven(ssrc uint32, sequence uint16) bool {
	if ssrc == l.ssrc {
		l.admitted = 0
		return true
	}
	if l.admitted == 0 || ssrc != l.trial || sequence != l.awaited {
		l.trial, l.admitted = ssrc, 0
	}
	l.awaited = sequence + 1
	if l.admitted++; l.admitted < probation {
		return false
	}
	l.ssrc, l.admitted = ssrc, 0
	return true
}

func (l *latch) candidate(from netip.AddrPort, ssrc uint32) bool {
	if from == l.peer.RTP {
		return true
	}
	return from.Addr() == l.peer.Source && from.Port() != 0 && (from != l.left || ssrc != l.leftSSRC)
}

// follow sends to where the peer's RTP comes from. When that is another host than
// RTCP goes to, RTCP follows: to "the next higher (odd) destination port number" (RFC
// 3550 section 11) until the peer's own RTCP shows a better one.
func (l *latch) follow(from netip.AddrPort) {
	l.rtp = from
	switch {
	case !l.peer.RTCP.IsValid() || l.rtcp.Addr() == from.Addr():
	case from.Addr() == l.peer.RTP.Addr():
		l.rtcp = l.peer.RTCP
	case from.Port() == 65535:
		l.control, l.rtcp = netip.AddrPort{}, netip.AddrPort{}
	default:
		l.control, l.rtcp = netip.AddrPort{}, netip.AddrPortFrom(from.Addr(), from.Port()+1)
	}
}

// admitControl tells whether an RTCP packet on our RTCP port may be the peer's: from
// where ours goes, or from the host that sends the RTP.
func (l *latch) admitControl(from netip.AddrPort) bool {
	if l.control.IsValid() {
		return from == l.control
	}
	if from.Port() == 0 {
		return false
	}
	return from == l.rtcp || l.source.IsValid() && from.Addr() == l.source.Addr()
}

// admitMuxed tells whether an RTCP packet on our RTP port is the peer's.
func (l *latch) admitMuxed(from netip.AddrPort) bool {
	if l.source.IsValid() {
		return from == l.source
	}
	return from.IsValid() && from == l.peer.RTP
}

// lockControl takes the source of a valid RTCP packet on our RTCP port as the
// peer's, and sends RTCP there.
func (l *latch) lockControl(from netip.AddrPort) {
	l.control = from
	if l.peer.RTCP.IsValid() { // else nothing is to be sent
		l.rtcp = from
	}
}

// controlTarget is where RTCP goes; zero: nowhere.
func (l *latch) controlTarget() netip.AddrPort {
	if l.peer.Mux {
		return l.rtp
	}
	return l.rtcp
}
