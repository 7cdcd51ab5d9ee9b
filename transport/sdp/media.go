package sdp

import "net/netip"

// Media is what both sides agreed on, as seen from us.
type Media struct {
	// Codec is the one to send, with the payload type that the peer gave it.
	Codec Codec

	// TelephoneEvent is the payload type of RFC 4733 events, when
	// HasTelephoneEvent says that both sides know them.
	TelephoneEvent    uint8
	HasTelephoneEvent bool

	// Remote is where the peer receives RTP, and RemoteRTCP where it receives
	// RTCP. Both are the zero AddrPort when the peer put us on hold with the
	// address 0.0.0.0 or ::, and RemoteRTCP also when no port is left for it.
	Remote     netip.AddrPort
	RemoteRTCP netip.AddrPort

	// RTCPMux tells that both sides have RTP and RTCP on one port (RFC 5761).
	// RemoteRTCP is the same as Remote then.
	RTCPMux bool

	// VoIPMetrics tells that the peer knows extended reports with VoIP metrics, and
	// both sides send them (RFC 3611 section 5).
	VoIPMetrics bool

	// Direction is the direction of the stream from our side.
	Direction Direction
}

// Direction says which way the media of a stream flows.
type Direction uint8

// The directions of RFC 8866 section 6.7.
const (
	SendRecv Direction = iota // both ways; also what the absence of an attribute means
	SendOnly                  // the side that says so only sends
	RecvOnly                  // the side that says so only receives
	Inactive                  // no media; RTCP goes on
)

// String returns the SDP attribute of the direction.
func (d Direction) String() string {
	return [...]string{SendRecv: "sendrecv", SendOnly: "sendonly", RecvOnly: "recvonly", Inactive: "inactive"}[d]
}

// Sends tells whether the side that has this direction sends media.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives tells whether the side that has this direction receives media.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

// mirror returns the direction as the other side sees it.
func (d Direction) mirror() Direction {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	default:
		return d
	}
}

// withoutSend returns what is left of the direction when nothing may be sent.
func (d Direction) withoutSend() Direction {
	if d == SendRecv || d == RecvOnly {
		return RecvOnly
	}
	return Inactive
}

// parseDirection finds the direction attribute among the names of attributes.
func parseDirection(name string) (d Direction, ok bool) {
	for d := range Inactive + 1 {
		if d.String() == name {
			return d, true
		}
	}
	return SendRecv, false
}
