package dsp

import (
	"context"
	"math"
)

// The search for the gain of Normalise.
const (
	loudnessTolerance = 0.02 // LU; at this distance from the target the search ends
	normaliseSteps    = 12   // gains that are tried
	maxDrive          = 12.0 // dB into the limiter, beyond the gain that would do without it
	minYield          = 0.1  // LU per dB of gain; the limiter takes more than this only where the search must end
)

// Normalise brings x, in place, to the loudness of target in LUFS and keeps it below the ceiling of the limiter. It
// returns the gain in dB and by how many dB, 0 or more, the limiter then reduced every sample.
//
// The limiter takes loudness away, so the gain is searched for, by the secant method, until the result is within
// 0.02 LU. Where peaks are so much above the rest that the limiter would have to be driven by more than 12 dB the
// result stays quieter: loudness beyond that is distortion. Silence stays silence, with a gain of 0.
// rate is the sample rate in Hz. It is an error when the context ends, and x is then as it was.
func Normalise(
	ctx context.Context, x []float64, rate int, target float64, limiter Limiter,
) (gain float64, reduction []float64, err error) {
	loudness := Loudness(x, rate)
	if math.IsInf(loudness, 0) {
		return 0, limiter.Apply(x, rate), nil
	}
	peaks := peaksAhead(x, rate)
	y, reduction := make([]float64, len(x)), make([]float64, len(x))
	gain = target - loudness
	most, yield, last := gain+maxDrive, 1.0, 0.0
	for step := 1; ; step++ {
		if err := ctx.Err(); err != nil {
			return 0, nil, err
		}
		drive := Gain(gain)
		limiter.follow(peaks, drive, rate, reduction)
		limiter.limit(y, x, drive, reduction)
		reached := Loudness(y, rate)
		miss := target - reached
		if math.Abs(miss) <= loudnessTolerance || step == normaliseSteps || gain == most && miss > 0 {
			break
		}
		if step > 1 {
			yield = min(max((reached-loudness)/(gain-last), minYield), 1)
		}
		loudness, last = reached, gain
		gain = min(gain+miss/yield, most)
	}
	copy(x, y)
	toReduction(reduction)
	return gain, reduction, nil
}
