package dsp

import (
	"math"
	"testing"
)

func TestWorkingLevel(t *testing.T) {
	const rate = 8000
	tests := []struct {
		name string
		dBFS float64 // of a sine, 3.01 dB above its loudness
		gain float64
		want float64 // LUFS
	}{
		{"normal", -23, 10, -16},
		{"loud", 0, -13, -16},
		{"far too loud", 20, -20, -3},
		{"the quietest that gets there", -42.9, 29.9, -16},
		{"very quiet", -59, 30, -32},
	}
	for _, tt := range tests {
		x := scaled(tone(rate, 2*rate, 997), Gain(tt.dBFS))
		if got := WorkingLevel(x, rate); math.Abs(got-tt.gain) > 0.03 {
			t.Errorf("%s: gain: got %.3f dB, want %g", tt.name, got, tt.gain)
		}
		if got := Loudness(x, rate); math.Abs(got-tt.want) > 0.03 {
			t.Errorf("%s: loudness: got %.3f LUFS, want %g", tt.name, got, tt.want)
		}
	}
}

func TestWorkingLevelOfSilence(t *testing.T) {
	for _, n := range []int{0, 1, 8000} {
		if got := WorkingLevel(make([]float64, n), 8000); got != 0 {
			t.Errorf("%d samples: gain: got %v dB, want 0", n, got)
		}
	}
	x := scaled(tone(8000, 8000, 997), 1e-4) // -83 LUFS
	if got := WorkingLevel(x, 8000); got != 0 || Peak(x) > 1e-4 {
		t.Errorf("below the absolute gate: got %v dB and a peak of %v, want 0 dB", got, Peak(x))
	}
}
