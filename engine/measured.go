package engine

import (
	"pickup/calls"
	"pickup/transport/rtp"
)

// hearing is what the session is told of the caller's audio.
func (m *media) hearing() rtp.Hearing {
	h := rtp.Hearing{
		PayloadType: m.agreed.Codec.PayloadType,
		Metrics:     m.agreed.VoIPMetrics,
		Due:         m.answered && m.agreed.Direction.Receives(),
		Timeout:     m.engine.config.Media.Timeout(),
	}
	if law, ok := laws[m.agreed.Codec.Name]; ok {
		h.Scale, h.Equipment = law, g711
	}
	return h
}

// alarmed brings what the session notices to the call.
func (m *media) alarmed() func(rtp.Alarm) {
	bus, id := m.engine.bus, m.id
	return func(a rtp.Alarm) {
		switch a {
		case rtp.OneWay:
			bus.post(id, calls.OneWay{})
		case rtp.Silence:
			bus.post(id, calls.Silent{})
		}
	}
}

// Live tells what was counted so far.
func (m *media) Live() calls.Live {
	live := m.session.Live()
	return calls.Live{Sent: live.Sent, Received: live.Received, Lost: live.Lost, Foreign: live.Foreign, Jitter: live.Jitter}
}

// Stop ends the audio and gives the ports back.
func (m *media) Stop() calls.MediaStats {
	if m.session == nil {
		return calls.MediaStats{}
	}
	stats, measured := m.summary(), m.session.Stop()
	sent, in := measured.Sent, measured.Received
	stats.RemoteSeen = in.From
	stats.RoundTrip = when(measured.Report.HasRoundTrip, measured.Report.RoundTrip)
	stats.Sent = calls.Sent{
		Packets: sent.Packets,
		Bytes:   sent.Bytes,
		Skipped: sent.Skipped,
		Errors:  sent.Errors,
		LateMax: sent.LateMax,
	}
	stats.Received = calls.Received{
		Packets:    in.Packets,
		Bytes:      in.Bytes,
		Invalid:    in.Invalid + in.Foreign,
		Expected:   in.Expected,
		Lost:       in.Lost,
		Duplicated: in.Duplicated,
		Reordered:  in.Reordered,
		Late:       in.Late,
		Sources:    in.Sources,
		Jitter:     in.Jitter,
		JitterMax:  in.JitterMax,
	}
	stats.Quality = quality(measured)
	stats.Remote = remote(measured.Report)
	return stats
}

// quality leaves out what was not measured.
func quality(s rtp.Stats) calls.Quality {
	q, heard := s.Quality, s.Received.Packets > 0
	timed := heard && q.PacketTime > 0
	sound := q.Loudness.Packets > 0
	return calls.Quality{
		OneWay:       when(q.OneWay || heard, q.OneWay),
		Bursts:       when(heard, q.Bursts.Count),
		BurstDensity: when(q.Bursts.Count > 0, q.Bursts.BurstDensity),
		GapDensity:   when(heard, q.Bursts.GapDensity),
		BurstLength:  when(timed && q.Bursts.Count > 0, q.Bursts.BurstLength),
		GapLength:    when(timed, q.Bursts.GapLength),
		BurstRatio:   when(heard, q.Bursts.Ratio),
		Skew:         when(q.HasSkew, q.Skew),
		Level:        when(q.Loudness.HasLevel, q.Loudness.Level),
		Silence:      when(sound, q.Loudness.Silence),
		Clipping:     when(sound, q.Loudness.Clipping),
		ListeningMOS: when(q.Listening.Valid, q.Listening.MOS),
		MOS:          when(q.Conversation.Valid, q.Conversation.MOS),
		R:            when(q.Conversation.Valid, q.Conversation.R),
	}
}

// remote is the caller's view of our audio, nil when it told none.
func remote(r rtp.Report) *calls.Remote {
	if !r.Valid && !r.HasMetrics {
		return nil
	}
	out := &calls.Remote{
		Lost: when(r.Valid, r.Lost), FractionLost: when(r.Valid, r.FractionLost), Jitter: when(r.Valid, r.Jitter),
	}
	if m := r.Metrics; r.HasMetrics {
		out.Metrics = &calls.Metrics{
			Loss: m.Loss, Discarded: m.Discarded,
			BurstDensity: m.BurstDensity, GapDensity: m.GapDensity,
			BurstLength: m.BurstLength, GapLength: m.GapLength,
			Level:        when(m.HasLevel, m.Level),
			R:            when(m.HasR, m.R),
			ListeningMOS: when(m.HasListening, m.Listening),
			MOS:          when(m.HasConversation, m.Conversation),
		}
	}
	return out
}

// when is a pointer to the value, nil when it is not known.
func when[T any](known bool, value T) *T {
	if !known {
		return nil
	}
	return &value
}
