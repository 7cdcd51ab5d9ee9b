package sdp

import "github.com/pion/sdp/v3"

// chooser picks one codec out of what a peer listed and what we have.
type chooser func([]format, []Codec) (Codec, bool)

// Answer answers an offer (RFC 3264 section 6). The codec is the first of
// local.Codecs that is offered, under the offer's payload type; it is the only
// one in the answer, with telephone events beside it when both sides know them.
// The answer has an m= line for each of the offer in the same order: the first
// audio stream that works is accepted, the others have port 0. An error is an
// [*Error]: 400 when the offer is malformed or empty, 488 when it has nothing
// that we can use.
func Answer(offer []byte, local Local) (answer []byte, m Media, err error) {
	peer, fault := parse(offer)
	if fault != nil {
		return nil, Media{}, fault
	}
	chosen, m, fault := negotiate(peer, local, preferOurs)
	if fault != nil {
		return nil, Media{}, fault
	}
	media := make([]*sdp.MediaDescription, len(peer.streams))
	for i, s := range peer.streams {
		if s == chosen {
			media[i] = accepted(s.proto, local.Port, m)
		} else {
			media[i] = rejected(s)
		}
	}
	// The "t=" line in the answer MUST equal that of the offer (RFC 3264
	// section 6).
	timing := peer.session.TimeDescriptions[0].Timing
	return marshal(local, timing, media), m, nil
}

// negotiate finds the first stream that works. When none does the error is
// about the first that was usable.
func negotiate(peer *description, local Local, choose chooser) (*stream, Media, *Error) {
	streams, first := peer.usableStreams()
	for _, s := range streams {
		m, err := agree(peer, s, local, choose)
		if err == nil {
			return s, m, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, Media{}, first
}

// agree works out what one stream of the peer comes to.
func agree(peer *description, s *stream, local Local, choose chooser) (m Media, err *Error) {
	formats := s.payloads()
	codec, ok := choose(formats, local.Codecs)
	if !ok {
		return m, refused(warnFormat, "no common codec: available are %s; offered are %s", list(local.Codecs), list(formats))
	}
	m.Codec = codec
	if event, ok := find(formats, telephoneEvent); ok && local.TelephoneEvent {
		m.TelephoneEvent, m.HasTelephoneEvent = event.number, true
	}
	m.RTCPMux = local.RTCPMux && s.multiplexes() && m.canMultiplex()
	m.Remote, m.RemoteRTCP, err = peer.destination(s, local, m.RTCPMux)
	if err != nil {
		return Media{}, err
	}
	m.VoIPMetrics = peer.reports(s)
	m.Direction = peer.direction(s).mirror()
	if !m.Remote.IsValid() {
		m.Direction = m.Direction.withoutSend()
	}
	return m, nil
}

// accepted describes the stream that we take part in.
func accepted(proto string, port uint16, m Media) *sdp.MediaDescription {
	return describe(proto, port, []Codec{m.Codec}, m)
}

// rejected repeats an m= line with port 0: "To reject an offered stream, the
// port number in the corresponding stream in the answer MUST be set to zero"
// (RFC 3264 section 6).
func rejected(s *stream) *sdp.MediaDescription {
	return &sdp.MediaDescription{MediaName: sdp.MediaName{
		Media: s.media, Protos: []string{s.proto}, Formats: s.formats,
	}}
}
