package dsp

// One channel this far below the other (40 dB as a ratio of energies) carries nothing: the other is taken alone,
// for the mean of both would only halve it.
const deadChannel = 1e-4

// A mean this far below the channels (15 dB as a ratio of energies) shows that they cancel: one of them is wired
// in opposite phase. Independent channels lose 3 dB, identical ones nothing.
const antiPhase = 0.0316227766016838 // 10^(-15/10)

// Mono mixes two channels into a new slice: (left+right)/2, but one channel alone where the other is more than
// 40 dB below it, and the left one where the two cancel each other (the mean more than 15 dB below them).
// The result is as long as the shorter channel.
func Mono(left, right []float64) []float64 {
	n := min(len(left), len(right))
	left, right = left[:n], right[:n]
	mono := make([]float64, n)
	for i := range mono {
		mono[i] = (left[i] + right[i]) / 2
	}
	l, r := energy(left), energy(right)
	switch {
	case r < l*deadChannel:
		copy(mono, left)
	case l < r*deadChannel:
		copy(mono, right)
	case energy(mono) < (l+r)/2*antiPhase:
		copy(mono, left)
	}
	return mono
}

// energy is the sum of the squares of x.
func energy(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum = float64(v*v) + sum
	}
	return sum
}
