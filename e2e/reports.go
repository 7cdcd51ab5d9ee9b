package e2e

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Types of RTCP packets, RFC 3550 section 12.1.
const (
	senderReport      = 200
	sourceDescription = 202
	goodbye           = 203
)

// report is what a source says about itself, by its RTCP.
type report struct {
	packets int // sent, by the last sender report
	octets  int // of payload
	left    bool
}

// addReport takes what arrived on an RTCP port: compound packets about a stream
// whose RTP comes from the port below.
func (s *streams) addReport(datagram []byte, from netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from = netip.AddrPortFrom(from.Addr(), from.Port()-1)
	said, ssrc, err := parseReport(datagram)
	one := s.all[source{ssrc: ssrc, from: from}]
	if err != nil || one == nil || one.report.left {
		s.invalidReports++
		return
	}
	one.report = said
}

// parseReport reads a compound packet as a sender has to make it: first a sender
// report, then a source description, perhaps a BYE, all of one source and sized to
// the octet (RFC 3550 sections 6.1 and 6.4.1).
func parseReport(datagram []byte) (said report, ssrc uint32, err error) {
	var types []byte
	for rest := datagram; len(rest) > 0; {
		if len(rest) < 8 || rest[0]>>6 != 2 {
			return said, ssrc, fmt.Errorf("no RTCP packet after %v", types)
		}
		size := 4 * (int(binary.BigEndian.Uint16(rest[2:])) + 1)
		if size < 8 || size > len(rest) {
			return said, ssrc, fmt.Errorf("type %d: %d octets, but %d are there", rest[1], size, len(rest))
		}
		if from := binary.BigEndian.Uint32(rest[4:]); len(types) == 0 {
			ssrc = from
		} else if from != ssrc {
			return said, ssrc, fmt.Errorf("type %d: of %08x, not of %08x", rest[1], from, ssrc)
		}
		if rest[1] == senderReport && size >= 28 {
			said.packets, said.octets = int(binary.BigEndian.Uint32(rest[20:])), int(binary.BigEndian.Uint32(rest[24:]))
		}
		types, rest = append(types, rest[1]), rest[size:]
	}
	switch string(types) {
	case string([]byte{senderReport, sourceDescription}):
	case string([]byte{senderReport, sourceDescription, goodbye}):
		said.left = true
	default:
		return said, ssrc, fmt.Errorf("types %v", types)
	}
	return said, ssrc, nil
}

// misreports lists the sources that have not left with a BYE, or whose last report
// differs from what arrived of them.
func (s *streams) misreports() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	if s.invalidReports > 0 {
		out = append(out, fmt.Sprintf("got %d datagrams that are no report of a sender, want 0", s.invalidReports))
	}
	for key, one := range s.all {
		want := report{packets: one.packets, octets: one.packets * frameSize, left: true}
		if one.report != want {
			out = append(out, fmt.Sprintf("SSRC %08x from %v: last report: got %+v, want %+v", key.ssrc, key.from, one.report, want))
		}
	}
	return out
}
