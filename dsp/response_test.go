package dsp

import (
	"math"
	"math/cmplx"
	"testing"

	"gonum.org/v1/gonum/dsp/fourier"
)

// measureSeconds is the length of a measurement: a sweep, and a quarter of it for the filter to fade away.
const measureSeconds = 4

// measured is the gain of a linear filter in dB as a function of the frequency in Hz, taken from what the filter
// makes of a sine that sweeps from 10 Hz to half the sample rate: the spectrum of the output over that of the input.
func measured(rate int, filter func(x []float64)) func(frequency float64) float64 {
	in := make([]float64, measureSeconds*rate)
	copy(in, sweep(rate, measureSeconds*3/4, 10, float64(rate)/2))
	out := append([]float64(nil), in...)
	filter(out)
	fft := fourier.NewFFT(len(in))
	over, under := fft.Coefficients(nil, out), fft.Coefficients(nil, in)
	return func(frequency float64) float64 {
		i := int(math.Round(frequency * measureSeconds))
		return Decibels(cmplx.Abs(over[i] / under[i]))
	}
}

// distortion is THD+N in dB: what is in x beside the sine of this frequency, relative to it. x must hold whole periods.
func distortion(x []float64, rate int, frequency float64) float64 {
	var re, im float64
	for i, v := range x {
		sin, cos := math.Sincos(2 * math.Pi * frequency * float64(i) / float64(rate))
		re += v * cos
		im += v * sin
	}
	re, im = 2*re/float64(len(x)), 2*im/float64(len(x))
	rest := 0.0
	for i, v := range x {
		sin, cos := math.Sincos(2 * math.Pi * frequency * float64(i) / float64(rate))
		v -= re*cos + im*sin
		rest += v * v
	}
	return Decibels(math.Sqrt(rest/float64(len(x))) / (math.Hypot(re, im) / math.Sqrt2))
}

// scaled multiplies x by a constant in place and returns it.
func scaled(x []float64, by float64) []float64 {
	for i := range x {
		x[i] *= by
	}
	return x
}

// The measures themselves: a known gain and a known distortion.
func TestMeasures(t *testing.T) {
	gain := measured(8000, func(x []float64) { scaled(x, 0.5) })
	for _, f := range []float64{20, 1000, 3990} {
		if got := gain(f); math.Abs(got+6.0206) > 1e-4 {
			t.Errorf("half the amplitude at %g Hz: got %.4f dB, want -6.0206 dB", f, got)
		}
	}
	x := tone(8000, 8000, 1020)
	for i, v := range tone(8000, 8000, 3060) {
		x[i] += v / 1000
	}
	if got := distortion(x, 8000, 1020); math.Abs(got+60) > 0.01 {
		t.Errorf("a third harmonic of a thousandth: got %.2f dB, want -60 dB", got)
	}
	if got := distortion(tone(8000, 8000, 1020), 8000, 1020); got > -200 {
		t.Errorf("a pure tone: got %.2f dB, want at most -200 dB", got)
	}
}
