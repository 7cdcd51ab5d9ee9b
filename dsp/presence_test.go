package dsp

import (
	"math"
	"testing"
)

func TestPresence(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		for alpha, full := range map[float64]float64{0.5: 3.522, 0.95: 5.801, 1: 6.021} {
			p := Presence{alpha}
			gain := measured(rate, func(x []float64) { p.Filter(x, rate) })
			for _, tt := range []struct{ f, want, tolerance float64 }{
				{50, 0, 0.01},
				{300, 0, 0.05},
				{1700, full / 2, 0.001},
				{0.49 * float64(rate), full, 0.01},
			} {
				if got := gain(tt.f); math.Abs(got-tt.want) > tt.tolerance {
					t.Errorf("alpha %g, %d Hz: gain at %g Hz: got %.3f dB, want %.3f dB", alpha, rate, tt.f, got, tt.want)
				}
			}
			for f := 100.0; f < 0.49*float64(rate); f += 50 {
				if before, after := gain(f-50), gain(f); after < before-1e-6 {
					t.Errorf("alpha %g, %d Hz: gain falls from %.4f to %.4f dB at %g Hz", alpha, rate, before, after, f)
				}
			}
		}
	}
}

func TestPresenceOff(t *testing.T) {
	x := sweep(8000, 0.5, 50, 3900)
	y := append([]float64(nil), x...)
	Presence{0}.Filter(y, 8000)
	for i := range x {
		if y[i] != x[i] {
			t.Fatalf("sample %d: got %v, want %v", i, y[i], x[i])
		}
	}
}
