package dsp

import (
	"math"
	"math/cmplx"
	"testing"
)

func TestBiquadResponse(t *testing.T) {
	const rate, corner, q = 8000, 1000.0, 0.8
	tests := []struct {
		name                string
		b                   Biquad
		dc, corner, nyquist float64 // gains
	}{
		{"low-pass", LowPass(rate, corner, q), 1, q, 0},
		{"high-pass", HighPass(rate, corner, q), 0, q, 1},
		{"all-pass", AllPass(rate, corner, q), 1, 1, 1},
		{"high shelf up", HighShelf(rate, corner, q, 6), 1, math.Pow(10, 3.0/20), math.Pow(10, 6.0/20)},
		{"high shelf down", HighShelf(rate, corner, q, -12), 1, math.Pow(10, -6.0/20), math.Pow(10, -12.0/20)},
		{"high shelf flat", HighShelf(rate, corner, q, 0), 1, 1, 1},
	}
	for _, tt := range tests {
		for f, want := range map[float64]float64{0: tt.dc, corner: tt.corner, rate / 2: tt.nyquist} {
			if got := cmplx.Abs(tt.b.Response(rate, f)); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: gain at %g Hz: got %v, want %v", tt.name, f, got, want)
			}
		}
	}
	if got := AllPass(rate, corner, q).Response(rate, corner); cmplx.Abs(got+1) > 1e-12 {
		t.Errorf("all-pass at its corner: got %v, want -1", got)
	}
}

// What Filter does is what Response says, over the band and at both ends of it.
func TestBiquadFilterHasItsResponse(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		for name, b := range map[string]Biquad{
			"low-pass":   LowPass(rate, 3400, butterworth4b),
			"high-pass":  HighPass(rate, 50, butterworth4b),
			"all-pass":   AllPass(rate, 2500, butterworth2),
			"high shelf": HighShelf(rate, 1700, butterworth2, 6),
		} {
			gain := measured(rate, b.Filter)
			for f := 20.0; f < 0.48*float64(rate); f *= 1.1 {
				f := math.Round(f*measureSeconds) / measureSeconds
				if got, want := gain(f), Decibels(cmplx.Abs(b.Response(rate, f))); math.Abs(got-want) > 1e-5 {
					t.Errorf("%s at %d Hz: gain at %g Hz: got %.7f dB, want %.7f dB", name, rate, f, got, want)
				}
			}
		}
	}
}

// The recursion is that of the difference equation y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2].
func TestBiquadFilterIsTheDifferenceEquation(t *testing.T) {
	b := HighShelf(8000, 1234, 0.9, 5)
	x := sweep(8000, 0.5, 50, 3900)
	y := append([]float64(nil), x...)
	b.Filter(y)
	var x1, x2, y1, y2 float64
	for i, v := range x {
		want := b.b0*v + b.b1*x1 + b.b2*x2 - b.a1*y1 - b.a2*y2
		if math.Abs(y[i]-want) > 1e-12 {
			t.Fatalf("sample %d: got %v, want %v", i, y[i], want)
		}
		x1, x2, y1, y2 = v, x1, want, y1
	}
}

// After the sound the filter comes to rest at exactly zero, before it would meet subnormal numbers.
func TestBiquadComesToRest(t *testing.T) {
	x := make([]float64, 20000)
	x[0] = 1
	HighPass(16000, 20, butterworth2).Filter(x)
	for i, v := range x {
		if v != 0 && math.Abs(v) < 1e-31 {
			t.Fatalf("sample %d: got %g, want 0 or at least 1e-31", i, v)
		}
	}
	if got := x[len(x)-1]; got != 0 {
		t.Errorf("after 1.25 s: got %g, want 0", got)
	}
	if got := x[10]; got == 0 {
		t.Error("after 10 samples: got 0, want the impulse response")
	}
}
