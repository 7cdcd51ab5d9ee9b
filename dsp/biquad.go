package dsp

import "math"

// Biquad is a filter of second order:
//
//	H(z) = (b0 + b1·z⁻¹ + b2·z⁻²) / (1 + a1·z⁻¹ + a2·z⁻²)
//
// Its constructors follow R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients
// (https://www.w3.org/TR/audio-eq-cookbook/): the bilinear transform of the analogue filter, pre-warped so that
// the corner frequency is exact. rate is the sample rate and frequency the corner, both in Hz, with
// 0 < frequency < rate/2; q is the quality and above 0.
type Biquad struct {
	b0, b1, b2, a1, a2 float64
}

// LowPass passes what lies below frequency, where its gain is q.
func LowPass(rate int, frequency, q float64) Biquad {
	cos, alpha := corner(rate, frequency, q)
	return normalised((1-cos)/2, 1-cos, (1-cos)/2, 1+alpha, -2*cos, 1-alpha)
}

// HighPass passes what lies above frequency, where its gain is q.
func HighPass(rate int, frequency, q float64) Biquad {
	cos, alpha := corner(rate, frequency, q)
	return normalised((1+cos)/2, -(1 + cos), (1+cos)/2, 1+alpha, -2*cos, 1-alpha)
}

// AllPass has a gain of 1 everywhere and turns the phase from 0 to -360 degrees; it is -180 degrees at frequency.
func AllPass(rate int, frequency, q float64) Biquad {
	cos, alpha := corner(rate, frequency, q)
	return normalised(1-alpha, -2*cos, 1+alpha, 1+alpha, -2*cos, 1-alpha)
}

// HighShelf has a gain of 0 dB far below frequency, half of gain at it and gain far above it. gain is in dB.
func HighShelf(rate int, frequency, q, gain float64) Biquad {
	cos, alpha := corner(rate, frequency, q)
	a := math.Pow(10, gain/40) // the gain at the corner, A in the cookbook
	up, down := a+1, a-1
	slope := float64(2 * math.Sqrt(a) * alpha)
	upCos, downCos := float64(up*cos), float64(down*cos)
	return normalised(
		a*(up+downCos+slope), -2*a*(down+upCos), a*(up+downCos-slope),
		up-downCos+slope, 2*(down-upCos), up-downCos-slope)
}

// corner is cos(w0) and alpha of the cookbook.
func corner(rate int, frequency, q float64) (cos, alpha float64) {
	sin, cos := math.Sincos(2 * math.Pi * frequency / float64(rate))
	return cos, float64(sin / (2 * q))
}

// normalised divides the coefficients by a0.
func normalised(b0, b1, b2, a0, a1, a2 float64) Biquad {
	return Biquad{b0: b0 / a0, b1: b1 / a0, b2: b2 / a0, a1: a1 / a0, a2: a2 / a0}
}

// Filter filters x in place, from rest, in the transposed direct form II. It takes samples up to 1e100.
func (b Biquad) Filter(x []float64) {
	var s1, s2 float64
	for i, v := range x {
		y := float64(b.b0*v) + s1
		s1 = float64(b.b1*v) - float64(b.a1*y) + s2
		s2 = float64(b.b2*v) - float64(b.a2*y)
		if math.Abs(s1) < negligible && math.Abs(s2) < negligible {
			s1, s2 = 0, 0
		}
		x[i] = y
	}
}

// Response is the complex gain at a frequency in Hz.
func (b Biquad) Response(rate int, frequency float64) complex128 {
	w := 2 * math.Pi * frequency / float64(rate)
	return polynomial(b.b0, b.b1, b.b2, w) / polynomial(1, b.a1, b.a2, w)
}

// polynomial is c0 + c1·z⁻¹ + c2·z⁻² at z = exp(jw).
func polynomial(c0, c1, c2, w float64) complex128 {
	sin1, cos1 := math.Sincos(w)
	sin2, cos2 := math.Sincos(2 * w)
	return complex(c0+float64(c1*cos1)+float64(c2*cos2), -float64(c1*sin1)-float64(c2*sin2))
}
