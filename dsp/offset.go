package dsp

import (
	"math"
	"time"
)

// The mean that RemoveOffset takes away follows the signal with a time constant of 1/(2·pi) s, which makes a high-pass of
// 1 Hz: from 50 Hz on, where the widest band begins, it changes no level by more than 0.004 dB.
const (
	offsetAverage = 159 * time.Millisecond
	offsetStart   = 100 * time.Millisecond // whose mean is what the signal begins with
	leastOffset   = 1e-3                   // -60 dBFS: the click of less is not heard
)

// RemoveOffset takes a constant away from x, in place, without the step at either end that a filter which begins at rest
// sees there and answers with a click. It is a high-pass of 1 Hz that begins settled: at the mean of the first 100 ms,
// though not farther from zero than the first sample, so that no sound begins with a larger step than it had. A signal
// whose mean is below -60 dBFS stays as it is.
// rate is the sample rate in Hz. It takes samples up to 1e100.
func RemoveOffset(x []float64, rate int) {
	if math.Abs(meanOf(x)) < leastOffset {
		return
	}
	mean := meanOf(x[:min(len(x), max(1, int(samplesIn(offsetStart, rate))))])
	mean = max(min(0, x[0]), min(max(0, x[0]), mean))
	follow := 1 - retention(offsetAverage, rate)
	for i, v := range x {
		x[i] = v - mean
		mean = float64(follow*x[i]) + mean
	}
}

// meanOf is the mean of x, and 0 for none.
func meanOf(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(1, len(x)))
}
