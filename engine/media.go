package engine

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"time"

	"pickup/calls"
	"pickup/codec"
	"pickup/transport/rtp"
	"pickup/transport/sdp"
	"pickup/transport/sip"
)

// media is the audio of one call: a session description, an RTP session and the
// shared prompt. It is used by the call's actor only.
type media struct {
	engine     *Engine
	audio      *Audio
	id         calls.ID
	local      sdp.Local
	bind       netip.Addr     // of the media sockets
	shown      func() bool    // the caller has shown that it receives what is sent there
	source     netip.Addr     // where the caller's signalling comes from
	signalling netip.AddrPort // where it reached us
	session    *rtp.Session
	negotiated
	standing negotiated // before the last Negotiate
	playing  bool
	inband   *inband // nil until the audio is searched for digits
	answered bool    // the caller is to be heard
}

// negotiated is what a negotiation came to.
type negotiated struct {
	agreed    sdp.Media
	described []byte // our session description, as it was sent last
	version   uint64 // of it
}

var _ calls.Media = (*media)(nil)

// errElsewhere is the error of a session description that names another host than the
// signalling comes from.
var errElsewhere = errors.New("media must go where the signalling comes from")

// newMedia prepares the media of a call that came in on the leg. The address that
// the caller dialled is the one that its audio comes from; behind a translator the
// caller is told the outer one.
func (e *Engine) newMedia(id calls.ID, l *sip.Leg) *media {
	audio := e.audio.Load()
	bind, source := l.Local().Addr(), l.Source().Addr()
	return &media{engine: e, audio: audio, id: id, bind: bind, source: source, signalling: l.Local(), shown: l.Shown, local: sdp.Local{
		Address:        e.nat.Policy().Audio(bind, source),
		Codecs:         audio.codecs,
		TelephoneEvent: e.config.Media.EnableDTMF,
		RTCPMux:        true,
		SessionID:      newSessionID(),
	}, negotiated: negotiated{version: 1}}
}

// Negotiate answers an offer, or makes one. The first call opens the ports; each
// further one changes the session between two packets, or leaves it as it was.
func (m *media) Negotiate(offer []byte) ([]byte, error) {
	if err := m.open(); err != nil {
		return nil, err
	}
	m.standing = m.negotiated
	if len(offer) == 0 {
		return m.describe(func(local sdp.Local) ([]byte, error) { return sdp.Offer(local), nil })
	}
	var agreed sdp.Media
	answer, err := m.describe(func(local sdp.Local) (answer []byte, err error) {
		answer, agreed, err = sdp.Answer(offer, local)
		return answer, err
	})
	if err == nil {
		err = m.agree(agreed)
	}
	if err != nil {
		m.negotiated = m.standing
		return nil, refused(err)
	}
	return answer, nil
}

// Accept takes the answer to our offer.
func (m *media) Accept(answer []byte) error {
	agreed, err := sdp.Accept(answer, m.local)
	if err == nil {
		err = m.agree(agreed)
	}
	if err != nil {
		return fmt.Errorf("answer to our offer: %w", err)
	}
	return nil
}

// Revert takes the last Negotiate back, whose answer did not get to the caller.
func (m *media) Revert() error {
	m.described, m.version = m.standing.described, m.standing.version
	return m.agree(m.standing.agreed)
}

// open takes a pair of ports, unless the call has one.
func (m *media) open() error {
	if m.session != nil {
		return nil
	}
	session, err := rtp.Open(rtp.Config{
		Listen:  m.engine.listenRTP,
		Ports:   m.engine.ports,
		Pacers:  m.engine.pacers,
		Address: m.bind,
		Alarm:   m.alarmed(),
	})
	if err != nil {
		return &calls.RefusedError{
			Refusal: calls.Refusal{Status: 503, RetryAfter: retryAfter},
			Cause:   calls.NoResources,
			Err:     fmt.Errorf("opening RTP ports: %w", err),
		}
	}
	m.session = session
	m.local.Port = session.Port()
	return nil
}

// describe writes our session description. RFC 3264 section 8: when it is not the
// one that was sent last, "the version in the origin field MUST increment by one".
func (m *media) describe(write func(sdp.Local) ([]byte, error)) ([]byte, error) {
	m.local.Version = m.version
	body, err := write(m.local)
	if err == nil && m.described != nil && !bytes.Equal(body, m.described) {
		m.local.Version++
		body, err = write(m.local)
	}
	if err != nil {
		return nil, err
	}
	m.described, m.version = body, m.local.Version
	return body, nil
}

// agree makes the session what was agreed on. A session that plays goes on with the
// next packet.
func (m *media) agree(agreed sdp.Media) error {
	for _, remote := range []netip.AddrPort{agreed.Remote, agreed.RemoteRTCP} {
		if err := m.refuseTarget(remote); err != nil {
			return err
		}
	}
	var err error
	if m.playing {
		err = m.session.Change(m.stream(agreed), m.peer(agreed))
	} else {
		err = m.session.Expect(m.peer(agreed))
	}
	if err == nil {
		m.agreed = agreed
		m.listen()
		m.session.Hear(m.hearing())
	}
	return err
}

// strangerFrames is one second: all that a caller hears before the answer who may be
// another than the owner of the address that it calls from, since what it costs somebody
// to send an INVITE with the address of somebody else must not bring that one a stream.
const strangerFrames = int(time.Second / codec.FrameDuration)

// PlayEarly starts the prompt for a call that rings, over and over.
func (m *media) PlayEarly() calls.MediaStats {
	stream := m.stream(m.agreed)
	stream.Frames = math.MaxInt32 // 16 months
	if !m.shown() {
		stream.Frames = strangerFrames
	}
	return m.play(stream, nil)
}

// Play starts the prompt, from its beginning. Where the caller wants no audio from us
// the time runs all the same.
func (m *media) Play() calls.MediaStats {
	m.answered = true
	m.session.Hear(m.hearing())
	return m.play(m.stream(m.agreed), calls.Played{})
}

// play starts a stream, whose end is told as the event, unless that is nil.
func (m *media) play(stream rtp.Stream, over calls.Event) calls.MediaStats {
	bus, id := m.engine.bus, m.id
	err := m.session.Play(stream, m.peer(m.agreed), func(err error) {
		if err != nil {
			bus.post(id, calls.MediaFailed{Err: err})
		} else if over != nil {
			bus.post(id, over)
		}
	})
	if err != nil {
		bus.post(id, calls.MediaFailed{Err: err})
	}
	m.playing = true
	return m.summary()
}

// stream is the prompt in the codec and the direction that were agreed on.
func (m *media) stream(agreed sdp.Media) rtp.Stream {
	return rtp.Stream{
		Source:      m.audio.track(agreed.Codec.Name),
		PayloadType: agreed.Codec.PayloadType,
		Frames:      m.audio.frames,
		Samples:     samplesPerFrame(agreed.Codec.ClockRate),
		Muted:       !agreed.Direction.Sends(),
	}
}

// peer is where the caller's half of the media is.
func (m *media) peer(agreed sdp.Media) rtp.Peer {
	return rtp.Peer{RTP: agreed.Remote, RTCP: agreed.RemoteRTCP, Mux: agreed.RTCPMux, Source: m.source}
}

// summary is what the negotiation agreed on.
func (m *media) summary() calls.MediaStats {
	return calls.MediaStats{
		Audio:     m.audio.prompt.Source(),
		Codec:     m.agreed.Codec.Name,
		Local:     netip.AddrPortFrom(m.bind, m.local.Port),
		RemoteSDP: m.agreed.Remote,
	}
}

// refused turns an error of the negotiation into its answer in SIP.
func refused(err error) error {
	if errors.Is(err, rtp.ErrOwnPort) || errors.Is(err, errElsewhere) {
		return &calls.RefusedError{Refusal: calls.Refusal{Status: 488}, Cause: calls.NotAcceptable, Err: err}
	}
	failed, ok := errors.AsType[*sdp.Error](err)
	if !ok {
		return err
	}
	return &calls.RefusedError{
		Refusal: calls.Refusal{
			Status:  failed.Status,
			Warning: calls.Warning{Code: failed.Warning, Text: failed.Text},
		},
		Cause: calls.NotAcceptable,
		Err:   err,
	}
}

// samplesPerFrame is how far the RTP timestamp moves with one frame.
func samplesPerFrame(clockRate int) uint32 {
	return uint32(clockRate * int(codec.FrameDuration/time.Millisecond) / 1000)
}

// newSessionID makes the id of an o= line (RFC 8866 section 5.2).
func newSessionID() uint64 {
	var b [8]byte
	rand.Read(b[:])                           // never fails: it ends the process instead
	return binary.BigEndian.Uint64(b[:]) >> 2 // fits the signed 64 bits of other parsers
}
