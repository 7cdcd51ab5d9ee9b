package rtp

import (
	"math"
	"time"
)

// ratedLeast is how many packets must be expected before a stream is rated: a second
// of 20 ms.
const ratedLeast = 50

// Quality is what the peer's stream was like.
type Quality struct {
	PacketTime   time.Duration // audio in a packet; 0 when that is not known
	Bursts       Bursts        // of no meaning before the first packet
	Skew         float64       // how much faster the peer's clock runs than ours, in parts per million
	HasSkew      bool          // it was measured, over 10 s at least
	Loudness     Loudness
	OneWay       bool   // nothing had come from the peer when we had sent for 3 s
	Listening    Rating // without the delay
	Conversation Rating // with the delay; needs a round trip
}

// Rating is the opinion that the E-model (ITU-T G.107) has of a stream.
type Rating struct {
	R     float64 // from 0 to 100
	MOS   float64 // from 1 to 4.5
	Valid bool    // all that it needs was measured
}

// quality sums up what was measured so far.
func (r *receiver) quality() Quality {
	in := &r.reception
	pattern, packet := in.pattern(), in.packetTime()
	q := Quality{PacketTime: packet, Bursts: pattern.summary(packet), OneWay: r.watch.oneWay}
	q.Skew, q.HasSkew = in.transits.skew()
	if scale := r.watch.hearing.Scale; scale != nil {
		q.Loudness = r.loudness.summary(scale.Zero)
	}
	path := Path{Equipment: r.watch.hearing.Equipment, BurstRatio: q.Bursts.Ratio}
	if path.Equipment.Robustness <= 0 || pattern.packets < ratedLeast || packet == 0 {
		return q
	}
	path.Loss = float64(pattern.missing) / float64(pattern.packets)
	q.Listening = path.rating()
	if report := &r.control.report; report.HasRoundTrip {
		path.Delay = report.RoundTrip/2 + packet + playoutDelay
		q.Conversation = path.rating()
	}
	return q
}

func (p Path) rating() Rating {
	r := p.R()
	return Rating{R: r, MOS: MOS(r), Valid: true}
}

// metrics is what we tell the peer of its stream.
func (r *receiver) metrics() VoIPMetrics {
	q := r.quality()
	m := VoIPMetrics{
		BurstDensity: q.Bursts.BurstDensity, GapDensity: q.Bursts.GapDensity,
		BurstLength: q.Bursts.BurstLength, GapLength: q.Bursts.GapLength,
		RoundTrip: r.control.report.RoundTrip, EndSystem: playoutDelay + Interval,
		Level: int(math.Round(q.Loudness.Level)), HasLevel: q.Loudness.HasLevel,
		R: int(math.Round(q.Conversation.R)), HasR: q.Conversation.Valid,
		Listening: q.Listening.MOS, HasListening: q.Listening.Valid,
		Conversation: q.Conversation.MOS, HasConversation: q.Conversation.Valid,
		Playout: playoutDelay, PlayoutMax: playoutDelay,
	}
	if expected := r.reception.all().expected; expected > 0 {
		m.Loss = float64(r.reception.lost()) / float64(expected)
		m.Discarded = float64(r.reception.order.late) / float64(expected)
	}
	return m
}
