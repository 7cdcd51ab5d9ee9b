package dsp

import (
	"math"
	"testing"
)

func TestNormaliseReachesTheTarget(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		for name, x := range materials(rate, 3) {
			if name == "with a constant" {
				continue // which takes the room that loudness needs; the band-pass comes before
			}
			for _, target := range []float64{-30, -22, -16} {
				y := append([]float64(nil), x...)
				gain, reduction := normalise(t, y, rate, target, Limiter{Ceiling: 0.9})
				if got := Loudness(y, rate); math.Abs(got-target) > loudnessTolerance {
					t.Errorf("%s at %d Hz: got %.3f LUFS, want %g within 0.02; gain %.1f dB, reduction up to %.1f dB",
						name, rate, got, target, gain, Peak(reduction))
				}
				if got := Peak(y); got > 0.9 {
					t.Errorf("%s at %d Hz to %g LUFS: peak: got %v, want at most 0.9", name, rate, target, got)
				}
			}
		}
	}
}

// The gain and the reduction are those that made the result.
func TestNormaliseReport(t *testing.T) {
	x := music(8000, 4)
	y := append([]float64(nil), x...)
	gain, reduction := normalise(t, y, 8000, -12, Limiter{Ceiling: 0.5})
	if Peak(reduction) < 3 {
		t.Errorf("reduction: got at most %.2f dB, want the limiter at work", Peak(reduction))
	}
	for i := range x {
		if want := x[i] * Gain(gain-reduction[i]); math.Abs(y[i]-want) > 1e-9 {
			t.Fatalf("sample %d: got %v, want %v by gain and reduction", i, y[i], want)
		}
	}
}

// A target that the ceiling does not allow: the search ends, and the limiter is not driven without bound.
func TestNormaliseOutOfReach(t *testing.T) {
	x := tone(8000, 4*8000, 1020)
	gain, reduction := normalise(t, x, 8000, -14, Limiter{Ceiling: 0.05})
	if math.Abs(gain-1) > 0.1 { // -11 dB, and 12 dB into the limiter
		t.Errorf("gain: got %.2f dB, want 1", gain)
	}
	if got, want := reduction[16000], 1+26.02; math.Abs(got-want) > 0.2 {
		t.Errorf("reduction: got %.2f dB, want %.2f", got, want)
	}
	if got := Peak(x); got > 0.05 {
		t.Errorf("peak: got %v, want at most 0.05", got)
	}
}

func TestNormaliseSilence(t *testing.T) {
	for _, n := range []int{0, 1, 100, 8000} {
		x := make([]float64, n)
		gain, reduction := normalise(t, x, 8000, -22, Limiter{Ceiling: 0.9})
		if gain != 0 || len(reduction) != n || Peak(reduction) != 0 || Peak(x) != 0 {
			t.Errorf("%d samples: got gain %v dB, %d reductions up to %v dB, peak %v; want nothing changed",
				n, gain, len(reduction), Peak(reduction), Peak(x))
		}
	}
}

// normalise is Normalise, which has to succeed.
func normalise(tb testing.TB, x []float64, rate int, target float64, l Limiter) (gain float64, reduction []float64) {
	tb.Helper()
	gain, reduction, err := Normalise(tb.Context(), x, rate, target, l)
	if err != nil {
		tb.Fatal(err)
	}
	return gain, reduction
}
