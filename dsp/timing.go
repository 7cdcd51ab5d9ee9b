package dsp

import (
	"math"
	"time"
)

// samplesIn is the number of samples in d, rounded to a whole one.
func samplesIn(d time.Duration, rate int) float64 {
	return math.Round(d.Seconds() * float64(rate))
}

// retention is how much of a one-pole average with the time constant d is left after one sample.
func retention(d time.Duration, rate int) float64 {
	return math.Exp(-1 / (d.Seconds() * float64(rate)))
}
