package dsp

import (
	"context"
	"math"
	"slices"
)

// The search for the gain of Normalise.
const (
	loudnessTolerance = 0.02 // LU; at this distance from the target the search ends
	normaliseSteps    = 12   // gains that are tried
	maxDrive          = 12.0 // dB into the limiter, beyond the gain at which the peaks would just do without it
	rarePeaks         = 0.01 // of the time of sound: peaks that are no reason to leave all the rest quiet
	minYield          = 0.1  // LU per dB of gain; the limiter takes more than this only where the search must end
)

// Normalise brings x, in place, to the loudness of target in LUFS and keeps it below the ceiling of the limiter. It
// returns the gain in dB and by how many dB, 0 or more, the limiter then reduced every sample.
//
// The limiter takes loudness away, so the gain is searched for, by the secant method, until the result is within
// 0.02 LU. Where peaks are so much above the rest that the limiter would have to be driven by more than 12 dB the
// result stays quieter: loudness beyond that is distortion. The hundredth of the sound with the highest peaks, such as a
// knock on the microphone, does not count for that. Silence stays silence, with a gain of 0.
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
	most := Decibels(limiter.Ceiling/usualPeak(peaks, rate)) + maxDrive
	gain = min(target-loudness, most)
	yield, last := 1.0, 0.0
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

// usualPeak is the peak that all but rarePeaks of the sound stay below; peaks are those ahead of every sample. What is below
// -70 dBFS is no sound.
func usualPeak(peaks []float64, rate int) float64 {
	var sound []float64
	for i := 0; i < len(peaks); i += limiterWindow(rate) { // each is that of a whole window
		if peaks[i] > Gain(absoluteGate) {
			sound = append(sound, peaks[i])
		}
	}
	if len(sound) == 0 {
		return slices.Max(peaks)
	}
	slices.Sort(sound)
	return sound[len(sound)-1-int(rarePeaks*float64(len(sound)))]
}
