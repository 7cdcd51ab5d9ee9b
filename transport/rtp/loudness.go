package rtp

import "math"

// Scale is what the octets of a codec with one octet per sample are worth. It is
// read-only and shared by all sessions.
type Scale struct {
	// Energy is the square of the sample that each octet stands for, below 2^31, with
	// [Clipped] added where no octet stands for a larger one.
	Energy [256]uint64
	// Zero is the mean square of 0 dBm0.
	Zero float64
}

// Clipped marks an octet in [Scale.Energy].
const Clipped = 1 << 48

// silenceLevel is where a packet counts as silence, in dBm0: below a low voice, and
// above the noise of a line that is switched through.
const silenceLevel = -50

// loudness is how loud the peer's audio was.
type loudness struct {
	packets, silent uint64
	samples         uint64
	clipped         uint64
	loud            uint64 // samples of the packets that are not silent
	energy          uint64 // of these
}

// add takes the payload of a packet, at most [readSize] octets.
func (l *loudness) add(payload []byte, scale *Scale) {
	if len(payload) == 0 {
		return
	}
	sum := uint64(0)
	for _, octet := range payload {
		sum += scale.Energy[octet]
	}
	samples, energy := uint64(len(payload)), sum%Clipped
	l.packets++
	l.samples += samples
	l.clipped += sum / Clipped
	if float64(energy) < silence*scale.Zero*float64(samples) {
		l.silent++
		return
	}
	l.loud += samples
	l.energy += energy
}

var silence = math.Pow(10, silenceLevel/10.)

// Loudness is what the peer's audio was like, over the packets of the codec that was
// agreed on.
type Loudness struct {
	Packets  uint64  // that were measured; 0: nothing else is known
	Silence  float64 // share of the packets below -50 dBm0, from 0 to 1
	Clipping float64 // share of the samples at the end of the scale, from 0 to 1
	Level    float64 // mean power of the packets that are no silence, in dBm0
	HasLevel bool    // there were some
}

func (l *loudness) summary(zero float64) Loudness {
	if l.packets == 0 {
		return Loudness{}
	}
	out := Loudness{
		Packets:  l.packets,
		Silence:  float64(l.silent) / float64(l.packets),
		Clipping: float64(l.clipped) / float64(l.samples),
	}
	if l.loud > 0 {
		out.Level, out.HasLevel = 10*math.Log10(float64(l.energy)/float64(l.loud)/zero), true
	}
	return out
}
