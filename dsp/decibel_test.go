package dsp

import (
	"math"
	"testing"
)

func TestDecibels(t *testing.T) {
	for _, tt := range []struct{ ratio, decibels float64 }{{1, 0}, {10, 20}, {0.1, -20}, {2, 6.020599913}, {0.5, -6.020599913}} {
		if got := Decibels(tt.ratio); math.Abs(got-tt.decibels) > 1e-9 {
			t.Errorf("ratio %v: got %v dB, want %v", tt.ratio, got, tt.decibels)
		}
		if got := Gain(tt.decibels); math.Abs(got-tt.ratio) > 1e-9 {
			t.Errorf("%v dB: got %v, want %v", tt.decibels, got, tt.ratio)
		}
	}
	if Gain(0) != 1 || !math.IsInf(Decibels(0), -1) {
		t.Errorf("got a gain of %v for 0 dB and %v dB for 0, want exactly 1 and -Inf", Gain(0), Decibels(0))
	}
}
