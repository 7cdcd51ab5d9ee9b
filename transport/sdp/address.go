package sdp

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// destination returns where the peer receives a stream, with RTCP on the port of
// RTP when mux says so. Both results are the zero AddrPort when it holds the call
// the way of RFC 2543, with the connection address 0.0.0.0: neither RTP nor RTCP
// is to be sent then (RFC 3264 section 8.4). The address type beside the address
// adds nothing and is not compared.
func (d *description) destination(s *stream, local Local, mux bool) (rtp, rtcp netip.AddrPort, err *Error) {
	connection := s.details.ConnectionInformation // the media's wins, RFC 8866 section 5.7
	if connection == nil {
		connection = d.session.ConnectionInformation
	}
	if connection == nil || connection.Address == nil {
		return rtp, rtcp, malformed("the audio stream has no address: c= is missing")
	}
	text, _, _ := strings.Cut(connection.Address.Address, "/") // TTL, number of addresses
	addr, parseErr := netip.ParseAddr(text)
	if parseErr != nil || addr.Zone() != "" {
		return rtp, rtcp, refused(warnAddress, "c= has the address %s; names are not looked up, an IP address is needed", text)
	}
	addr = addr.Unmap()
	if addr.IsUnspecified() {
		return rtp, rtcp, nil
	}
	if err := checkAddress(addr, local.Address.Unmap()); err != nil {
		return rtp, rtcp, err
	}
	rtp = netip.AddrPortFrom(addr, s.port)
	if mux {
		return rtp, rtp, nil
	}
	return rtp, controlAddress(s.details, rtp), nil
}

// checkAddress refuses what media must not be sent to, and the other address
// family: our media socket has one.
func checkAddress(addr, local netip.Addr) *Error {
	switch {
	case addr.IsMulticast():
		return refused(warnMulticast, "c= has the multicast address %v; only unicast is available", addr)
	case addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return refused(warnOther, "c= has the broadcast address %v; only unicast is available", addr)
	case addr.Is4() && addr.As4()[0] == 0:
		return refused(warnOther, "c= has the address %v; 0.0.0.0/8 names no host", addr)
	case addr.Is4() != local.Is4():
		return refused(warnAddress, "c= has the address %v; this address family is not available, ours is %s", addr, addressType(local))
	}
	return nil
}

// controlAddress returns where RTCP goes that has a port of its own: to what
// a=rtcp says (RFC 3605), else to the port after RTP's. An a=rtcp that cannot be
// used counts as absent.
func controlAddress(details *sdp.MediaDescription, rtp netip.AddrPort) netip.AddrPort {
	value, _ := details.Attribute("rtcp")
	if addr, ok := parseControl(value, rtp.Addr()); ok {
		return addr
	}
	if rtp.Port() == 65535 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(rtp.Addr(), rtp.Port()+1)
}

// parseControl reads the value of a=rtcp: a port, or a port, a network type, an
// address type and an address.
func parseControl(value string, addr netip.Addr) (rtcp netip.AddrPort, ok bool) {
	fields := strings.Fields(value)
	if len(fields) != 1 && len(fields) != 4 {
		return rtcp, false
	}
	port, err := strconv.ParseUint(fields[0], 10, 16)
	if err != nil || port == 0 {
		return rtcp, false
	}
	if len(fields) == 4 {
		other, err := netip.ParseAddr(fields[3])
		if err != nil || other.Zone() != "" || other.IsUnspecified() {
			return rtcp, false
		}
		other = other.Unmap()
		if checkAddress(other, addr) != nil {
			return rtcp, false
		}
		addr = other
	}
	return netip.AddrPortFrom(addr, uint16(port)), true
}

// addressType returns the addrtype of o= and c= lines.
func addressType(addr netip.Addr) string {
	if addr.Is4() {
		return "IP4"
	}
	return "IP6"
}
