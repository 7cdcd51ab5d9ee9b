package dsp

import (
	"math"
	"testing"
)

func TestMono(t *testing.T) {
	const n = 4000
	a, b := tone(8000, n, 1000), tone(8000, n, 600)
	silence := make([]float64, n)
	tests := []struct {
		name        string
		left, right []float64
		want        []float64
	}{
		{"equal channels", a, a, a},
		{"independent channels", a, b, mix(a, 0.5, b, 0.5)},
		{"right silent", a, silence, a},
		{"left silent", silence, b, b},
		{"both silent", silence, silence, silence},
		{"right 41 dB below", a, mix(b, 0.0089, b, 0), a},
		{"right 39 dB below", a, mix(b, 0.0112, b, 0), mix(a, 0.5, b, 0.0056)},
		{"left 41 dB below", mix(a, 0.0089, a, 0), b, b},
		{"opposite phase", a, mix(a, -1, b, 0), a},
		{"16 dB of cancellation", a, mix(a, -0.73, b, 0.02), a},
		{"14 dB of cancellation", a, mix(a, -0.65, b, 0), mix(a, 0.175, b, 0)},
		{"unequal lengths", a, b[:100], mix(a[:100], 0.5, b[:100], 0.5)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Mono(tt.left, tt.right)
			if len(got) != len(tt.want) {
				t.Fatalf("length: got %d, want %d", len(got), len(tt.want))
			}
			for i := range got {
				if math.Abs(got[i]-tt.want[i]) > 1e-12 {
					t.Fatalf("sample %d: got %v, want %v", i, got[i], tt.want[i])
				}
			}
		})
	}
}

// Channels of half the width give the same, exactly where they hold 16 bits.
func TestMonoOfFloat32(t *testing.T) {
	left, right := []float32{0.5, -1, 3.0 / 32768, 0}, []float32{-0.25, 1, 2.0 / 32768, 1}
	want := []float64{0.125, 0, 2.5 / 32768, 0.5}
	for i, got := range Mono(left, right) {
		if got != want[i] {
			t.Errorf("sample %d: got %v, want %v", i, got, want[i])
		}
	}
	for i, got := range Mono(left, make([]float32, 4)) {
		if got != float64(left[i]) {
			t.Errorf("right silent, sample %d: got %v, want %v", i, got, left[i])
		}
	}
}

func TestMonoDoesNotShareMemory(t *testing.T) {
	left := []float64{1, 1}
	Mono(left, []float64{0, 0})[0] = 0
	if left[0] != 1 {
		t.Error("the result shares memory with the left channel")
	}
}

// mix is g·a + h·b.
func mix(a []float64, g float64, b []float64, h float64) []float64 {
	x := make([]float64, len(a))
	for i := range x {
		x[i] = g*a[i] + h*b[i]
	}
	return x
}
