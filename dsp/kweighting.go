package dsp

import (
	"math"
	"math/cmplx"
)

// The K-weighting of ITU-R BS.1770-5, Annex 1, tables 1 and 2: a shelf for the acoustics of the head and a high-pass.
var (
	kShelf = Biquad{
		b0: 1.53512485958697, b1: -2.69169618940638, b2: 1.19839281085285,
		a1: -1.69065929318241, a2: 0.73248077421585,
	}
	kHighPass = Biquad{
		b0: 1, b1: -2, b2: 1,
		a1: -1.99004745483398, a2: 0.99007225036621,
	}
)

// The tables hold for one sample rate; "implementations at other sampling rates will require different coefficient
// values, which should be chosen to provide the same frequency response".
const kRate = 48000 // Hz

// That response is matched at 0 Hz and at these two frequencies, the second one as a part of the sample rate: they keep
// the response of 8 kHz within 0.02 dB, and the loudness of a 997 Hz sine is that of the standard at every rate.
const (
	kFrequency = 997.0 // Hz
	kTop       = 0.4
)

// kWeighting is the weighting filter for one sample rate, with its state.
type kWeighting struct {
	shelf, highPass Biquad
	s1, s2, s3, s4  float64
}

// newKWeighting has the frequency response of the tables within 0.02 dB up to 0.46 times the sample rate, and the
// coefficients of the tables at 48 kHz. The bilinear transform of the analogue filter behind the table would be wrong
// by up to 0.3 dB in the telephone band at 8 kHz, since it squeezes all frequencies below the half of the sample rate.
func newKWeighting(rate int) *kWeighting {
	return &kWeighting{shelf: kShelfAt(rate), highPass: kHighPassAt(rate)}
}

// kHighPassAt has the poles of the table and its zeros, both at 0 Hz; its gain is right at kFrequency.
func kHighPassAt(rate int) Biquad {
	b := Biquad{b0: 1, b1: -2, b2: 1}
	b.a1, b.a2 = movePoles(kHighPass, rate)
	gain := cmplx.Abs(kHighPass.Response(kRate, kFrequency)) / cmplx.Abs(b.Response(rate, kFrequency))
	b.b0, b.b1, b.b2 = gain, -2*gain, gain
	return b
}

// kShelfAt has the poles of the table and the zeros that give the gain of the table at 0 Hz, at kFrequency and at
// kTop, by M. Vicanek, Matched second order digital filters, 2016:
// with p1 = sin²(w/2), p0 = 1 - p1 and p2 = 4·p0·p1 the squared gain is
//
//	(B0·p0 + B1·p1 + B2·p2) / (A0·p0 + A1·p1 + A2·p2)
//	A0 = (1 + a1 + a2)²   A1 = (1 - a1 + a2)²   A2 = -4·a2, and B0, B1, B2 likewise from b0, b1, b2
//
// and linear in the B's.
func kShelfAt(rate int) Biquad {
	var b Biquad
	b.a1, b.a2 = movePoles(kShelf, rate)
	a0, a1, a2 := square(1+b.a1+b.a2), square(1-b.a1+b.a2), -4*b.a2
	n0 := a0 * square(cmplx.Abs(kShelf.Response(kRate, 0)))
	// row is an equation x·B1 + y·B2 = z.
	row := func(frequency float64) (x, y, z float64) {
		p1 := square(math.Sin(math.Pi * frequency / float64(rate)))
		p0 := 1 - p1
		p2 := 4 * p0 * p1
		gain := square(cmplx.Abs(kShelf.Response(kRate, frequency)))
		return p1, p2, float64(gain*(float64(a0*p0)+float64(a1*p1)+float64(a2*p2))) - float64(n0*p0)
	}
	x1, y1, z1 := row(kFrequency)
	x2, y2, z2 := row(kTop * float64(min(rate, kRate)))
	determinant := float64(x1*y2) - float64(y1*x2)
	n1 := (float64(z1*y2) - float64(y1*z2)) / determinant
	n2 := (float64(x1*z2) - float64(z1*x2)) / determinant
	w := math.Sqrt(n0) + math.Sqrt(n1) // 2·W of the paper
	b.b0 = (w + math.Sqrt(square(w)+float64(4*n2))) / 4
	b.b1 = (math.Sqrt(n0) - math.Sqrt(n1)) / 2
	b.b2 = -n2 / (4 * b.b0)
	return b
}

// movePoles is the denominator whose complex poles ring at another rate as those of b do at kRate.
func movePoles(b Biquad, rate int) (a1, a2 float64) {
	re := -b.a1 / 2
	pole := complex(re, math.Sqrt(b.a2-square(re)))
	pole = cmplx.Pow(pole, complex(kRate/float64(rate), 0))
	return -2 * real(pole), square(cmplx.Abs(pole))
}

// square is a product by itself that no addition is fused with.
func square(x float64) float64 { return float64(x * x) }

// energy is the sum of the squares of the weighted samples of x, which follow those of the last call.
func (k *kWeighting) energy(x []float64) float64 {
	a, b := k.shelf, k.highPass
	s1, s2, s3, s4 := k.s1, k.s2, k.s3, k.s4
	sum := 0.0
	for _, v := range x {
		u := float64(a.b0*v) + s1
		s1 = float64(a.b1*v) - float64(a.a1*u) + s2
		s2 = float64(a.b2*v) - float64(a.a2*u)
		y := float64(b.b0*u) + s3
		s3 = float64(b.b1*u) - float64(b.a1*y) + s4
		s4 = float64(b.b2*u) - float64(b.a2*y)
		if math.Abs(s1) < negligible && math.Abs(s3) < negligible {
			s1, s2, s3, s4 = 0, 0, 0, 0
		}
		sum = float64(y*y) + sum
	}
	k.s1, k.s2, k.s3, k.s4 = s1, s2, s3, s4
	return sum
}
