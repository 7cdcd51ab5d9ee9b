package sdp

import "github.com/pion/sdp/v3"

// Offer offers one audio stream with all of local.Codecs in order, both ways
// (RFC 3264 section 5): the body of our 2xx when the INVITE had none.
func Offer(local Local) []byte {
	audio := describe("RTP/AVP", local.Port, local.Codecs, Media{
		TelephoneEvent:    telephoneEvent.PayloadType,
		HasTelephoneEvent: local.TelephoneEvent,
		RTCPMux:           local.RTCPMux,
		Direction:         SendRecv,
	})
	return marshal(local, sdp.Timing{}, []*sdp.MediaDescription{audio})
}

// Accept reads the answer to our [Offer], which is in the ACK. The codec is the
// first of the answer that is ours, under the answer's payload type (RFC 3264
// section 7). An error is an [*Error]; as an ACK has no response, its status is
// for the record only and the call has to be ended. What the answer has beyond
// the one stream that we offered is ignored.
func Accept(answer []byte, local Local) (Media, error) {
	peer, fault := parse(answer)
	if fault != nil {
		return Media{}, fault
	}
	peer.streams = peer.streams[:min(1, len(peer.streams))]
	_, m, fault := negotiate(peer, local, preferTheirs)
	if fault != nil {
		return Media{}, fault
	}
	return m, nil
}
