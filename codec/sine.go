package codec

import "math"

// amplitude0dBm0 is the amplitude of a sine at 0 dBm0 with full scale at ±1. A sine that reaches the virtual decision value
// of the mu-law, 8159 of its 14 bits, has +3.17 dBm0 (ITU-T G.711, clause 4); on the scale of the A-law, whose
// 4096 of 13 bits are +3.14 dBm0, the same samples are 0.065 dB quieter. G.722 has the same samples here.
var amplitude0dBm0 = 8159.0 / 8192 * math.Pow(10, -3.17/20)

// dBm0 is the amplitude of a sine at so many dBm0, with full scale at ±1.
func dBm0(level float64) float64 { return amplitude0dBm0 * math.Pow(10, level/20) }

// sines is the sum of sines of one amplitude that begin together: n samples at rate Hz, the frequencies in units of 0.1 Hz.
func sines(tenths []int, amplitude float64, n, rate int) []float64 {
	x := make([]float64, n)
	for i := range x {
		for _, f := range tenths {
			// In whole numbers the phase stays exact, and what repeats repeats to the last bit.
			turn := float64(f*i%(10*rate)) / float64(10*rate)
			x[i] += float64(amplitude * math.Sin(2*math.Pi*turn))
		}
	}
	return x
}
