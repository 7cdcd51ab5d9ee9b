package dsp

import "math"

// Half of the lift, in dB, is reached at 1700 Hz, where the upper octave of a telephone line begins: there consonants
// are told apart. The quality is that of the steepest shelf without overshoot.
const (
	presenceFrequency = 1700 // Hz
	presenceQuality   = math.Sqrt2 / 2
)

// Presence lifts the high frequencies by 20·log10(1 + Alpha) dB with a shelf at 1700 Hz and leaves the low ones as
// they are. It is the lift at high frequencies, relative to a coefficient of 0, that the pre-emphasis
// y[n] = x[n] - Alpha·x[n-1] gives, without its loss at low ones, which no telephone would undo.
// Alpha is from 0 to 1; 0 does not touch the signal.
type Presence struct{ Alpha float64 }

// Filter filters x in place, from rest; rate is its sample rate in Hz, above 3400.
func (p Presence) Filter(x []float64, rate int) {
	if p.Alpha == 0 {
		return
	}
	p.shelf(rate).Filter(x)
}

func (p Presence) shelf(rate int) Biquad {
	return HighShelf(rate, presenceFrequency, presenceQuality, Decibels(1+p.Alpha))
}
