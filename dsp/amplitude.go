package dsp

// negligible is where a decaying filter state is taken for zero, 600 dB below full scale. Without it the state would
// fade through the subnormal numbers, on which some CPUs are a hundred times slower, and would get stuck there.
const negligible = 1e-30

// maxReduction is what a gain of 0 counts for in dB: more than the range of any sample format.
const maxReduction = 200

// scale multiplies x by a gain, in place.
func scale(x []float64, gain float64) {
	for i := range x {
		x[i] *= gain
	}
}

// clamp cuts off what is farther from zero than the ceiling, in place.
func clamp(x []float64, ceiling float64) {
	for i, v := range x {
		x[i] = min(max(v, -ceiling), ceiling)
	}
}

// toReduction turns gains, in place, into dB of reduction.
func toReduction(gain []float64) {
	for i, g := range gain {
		gain[i] = 0
		if g < 1 {
			gain[i] = min(-Decibels(g), maxReduction)
		}
	}
}
