package dsp

import (
	"math"
	"testing"
)

func TestQuantise(t *testing.T) {
	const step = 1.0 / 32768
	tests := []struct {
		name string
		in   float64
		want int16
	}{
		{"zero", 0, 0},
		{"half of full scale", 0.5, 16384},
		{"half a step, to even", 0.5 * step, 0},
		{"one and a half, to even", 1.5 * step, 2},
		{"two and a half, to even", 2.5 * step, 2},
		{"minus one and a half, to even", -1.5 * step, -2},
		{"minus two and a half, to even", -2.5 * step, -2},
		{"just above a half", 0.5000001 * step, 1},
		{"highest", 32767 * step, 32767},
		{"rounds up to full scale", 32767.5 * step, 32767},
		{"full scale", 1, 32767},
		{"far above", 1e300, 32767},
		{"infinite", math.Inf(1), 32767},
		{"lowest", -1, -32768},
		{"far below", -7, -32768},
		{"minus infinite", math.Inf(-1), -32768},
		{"not a number", math.NaN(), 0},
	}
	for _, tt := range tests {
		if got := Quantise([]float64{tt.in})[0]; got != tt.want {
			t.Errorf("%s: Quantise(%v): got %d, want %d", tt.name, tt.in, got, tt.want)
		}
	}
}

// Every 16-bit value survives the way through float64.
func TestQuantiseRoundTrip(t *testing.T) {
	x := make([]float64, 0, 65536)
	for v := math.MinInt16; v <= math.MaxInt16; v++ {
		x = append(x, float64(v)/32768)
	}
	for i, got := range Quantise(x) {
		if want := int16(i + math.MinInt16); got != want {
			t.Fatalf("Quantise(%v): got %d, want %d", x[i], got, want)
		}
	}
}

// Samples and Quantise undo one another.
func TestSamples(t *testing.T) {
	all := make([]int16, 1<<16)
	for i := range all {
		all[i] = int16(i - 1<<15)
	}
	x := Samples(all)
	if x[0] != -1 || x[1<<15] != 0 || x[1<<14] != -0.5 {
		t.Errorf("got %v, %v and %v, want -1, 0 and -0.5", x[0], x[1<<15], x[1<<14])
	}
	for i, got := range Quantise(x) {
		if got != all[i] {
			t.Fatalf("got %d, want %d", got, all[i])
		}
	}
}
