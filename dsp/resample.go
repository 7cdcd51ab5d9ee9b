package dsp

import (
	"context"
	"fmt"
	"math"
)

// The sample rates that Resample accepts, in Hz.
const (
	MinRate = 4000
	MaxRate = 192000
)

// maxPhases bounds the filter table. The rates of audio files (multiples of 8000 and of 11025 Hz) need at most
// 640 phases between any two of them up to 48 kHz.
const maxPhases = 4096

// stride is how many samples are made between two looks at the context: less than a millisecond to some ten.
const stride = 1 << 12

// The filter: flat to 0.925 of the lower of the two Nyquist frequencies (3700 Hz for telephony), and attenuation
// (in dB) from that Nyquist frequency on.
const (
	passband    = 0.925
	attenuation = 110.0
)

// Resample converts in from one sample rate to another (both in Hz, MinRate to MaxRate) into a new slice of
// ceil(len(in)·to/from) samples. It has no latency: sample m of the result lies at the time of input position
// m·from/to. Equal rates give a copy. Rates without a usable common divisor are an error, and so is a context that has
// ended.
//
// It is a polyphase windowed-sinc interpolator, the usual form of rational rate conversion
// (R. E. Crochiere, L. R. Rabiner, Multirate Digital Signal Processing, 1983, chapter 4) with the window of
// J. F. Kaiser (Nonrecursive digital filter design using the I0-sinh window function, ISCAS 1974).
func Resample(ctx context.Context, in []float64, from, to int) ([]float64, error) {
	for _, rate := range [...]int{from, to} {
		if rate < MinRate || rate > MaxRate {
			return nil, fmt.Errorf("dsp: resample %d Hz to %d Hz: a rate of %d Hz is outside %d to %d Hz",
				from, to, rate, MinRate, MaxRate)
		}
	}
	if from == to {
		return append([]float64(nil), in...), nil
	}
	g := gcd(from, to)
	up, down := to/g, from/g // L and M of the literature
	if up > maxPhases {
		return nil, fmt.Errorf("dsp: resample %d Hz to %d Hz: the ratio %d:%d needs %d filter phases, at most %d are allowed",
			from, to, up, down, up, maxPhases)
	}
	k := newKernel(from, to, up)
	out := make([]float64, (len(in)*up+down-1)/down)
	for m := range out {
		if m%stride == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("dsp: resample: %w", ctx.Err())
		}
		at := m * down
		out[m] = k.at(in, at/up, at%up)
	}
	return out, nil
}

// kernel is the interpolation filter, one set of taps for each fraction of an input sample.
type kernel struct {
	half   int         // taps on either side of the centre
	phases [][]float64 // 2*half+1 taps each, made when first used
	cutoff float64     // in cycles per input sample
	beta   float64     // shape of the Kaiser window
	scale  float64     // I0(beta), the window's value at its centre before normalising
}

// newKernel designs the filter by Kaiser's formulas:
//
//	beta = 0.1102·(A - 8.7)                                 for A > 50 dB
//	N    = (A - 7.95) / (14.36·df)                          taps, df = transition width / sample rate
//
// The cutoff lies in the middle of the transition, since a windowed sinc falls symmetrically about it.
func newKernel(from, to, up int) *kernel {
	nyquist := float64(float64(min(from, to)) / 2)
	pass, stop := float64(passband*nyquist), nyquist
	width := (stop - pass) / float64(from)
	beta := 0.1102 * (attenuation - 8.7)
	return &kernel{
		half:   int(math.Ceil((attenuation-7.95)/(14.36*width)/2)) + 1,
		phases: make([][]float64, up),
		cutoff: (pass + stop) / 2 / float64(from),
		beta:   beta,
		scale:  besselI0(beta),
	}
}

// at is the value of x at position i + p/len(phases); x is zero outside its bounds.
func (k *kernel) at(x []float64, i, p int) float64 {
	taps := k.phases[p]
	if taps == nil {
		taps = k.phase(p)
		k.phases[p] = taps
	}
	first, last := i-k.half, i+k.half+1
	taps = taps[max(0, -first) : len(taps)-max(0, last-len(x))]
	return dot(x[max(0, first):], taps)
}

// phase makes the taps of one phase:
//
//	h[j] = 2·fc·sinc(2·fc·t) · I0(beta·sqrt(1 - (t/half)²)) / I0(beta),   t = j - half - p/L
//
// normalised to a sum of 1: no phase may be louder than another, or a constant would come out as a tone.
func (k *kernel) phase(p int) []float64 {
	taps := make([]float64, 2*k.half+1)
	sum := 0.0
	for j := range taps {
		t := float64(j-k.half) - float64(p)/float64(len(k.phases))
		taps[j] = float64(2 * k.cutoff * sinc(2*k.cutoff*t) * k.window(t))
		sum += taps[j]
	}
	for j := range taps {
		taps[j] /= sum
	}
	return taps
}

// window is the Kaiser window at t samples from its centre.
func (k *kernel) window(t float64) float64 {
	r := t / float64(k.half)
	if r < -1 || r > 1 {
		return 0
	}
	return besselI0(k.beta*math.Sqrt(1-float64(r*r))) / k.scale
}

// sinc is sin(pi·x)/(pi·x).
func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// besselI0 is the modified Bessel function of the first kind and order zero, by its power series
// (M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 9.6.12).
func besselI0(x float64) float64 {
	q := x * x / 4
	sum, term := 1.0, 1.0
	for n := 1.0; term > sum*1e-17; n++ {
		term = float64(term * (q / (n * n)))
		sum += term
	}
	return sum
}

// dot is the sum of the products of h with the beginning of x. Four sums run side by side, because one alone
// would wait for each addition; their order is fixed.
func dot(x, h []float64) float64 {
	x = x[:len(h)]
	var a, b, c, d float64
	for len(h) >= 4 {
		a = float64(x[0]*h[0]) + a
		b = float64(x[1]*h[1]) + b
		c = float64(x[2]*h[2]) + c
		d = float64(x[3]*h[3]) + d
		x, h = x[4:], h[4:]
	}
	for i := range h {
		a = float64(x[i]*h[i]) + a
	}
	return (a + b) + (c + d)
}

// gcd is the greatest common divisor of two positive numbers.
func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
