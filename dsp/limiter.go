package dsp

import (
	"math"
	"time"
)

// The timing of the limiter: the gain falls within the look-ahead, without a corner that would be heard as a click,
// and comes back so slowly that it does not follow the wave of a tone.
const (
	limiterAhead   = 5 * time.Millisecond
	limiterRelease = 80 * time.Millisecond
)

// Limiter keeps the signal below Ceiling, an amplitude above 0 and up to 1, relative to full scale.
//
// It looks at the true peak, not at the samples, which would let the gain of a steady tone flutter with the place of
// its samples in the wave. The gain that the highest peak of the next 5 ms needs is held, released with a time
// constant of 80 ms, and averaged over those 5 ms: the average only holds gains that are low enough for the sample
// it is for, so that it is low enough itself. What rounding leaves above the ceiling is clamped.
type Limiter struct{ Ceiling float64 }

// Apply limits x in place and returns by how many dB, 0 or more, every sample was reduced. No sample is above Ceiling
// afterwards. rate is the sample rate in Hz. It takes samples up to 1e100.
func (l Limiter) Apply(x []float64, rate int) (reduction []float64) {
	gain := make([]float64, len(x))
	l.follow(peaksAhead(x, rate), 1, rate, gain)
	l.limit(x, x, 1, gain)
	toReduction(gain)
	return gain
}

// peaksAhead is for every sample the true peak of the time that the limiter looks ahead.
func peaksAhead(x []float64, rate int) []float64 {
	return slidingMax(crests(x), limiterWindow(rate))
}

// limiterWindow is the look-ahead in samples, with the present one.
func limiterWindow(rate int) int {
	return int(samples(limiterAhead, rate)) + 1
}

// follow makes the gain of the limiter for a signal with these peaks ahead and amplified by drive.
func (l Limiter) follow(peaks []float64, drive float64, rate int, gain []float64) {
	if len(peaks) == 0 {
		return
	}
	need := func(peak float64) float64 { return min(1, l.Ceiling/(peak*drive)) }
	release := 1 - retention(limiterRelease, rate)
	window := make([]float64, limiterWindow(rate)) // the gains to average, the oldest at next
	next := 0
	// Before the first sample the limiter is where that needs it.
	held := need(peaks[0])
	sum := 0.0
	for i := range window {
		window[i] = held
		sum += held
	}
	for i, peak := range peaks {
		if g := need(peak); g < held {
			held = g
		} else {
			held = float64(release*(g-held)) + held
		}
		sum += held - window[next]
		window[next] = held
		if next++; next == len(window) {
			next = 0
		}
		gain[i] = min(1, sum/float64(len(window)))
	}
}

// limit is y = x·drive·gain, clamped to the ceiling. y and x may be the same.
func (l Limiter) limit(y, x []float64, drive float64, gain []float64) {
	for i, v := range x {
		y[i] = v * drive * gain[i]
	}
	clamp(y, l.Ceiling)
}

// clamp cuts off what is farther from zero than the ceiling, in place.
func clamp(x []float64, ceiling float64) {
	for i, v := range x {
		x[i] = min(max(v, -ceiling), ceiling)
	}
}

// toReduction turns gains, in place, into dB of reduction.
func toReduction(gain []float64) {
	for i, g := range gain {
		gain[i] = 0
		if g < 1 {
			gain[i] = min(-20*math.Log10(g), maxReduction)
		}
	}
}

// maxReduction is what a gain of 0 counts for in dB: more than the range of any sample format.
const maxReduction = 200

// slidingMax is the largest value of each window of x, out[i] of x[i] to x[i+window-1], by the algorithm of
// M. van Herk (A fast algorithm for local minimum and maximum filters on rectangular and octagonal kernels, Pattern
// Recognition Letters 13, 1992): three comparisons for each value whatever the window. window is 1 or more; the last
// windows end with x.
func slidingMax(x []float64, window int) []float64 {
	out := make([]float64, len(x))
	// To the end of the block of window values that i is in ...
	for i := len(x) - 1; i >= 0; i-- {
		out[i] = x[i]
		if (i+1)%window != 0 && i+1 < len(x) {
			out[i] = max(x[i], out[i+1])
		}
	}
	// ... and from the beginning of the next block to the end of the window.
	head := 0.0
	for i, v := range x {
		if i%window == 0 {
			head = v
		}
		head = max(head, v)
		if first := i + 1 - window; first >= 0 {
			out[first] = max(out[first], head)
		}
	}
	if len(x) > 0 {
		for i := max(0, len(x)-window); i < (len(x)-1)/window*window; i++ {
			out[i] = max(out[i], head)
		}
	}
	return out
}
