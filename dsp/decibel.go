package dsp

import "math"

// Decibels is a ratio of amplitudes in dB, and -Inf for 0. Of an amplitude it is the level relative to full scale.
func Decibels(ratio float64) float64 { return float64(20 * math.Log10(ratio)) }

// Gain is the ratio of amplitudes of so many dB, and exactly 1 for 0.
func Gain(decibels float64) float64 {
	if decibels == 0 {
		return 1
	}
	return math.Exp(math.Ln10 / 20 * decibels)
}
