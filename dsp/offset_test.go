package dsp

import (
	"math"
	"slices"
	"testing"
)

func TestRemoveOffset(t *testing.T) {
	const rate = 8000
	tests := []struct {
		name   string
		x      []float64
		offset float64
		within float64 // of the signal without its offset, everywhere
	}{
		{"a constant", make([]float64, rate), 0.3, 1e-9},
		{"a negative one", make([]float64, rate), -0.3, 1e-9},
		{"a tone", tone(rate, rate, 300), 0, 0},
		{"a tone above a constant", tone(rate, rate, 300), 0.3, 0.01},
		{"one sample", []float64{0}, 0.3, 1e-9},
		{"nothing", nil, 0, 0},
	}
	for _, tt := range tests {
		y := slices.Clone(tt.x)
		for i := range y {
			y[i] += tt.offset
		}
		RemoveOffset(y, rate)
		for i := range y {
			if math.Abs(y[i]-tt.x[i]) > tt.within {
				t.Errorf("%s: sample %d: got %v, want %v within %v", tt.name, i, y[i], tt.x[i], tt.within)
				break
			}
		}
	}
}

// What begins at zero, or goes from there to an offset, does not begin with a step.
func TestRemoveOffsetMakesNoStep(t *testing.T) {
	const rate = 8000
	late := make([]float64, rate)
	for i := range late {
		if i > 200 {
			late[i] = 0.5
		}
	}
	cosine := make([]float64, rate)
	for i := range cosine {
		cosine[i] = math.Cos(2 * math.Pi * 5 * float64(i) / rate) // whose mean over 100 ms is below its first sample
	}
	for name, x := range map[string][]float64{"a late offset": late, "a cosine": cosine} {
		first := x[0]
		RemoveOffset(x, rate)
		if math.Abs(x[0]) > math.Abs(first) {
			t.Errorf("%s: got a first sample of %v, want at most %v", name, x[0], first)
		}
	}
}

// The high-pass is not heard.
func TestRemoveOffsetKeepsTheSound(t *testing.T) {
	for _, rate := range []int{8000, 48000} {
		for _, hertz := range []float64{50, 300, 3000} {
			x := tone(rate, 2*rate, hertz)
			before := amplitude(x[rate:], rate, hertz)
			for i := range x {
				x[i] += 0.1
			}
			RemoveOffset(x, rate)
			if got := Decibels(amplitude(x[rate:], rate, hertz) / before); math.Abs(got) > 0.004 {
				t.Errorf("%d Hz: %v Hz: got %.4f dB, want 0 within 0.004 dB", rate, hertz, got)
			}
		}
	}
}
