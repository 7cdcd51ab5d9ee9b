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
func Mono[F float32 | float64](left, right []F) []float64 {
	n := min(len(left), len(right))
	left, right = left[:n], right[:n]
	mono := make([]float64, n)
	for i := range mono {
		mono[i] = (float64(left[i]) + float64(right[i])) / 2
	}
	l, r := energy(left), energy(right)
	switch {
	case r < l*deadChannel:
		widen(mono, left)
	case l < r*deadChannel:
		widen(mono, right)
	case energy(mono) < (l+r)/2*antiPhase:
		widen(mono, left)
	}
	return mono
}

// widen copies x to y.
func widen[F float32 | float64](y []float64, x []F) {
	for i, v := range x {
		y[i] = float64(v)
	}
}

// energy is the sum of the squares of x.
func energy[F float32 | float64](x []F) float64 {
	sum := 0.0
	for _, v := range x {
		sum = float64(float64(v)*float64(v)) + sum
	}
	return sum
}
