package dsp

import "time"

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
	peaks := crests(x)
	slidingMax(peaks, limiterWindow(rate))
	return peaks
}

// limiterWindow is the look-ahead in samples, with the present one.
func limiterWindow(rate int) int {
	return int(samplesIn(limiterAhead, rate)) + 1
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

// slidingMax puts the largest value of each window of x, x[i] to x[i+window-1], in the place of x[i], by the algorithm
// of M. van Herk (A fast algorithm for local minimum and maximum filters on rectangular and octagonal kernels, Pattern
// Recognition Letters 13, 1992): three comparisons for each value whatever the window. window is 1 or more, no
// value is below 0, and the last windows end with x.
func slidingMax(x []float64, window int) {
	for ; len(x) > 0; x = x[min(window, len(x)):] {
		block, next := x[:min(window, len(x))], x[min(window, len(x)):]
		// From each value to the end of its block ...
		for i := len(block) - 2; i >= 0; i-- {
			block[i] = max(block[i], block[i+1])
		}
		// ... and from the beginning of the next block to the end of the window.
		head := 0.0
		for i := 1; i < len(block); i++ {
			if i <= len(next) {
				head = max(head, next[i-1])
			}
			block[i] = max(block[i], head)
		}
	}
}
