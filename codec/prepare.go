package codec

import (
	"time"

	"pickup/dsp"
)

// Lengths of the fades at the two ends of a prompt: short enough not to be heard as such, long enough not to click.
const (
	fadeIn  = 5 * time.Millisecond
	fadeOut = 20 * time.Millisecond
)

// prepare is the chain from a file to the samples of a telephone call, at most duration of them at telephoneRate,
// and what is wrong with the file. What shapes the sound for the telephone (band, dynamics, loudness) works on the
// resampled audio before it is rounded. Encoding in the formats and filling up to whole frames follow in newTrack.
func prepare(data []byte, duration time.Duration) (samples []int16, notes []string, err error) {
	a, err := Decode(data, duration)
	if err != nil {
		return nil, nil, err
	}
	x, err := dsp.Resample(dsp.Mono(a.Left, a.Right), handyRate(a.Rate), telephoneRate)
	if err != nil {
		return nil, nil, err
	}
	x = cut(x, telephoneRate, duration)
	dsp.FadeEdges(x, telephoneRate, fadeIn, fadeOut)
	return dsp.Quantise(x), a.Notes, nil
}

// handyRate is a sample rate next to rate whose ratio to telephoneRate is one of moderate numbers, which the size of
// the resampling filter depends on: even, and from 20 kHz on a multiple of 10. All the usual rates stay as they are.
// Others are played off by at most 0.025 %, as by a sound card whose clock is not the best.
func handyRate(rate int) int {
	switch {
	case rate%25 == 0: // of the family of 11025 Hz
		return rate
	case rate < 20000:
		return (rate + 1) / 2 * 2
	}
	return (rate + 5) / 10 * 10
}

// cut is x without what lies beyond d, and never empty: a play time below one sample keeps one.
func cut(x []float64, rate int, d time.Duration) []float64 {
	if keep := d.Seconds() * float64(rate); keep < float64(len(x)) {
		return x[:max(1, int(keep))]
	}
	return x
}
