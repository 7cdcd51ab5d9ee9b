package dsp

import "math"

// The working level: the thresholds of the expander and of the compressors are fixed, so what they act on must be
// equally loud for every file.
const (
	workingLoudness = -16.0 // LUFS
	minWorkingGain  = -20.0 // dB
	maxWorkingGain  = 30.0  // dB: what needs more is noise, not a quiet recording
)

// WorkingLevel brings x, in place, to the loudness of -16 LUFS that the dynamics are made for, and returns the gain
// in dB, from -20 to +30. Silence, where there is no loudness to measure, stays as it is with a gain of 0.
// rate is the sample rate in Hz.
func WorkingLevel(x []float64, rate int) (gain float64) {
	loudness := Loudness(x, rate)
	if math.IsInf(loudness, 0) {
		return 0
	}
	gain = min(max(workingLoudness-loudness, minWorkingGain), maxWorkingGain)
	scale(x, Gain(gain))
	return gain
}
