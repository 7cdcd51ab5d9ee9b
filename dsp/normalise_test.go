package dsp

import (
	"math"
	"slices"
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
	if want := -26.02 + 12; math.Abs(gain-want) > 0.1 {
		t.Errorf("gain: got %.2f dB, want %.2f", gain, want)
	}
	if got := reduction[16000]; math.Abs(got-12) > 0.2 {
		t.Errorf("reduction: got %.2f dB, want 12", got)
	}
	if got := Peak(x); got > 0.05 {
		t.Errorf("peak: got %v, want at most 0.05", got)
	}
}

// The bound is that of the limiter, whatever the signal: speech has peaks far above its loudness. One knock does not
// make all the rest quiet.
func TestNormaliseDrive(t *testing.T) {
	const rate = 8000
	quiet := speech(rate, 8)
	knock := slices.Clone(quiet)
	scale(knock, 0.02)
	for i := range 40 {
		knock[4*rate+i] = math.Sin(float64(i))
	}
	tests := []struct {
		name            string
		x               []float64
		target, ceiling float64
		reached         bool
		most            float64 // dB that all but a fiftieth of the sound is reduced by at most: the rare peaks and the release behind them
	}{
		{"a low ceiling", quiet, -14, 0.05, false, maxDrive},
		{"a usual one", quiet, -22, 0.9, true, maxDrive},
		{"a knock", knock, -22, 0.9, true, 3},
	}
	for _, tt := range tests {
		x := slices.Clone(tt.x)
		_, reduction := normalise(t, x, rate, tt.target, Limiter{Ceiling: tt.ceiling})
		reached := math.Abs(Loudness(x, rate)-tt.target) <= loudnessTolerance
		slices.Sort(reduction)
		got := reduction[len(reduction)*98/100]
		if reached != tt.reached || got > tt.most+0.01 {
			t.Errorf("%s: got %.2f LUFS and a reduction of %.2f dB, at most %.2f dB; want the target %g reached %v and at most %g dB",
				tt.name, Loudness(x, rate), got, Peak(reduction), tt.target, tt.reached, tt.most)
		}
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

// What is usual is counted in the time of sound.
func TestUsualPeak(t *testing.T) {
	const rate = 8000
	window := limiterWindow(rate)
	var peaks []float64
	for i := range 1000 * window {
		peaks = append(peaks, 1e-4) // -80 dBFS
		switch n := i / window; {
		case n < 2:
			peaks[i] = 0.9
		case n < 200:
			peaks[i] = 0.1 + 0.001*float64(n)
		}
	}
	if got, want := usualPeak(peaks, rate), 0.299; math.Abs(got-want) > 1e-9 {
		t.Errorf("two windows of 200 at 0.9: got %v, want %v", got, want)
	}
	if got, want := usualPeak(peaks[200*window:], rate), 1e-4; got != want {
		t.Errorf("no sound: got %v, want %v", got, want)
	}
}
