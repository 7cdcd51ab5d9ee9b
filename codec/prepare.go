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

// prepare is the chain from an MP3 to the samples of a telephone call, at most duration of them at telephoneRate.
// What shapes the sound for the telephone (band, dynamics, loudness) works on the resampled audio before it is
// rounded. Encoding in the formats and filling up to whole frames follow in newTrack.
func prepare(data []byte, duration time.Duration) ([]int16, error) {
	frames, err := scan(data)
	if err != nil {
		return nil, err
	}
	left, right, rate, err := decode(frames, duration, maxLength)
	if err != nil {
		return nil, err
	}
	x, err := dsp.Resample(dsp.Mono(left, right), rate, telephoneRate)
	if err != nil {
		return nil, err
	}
	x = cut(x, telephoneRate, duration)
	dsp.FadeEdges(x, telephoneRate, fadeIn, fadeOut)
	return dsp.Quantise(x), nil
}

// cut is x without what lies beyond d, and never empty: a play time below one sample keeps one.
func cut(x []float64, rate int, d time.Duration) []float64 {
	if keep := d.Seconds() * float64(rate); keep < float64(len(x)) {
		return x[:max(1, int(keep))]
	}
	return x
}
