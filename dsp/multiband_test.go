package dsp

import (
	"math"
	"testing"
)

var multibandSettings = Multiband{Crossover{800, 2500}, bandSettings}

// With every band off only the phase is turned.
func TestMultibandDisabledIsFlat(t *testing.T) {
	gain := measured(8000, func(x []float64) {
		for i, reduction := range (Multiband{Crossover: Crossover{800, 2500}}).Apply(x, 8000) {
			if got := peak(reduction); got != 0 {
				t.Errorf("band %d: reduction: got %g dB, want 0 dB", i+1, got)
			}
		}
	})
	for f := 20.0; f < 3980; f++ {
		if got := gain(f); math.Abs(got) > 0.01 {
			t.Fatalf("gain at %g Hz: got %.5f dB, want within 0.01 dB", f, got)
		}
	}
}

// A loud tone is reduced in its own band, as the settings of that band say, and the others do not move.
func TestMultibandReducesTheBandOfTheTone(t *testing.T) {
	for loud, frequency := range []float64{120, 1420, 3790} { // at most 1 dB down in their bands
		x := scaled(tone(8000, 16000, frequency), 0.9)
		reduction := multibandSettings.Apply(x, 8000)
		for i := range reduction {
			want := 0.0
			if i == loud {
				want = bandSettings[i].curve().ofLevel(Decibels(0.9))
			}
			if got := reduction[i][15999]; math.Abs(got-want) > want/4 {
				t.Errorf("%g Hz: reduction of band %d: got %.2f dB, want about %.2f dB", frequency, i+1, got, want)
			}
		}
	}
}

func TestMultibandDistortion(t *testing.T) {
	tests := []struct{ amplitude, want float64 }{{0.01, -80}, {0.1, -80}, {0.25, -80}, {0.708, -40}, {1, -40}, {2, -40}}
	for _, rate := range []int{8000, 16000} {
		for _, tt := range tests {
			x := scaled(tone(rate, 4*rate, 1020), tt.amplitude)
			multibandSettings.Apply(x, rate)
			got := distortion(x[2*rate:], rate, 1020)
			if got > tt.want {
				t.Errorf("%d Hz, amplitude %g: THD+N: got %.1f dB, want at most %g dB", rate, tt.amplitude, got, tt.want)
			}
			t.Logf("%d Hz, amplitude %g: THD+N %.1f dB", rate, tt.amplitude, got)
		}
	}
}
