package dsp

import (
	"math"
	"math/cmplx"
	"testing"
)

// The tables of BS.1770-5, Annex 1, at 48 kHz.
func TestKWeightingAt48kHz(t *testing.T) {
	k := newKWeighting(48000)
	tests := []struct {
		name      string
		got, want float64
	}{
		{"b0 of the shelf", k.shelf.b0, 1.53512485958697},
		{"b1 of the shelf", k.shelf.b1, -2.69169618940638},
		{"b2 of the shelf", k.shelf.b2, 1.19839281085285},
		{"a1 of the shelf", k.shelf.a1, -1.69065929318241},
		{"a2 of the shelf", k.shelf.a2, 0.73248077421585},
		{"b0 of the high-pass", k.highPass.b0, 1},
		{"b1 of the high-pass", k.highPass.b1, -2},
		{"b2 of the high-pass", k.highPass.b2, 1},
		{"a1 of the high-pass", k.highPass.a1, -1.99004745483398},
		{"a2 of the high-pass", k.highPass.a2, 0.99007225036621},
	}
	for _, tt := range tests {
		if math.Abs(tt.got-tt.want) > 1e-12 {
			t.Errorf("%s: got %.14f, want %.14f", tt.name, tt.got, tt.want)
		}
	}
}

// At every sample rate the frequency response is that of the tables.
func TestKWeightingAtOtherRates(t *testing.T) {
	reference := newKWeighting(48000)
	for _, rate := range []int{8000, 11025, 16000, 22050, 44100, 120000} {
		k := newKWeighting(rate)
		for _, f := range []float64{20, 50, 100, 300, 500, 997, 1700, 2500, 3000, 3400, 3680, 15000, 20000} {
			if f > 0.46*float64(rate) {
				continue
			}
			got := Decibels(cmplx.Abs(k.shelf.Response(rate, f) * k.highPass.Response(rate, f)))
			want := Decibels(cmplx.Abs(reference.shelf.Response(48000, f) * reference.highPass.Response(48000, f)))
			if math.Abs(got-want) > 0.02 {
				t.Errorf("%d Hz: weight of %g Hz: got %+.3f dB, want %+.3f dB as at 48 kHz", rate, f, got, want)
			}
		}
	}
}
