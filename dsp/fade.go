package dsp

import (
	"math"
	"time"
)

// FadeEdges fades the beginning of x in and its end out, in place, so that neither clicks. The gain is a
// raised cosine: it starts at 0, has zero slope at both ends of the fade, and is 1 everywhere else.
// rate is the sample rate in Hz; in and out are the lengths of the two fades, each at most the whole of x.
func FadeEdges(x []float64, rate int, in, out time.Duration) {
	n := fadeSamples(len(x), rate, in)
	for i := range n {
		x[i] *= fadeGain(i, n)
	}
	n = fadeSamples(len(x), rate, out)
	for i := range n {
		x[len(x)-1-i] *= fadeGain(i, n)
	}
}

// fadeSamples is the length of a fade in samples, never more than there are.
func fadeSamples(length, rate int, d time.Duration) int {
	return max(0, min(length, int(math.Round(d.Seconds()*float64(rate)))))
}

// fadeGain is the gain of sample i of a fade of n samples, counted from its silent end.
func fadeGain(i, n int) float64 {
	s := math.Sin(math.Pi / 2 * float64(i) / float64(n))
	return s * s
}
