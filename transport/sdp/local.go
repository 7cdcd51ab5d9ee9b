package sdp

import (
	"fmt"
	"net/netip"
)

// Codec is an audio format with one channel.
type Codec struct {
	Name        string // as in a=rtpmap, for example "PCMU"; compared without regard to case
	PayloadType uint8  // ours in Local, the peer's in a Media
	ClockRate   int    // RTP timestamp units per second
}

// String returns the codec as a=rtpmap writes it, for example "PCMU/8000".
func (c Codec) String() string { return fmt.Sprintf("%s/%d", c.Name, c.ClockRate) }

// Local is our side of a session. Address and Port are where we receive RTP;
// RTCP is on the next port, unless rtcp-mux was agreed on. SessionID and Version
// have to be below 2^63, a first Version below 2^62-1 (RFC 3264 section 5). The
// functions of this package panic when Address is not a specified IP address, as
// the bodies that name it would be wrong.
type Local struct {
	Address        netip.Addr
	Port           uint16
	Codecs         []Codec // in order of preference
	TelephoneEvent bool    // whether we take RFC 4733 events
	RTCPMux        bool    // whether we can have RTCP on the port of RTP (RFC 5761)
	SessionID      uint64  // of o=, the same for the whole session
	Version        uint64  // of o=, one more whenever our description changes (RFC 3264 section 8)
}
