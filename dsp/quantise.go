package dsp

import "math"

// fullScale is what the sample value 1 becomes: the step below -1 is exactly the lowest 16-bit value.
const fullScale = 32768

// Samples are 16-bit samples with full scale at ±1, in a new slice: what Quantise would round back to them.
func Samples(x []int16) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v) / fullScale
	}
	return out
}

// Quantise rounds x to 16-bit samples, half to even and without dither, into a new slice. What lies beyond full
// scale is saturated to -32768 or 32767; a sample that is not a number becomes silence.
func Quantise(x []float64) []int16 {
	out := make([]int16, len(x))
	for i, v := range x {
		v = math.RoundToEven(v * fullScale)
		switch {
		case v >= math.MaxInt16:
			out[i] = math.MaxInt16
		case v <= math.MinInt16:
			out[i] = math.MinInt16
		case v == v: // false for NaN alone, whose conversion to an integer is not defined
			out[i] = int16(v)
		}
	}
	return out
}
