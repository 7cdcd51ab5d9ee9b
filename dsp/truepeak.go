package dsp

import (
	"math"
	"slices"
)

// The interpolator of the true peak: 24 taps with 60 dB of attenuation are flat to 0.425 of the sample rate by Kaiser's
// formula, the 3400 Hz of a telephone line at 8000 Hz. The 12 taps that BS.1770-5 shows are made for 48 kHz, where
// little sound is near half the sample rate.
const (
	crestHalf        = 12 // taps on either side
	crestAttenuation = 60.0
)

// Peak is the largest magnitude of a sample of x, linear; 0 for none.
func Peak(x []float64) float64 {
	p := 0.0
	for _, v := range x {
		p = max(p, math.Abs(v))
	}
	return p
}

// TruePeak is the largest magnitude of the signal that the samples of x stand for, linear; 0 for no samples. It is
// measured as ITU-R BS.1770-5, Annex 2, does it, at four times the sample rate, and between those points by a
// parabola: the points alone read a tone of 0.42 times the sample rate up to 0.5 dB too low, with the parabola all
// tones up to there read within 0.1 dB. It is never below Peak. It takes samples up to 1e100.
func TruePeak(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	return slices.Max(crests(x))
}

// crests is for each sample its magnitude or, where that is larger, that of the crests between it and the next one.
func crests(x []float64) []float64 {
	out := make([]float64, len(x))
	var edge [2 * crestHalf]float64
	half, threeQuarters := 0.0, 0.0 // the points before the sample
	for i, v := range x {
		if i > 0 && turns(half, threeQuarters, v) {
			out[i-1] = max(out[i-1], crest(half, threeQuarters, v))
		}
		var quarter float64
		before := threeQuarters
		quarter, half, threeQuarters = quarters.at(around(x, i, &edge))
		top := math.Abs(v)
		if turns(before, v, quarter) {
			top = max(top, crest(before, v, quarter))
		}
		if turns(v, quarter, half) {
			top = max(top, crest(v, quarter, half))
		}
		if turns(quarter, half, threeQuarters) {
			top = max(top, crest(quarter, half, threeQuarters))
		}
		out[i] = top
	}
	return out
}

// around are the samples of x about sample i, which is the one at crestHalf-1: a part of x, or edge where it has silence
// beyond an end of x.
func around(x []float64, i int, edge *[2 * crestHalf]float64) *[2 * crestHalf]float64 {
	first := i - (crestHalf - 1)
	if first >= 0 && first+len(edge) <= len(x) {
		return (*[2 * crestHalf]float64)(x[first:])
	}
	*edge = [2 * crestHalf]float64{}
	copy(edge[max(0, -first):], x[max(0, first):])
	return edge
}

// turns is true where the signal does not go on in one direction over three points.
func turns(a, b, c float64) bool { return (b-a)*(b-c) >= 0 }

// crest is the magnitude of the middle one of three equidistant points, or that of the vertex of the parabola
// through them when the middle one is the farthest from zero.
func crest(a, b, c float64) float64 {
	if b < 0 {
		a, b, c = -a, -b, -c
	}
	bend := 2*b - a - c
	if b < a || b < c || bend == 0 {
		return b
	}
	return b + float64((a-c)*(a-c))/(8*bend)
}

// quarterPoints interpolates between two samples, at a quarter, a half and three quarters of the way, by a sinc under a
// Kaiser window. The taps for a quarter are those for three quarters mirrored; kept are half of the sum and half of
// the difference of the taps of each pair of samples at the same distance, so that both cost little more than one.
type quarterPoints struct {
	sum, difference, half [crestHalf]float64
}

// quarters is made once and only read.
var quarters = newQuarterPoints()

func newQuarterPoints() *quarterPoints {
	beta := 0.1102 * (crestAttenuation - 8.7) // Kaiser's formula for more than 50 dB
	tap := func(t float64) float64 {
		r := t / crestHalf
		return float64(sinc(t) * besselI0(beta*math.Sqrt(1-float64(r*r))))
	}
	q := &quarterPoints{}
	var sum, half float64
	for k := range crestHalf {
		t := float64(k)
		near, far := tap(t+0.25), tap(t+0.75)
		q.sum[k], q.difference[k], q.half[k] = (near+far)/2, (near-far)/2, tap(t+0.5)
		sum += near + far
		half += float64(2 * q.half[k])
	}
	for k := range crestHalf { // a constant stays as it is
		q.sum[k] /= sum
		q.difference[k] /= sum
		q.half[k] /= half
	}
	return q
}

// at is the signal after the middle one of the samples, x[crestHalf-1].
func (q *quarterPoints) at(x *[2 * crestHalf]float64) (quarter, half, threeQuarters float64) {
	var s, d, h float64
	for k := range crestHalf {
		before, after := x[crestHalf-1-k], x[crestHalf+k]
		sum, difference := before+after, before-after
		s = float64(q.sum[k]*sum) + s
		d = float64(q.difference[k]*difference) + d
		h = float64(q.half[k]*sum) + h
	}
	return s + d, h, s - d
}
