package engine

import (
	"errors"
	"fmt"
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
	engine  *Engine
	id      calls.ID
	local   sdp.Local
	session *rtp.Session
	agreed  sdp.Media
}

var _ calls.Media = (*media)(nil)

// newMedia prepares the media of a call that came in on the leg. The address that
// the caller dialled is the one that its audio comes from.
func (e *Engine) newMedia(id calls.ID, l *sip.Leg) *media {
	return &media{engine: e, id: id, local: sdp.Local{
		Address:        l.Local().Addr().Unmap(),
		Codecs:         e.codecs,
		TelephoneEvent: e.config.Media.EnableDTMF,
		SessionID:      newSessionID(),
		Version:        1,
	}}
}

// Negotiate opens the ports and answers the offer, or makes one.
func (m *media) Negotiate(offer []byte) ([]byte, error) {
	session, err := rtp.Open(rtp.Config{
		Listen:  m.engine.listenRTP,
		Ports:   m.engine.ports,
		Pacers:  m.engine.pacers,
		Address: m.local.Address,
	})
	if err != nil {
		return nil, &calls.RefusedError{
			Refusal: calls.Refusal{Status: 503, RetryAfter: retryAfter},
			Cause:   calls.NoResources,
			Err:     fmt.Errorf("opening RTP ports: %w", err),
		}
	}
	m.session = session
	m.local.Port = session.Port()
	if len(offer) == 0 {
		return sdp.Offer(m.local), nil
	}
	answer, agreed, err := sdp.Answer(offer, m.local)
	if err != nil {
		return nil, refused(err)
	}
	m.agreed = agreed
	return answer, nil
}

// Accept takes the answer to our offer.
func (m *media) Accept(answer []byte) error {
	agreed, err := sdp.Accept(answer, m.local)
	if err != nil {
		return fmt.Errorf("answer in the ACK: %w", err)
	}
	m.agreed = agreed
	return nil
}

// Play starts the prompt. Where the caller wants no audio from us the time runs
// all the same.
func (m *media) Play() calls.MediaStats {
	bus, id := m.engine.bus, m.id
	track, ok := m.engine.prompt.Track(m.agreed.Codec.Name)
	if !ok {
		panic("engine: no track in " + m.agreed.Codec.Name) // codecs are those of the prompt
	}
	m.session.Play(rtp.Stream{
		Source:      track,
		PayloadType: m.agreed.Codec.PayloadType,
		Frames:      m.engine.frames,
		Remote:      m.agreed.Remote,
		Samples:     samplesPerFrame(m.agreed.Codec.ClockRate),
		Muted:       !m.agreed.Direction.Sends(),
	}, func(err error) {
		if err != nil {
			bus.post(id, calls.MediaFailed{Err: err})
			return
		}
		bus.post(id, calls.Played{})
	})
	return m.described()
}

// Stop ends the audio and gives the ports back.
func (m *media) Stop() calls.MediaStats {
	if m.session == nil {
		return calls.MediaStats{}
	}
	stats, measured := m.described(), m.session.Stop()
	stats.RemoteSeen = measured.Received.From
	stats.Sent = calls.Sent{
		Packets: measured.Sent.Packets,
		Bytes:   measured.Sent.Bytes,
		Skipped: measured.Sent.Skipped,
		Errors:  measured.Sent.Errors,
		LateMax: measured.Sent.LateMax,
	}
	stats.Received = calls.Received{
		Packets: measured.Received.Packets,
		Bytes:   measured.Received.Bytes,
		Invalid: measured.Received.Invalid,
	}
	return stats
}

// described is what the negotiation agreed on.
func (m *media) described() calls.MediaStats {
	return calls.MediaStats{
		Codec:     m.agreed.Codec.Name,
		Local:     netip.AddrPortFrom(m.local.Address, m.local.Port),
		RemoteSDP: m.agreed.Remote,
	}
}

// refused turns an error of the negotiation into its answer in SIP.
func refused(err error) error {
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

// codecsOf lists the formats as session descriptions name them.
func codecsOf(formats []codec.Format) []sdp.Codec {
	list := make([]sdp.Codec, len(formats))
	for i, f := range formats {
		list[i] = sdp.Codec{Name: f.Name, PayloadType: f.PayloadType, ClockRate: f.ClockRate}
	}
	return list
}
