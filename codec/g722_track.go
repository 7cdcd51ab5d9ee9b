package codec

import "slices"

// newG722Track encodes whole frames of samples. A decoder of G.722 remembers what it has heard: a frame sounds as it
// should only behind those that the encoder had before it, and as a click where that was something else. So there are
// two encodings, one from the reset state on, and one that follows the end and is repeated. Behind itself the second
// fits but for what the predictors have drifted since: speech hides that, a loud tone has a tick.
func newG722Track(samples []int16) *Track {
	var e g722Encoder
	e.reset()
	t := &Track{format: G722, payload: e.encode(nil, samples)}
	t.silence = e.silence()
	t.repeat = e.encode(nil, samples)
	return t
}

// Encoded zeros are a noise of a few steps, to which the predictors add up their rounding. Only repeated silenceCodes
// decode to zero, and only from some states: from the others they leave a constant of about 24 steps.
const (
	silencing = 100 // frames of zeros at the most, until a state from which there is no constant; mostly less than 20
	silent    = 20  // frames of silenceCodes behind which nothing changes any more
)

// silence is what follows the sound that was encoded: zeros, and then a frame that can be repeated.
func (e g722Encoder) silence() frames {
	zeros := make([]int16, G722.frameSamples())
	var f frames
	for n := 0; n < silencing && !e.fallsSilent(); n++ {
		f = e.encode(f, zeros)
	}
	return append(f, silentFrame(G722)...)
}

// fallsSilent tells whether a decoder that has followed the encoder comes to zero by silenceCodes. Decoder and encoder have the
// same predictors.
func (e g722Encoder) fallsSilent() bool {
	d := g722Decoder{low: e.low, high: e.high}
	silence := silentFrame(G722)
	var heard []int16
	for range silent {
		heard = d.decode(heard[:0], silence)
	}
	return !slices.ContainsFunc(heard, func(s int16) bool { return s != 0 })
}
