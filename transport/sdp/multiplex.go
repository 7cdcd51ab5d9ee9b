package sdp

import "strings"

// multiplex is the attribute of a stream whose RTP and RTCP share a port. The
// offerer asks with it and the answerer agrees with it; an answer has it only when
// its offer had it (RFC 5761 section 5.1.1, as RFC 8035 made it clear).
const multiplex = "rtcp-mux"

// multiplexes tells whether the peer takes RTCP on the port of RTP.
func (s *stream) multiplexes() bool {
	for _, a := range s.details.Attributes {
		if strings.TrimSpace(a.Key) == multiplex {
			return true
		}
	}
	return false
}

// canMultiplex tells whether the payload types leave RTP and RTCP distinct on one
// port. An RTP packet of the types 64 to 95 with the marker bit looks like RTCP,
// whose packet types are 192 to 223 (RFC 5761 section 4).
func (m Media) canMultiplex() bool {
	clashes := func(payload uint8) bool { return payload >= 64 && payload <= 95 }
	return !clashes(m.Codec.PayloadType) && (!m.HasTelephoneEvent || !clashes(m.TelephoneEvent))
}
