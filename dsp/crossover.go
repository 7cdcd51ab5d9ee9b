package dsp

import "math"

// butterworth2 is the quality of a Butterworth filter of 2nd order.
const butterworth2 = math.Sqrt2 / 2

// Crossover splits a signal into three bands at Low and High, in Hz, 0 < Low < High < half the sample rate.
//
// Each edge is a Linkwitz-Riley filter of 4th order, two equal Butterworth filters of 2nd order in series: both sides
// are at -6 dB there and in phase (S. H. Linkwitz, Active crossover networks for noncoincident drivers,
// J. Audio Eng. Soc. 24, 1976). The low band passes the all-pass that the other two make at the upper edge
// (J. D'Appolito, Active realization of multiway all-pass crossover systems, J. Audio Eng. Soc. 35, 1987).
// So the sum of the three bands has the level of the input at every frequency; only its phase is turned.
type Crossover struct{ Low, High float64 }

// Split returns the three bands of x, each as long as x, which is left as it is. rate is the sample rate in Hz.
func (c Crossover) Split(x []float64, rate int) (low, mid, high []float64) {
	return c.split(append([]float64(nil), x...), rate)
}

// split is Split with x used up: it becomes the middle band.
func (c Crossover) split(x []float64, rate int) (low, mid, high []float64) {
	low, mid = append([]float64(nil), x...), x
	twice(LowPass(rate, c.Low, butterworth2), low)
	AllPass(rate, c.High, butterworth2).Filter(low)

	twice(HighPass(rate, c.Low, butterworth2), mid)
	high = append([]float64(nil), mid...)
	twice(LowPass(rate, c.High, butterworth2), mid)
	twice(HighPass(rate, c.High, butterworth2), high)
	return low, mid, high
}

// twice makes a Linkwitz-Riley filter out of a Butterworth filter.
func twice(b Biquad, x []float64) {
	b.Filter(x)
	b.Filter(x)
}
