package render

import (
	"encoding/json"
	"math"
	"testing"

	"pickup/codec"
)

func TestClipped(t *testing.T) {
	tests := []struct {
		name string
		x    []float64
		want int
	}{
		{"nothing", nil, 0},
		{"quiet", []float64{0, 0.5, -0.5}, 0},
		{"one peak", []float64{0, 1, 0}, 0},
		{"a peak on each side", []float64{1, -1, 1, -1}, 0},
		{"pair", []float64{0, 1, 1, 0}, 2},
		{"pair at the end", []float64{0, -1, -1}, 2},
		{"run of four and a pair", []float64{1, 1, 1, 1, 0, -1, -1, 1}, 6},
		{"beyond full scale", []float64{0, 3, 2, 0}, 2},
		{"just below", []float64{0.9999, 0.9999}, 0},
		{"largest of 16 bits", []float64{32767.0 / 32768, 32767.0 / 32768}, 2},
	}
	for _, tt := range tests {
		if got := clipped(tt.x, fullScale16); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestLargestSample finds the largest sample by decoding every code.
func TestLargestSample(t *testing.T) {
	for _, f := range []codec.Format{codec.PCMU, codec.PCMA} {
		want := 0.0
		for code := range 256 {
			want = max(want, float64(f.Decode([]byte{byte(code)})[0])/(1<<15))
		}
		if got := largestSample(f); got != want {
			t.Errorf("%s: got %v, want %v", f.Name, got, want)
		}
	}
}

func TestMeasure(t *testing.T) {
	const rate = 8000
	x := make([]float64, 3*rate)
	for i := range x {
		x[i] = 0.1*math.Sin(2*math.Pi*1000.3*float64(i)/rate) + 0.01
	}
	m := measure(x, rate)
	tests := []struct {
		name         string
		got          Value
		want, within float64
	}{
		{"duration", m.DurationSeconds, 3, 0},
		{"loudness", m.LoudnessLUFS, -23.01, 0.1},
		{"true peak", m.TruePeakDBTP, 20 * math.Log10(0.11), 0.05},
		{"sample peak", m.SamplePeakDBFS, 20 * math.Log10(0.11), 0.05},
		{"DC", m.DCFullScale, 0.01, 1e-4},
	}
	for _, tt := range tests {
		if math.Abs(float64(tt.got)-tt.want) > tt.within {
			t.Errorf("%s: got %v, want %v within %v", tt.name, tt.got, tt.want, tt.within)
		}
	}
}

func TestValueAsJSON(t *testing.T) {
	tests := []struct {
		value Value
		want  string
	}{
		{0, "0"},
		{Value(math.Copysign(0, -1)), "0"},
		{-1e-9, "0"},
		{-22.25, "-22.25"},
		{1.0 / 3, "0.333333"},
		{1e9, "1000000000"},
		{Value(math.Inf(-1)), "null"},
		{Value(math.Inf(1)), "null"},
		{Value(math.NaN()), "null"},
	}
	for _, tt := range tests {
		if got, err := json.Marshal(tt.value); err != nil || string(got) != tt.want {
			t.Errorf("%v: got %s, %v, want %s", float64(tt.value), got, err, tt.want)
		}
	}
}

func TestClosedShare(t *testing.T) {
	tests := []struct {
		name     string
		decibels []float64
		floor    float64
		want     float64
	}{
		{"nothing", nil, 0.1, 0},
		{"open", []float64{0, 0, 0, 0}, 0.1, 0},
		{"closed in one of four", []float64{0, 20, 0, 0}, 0.1, 0.25},
		{"on its way, above and below the middle of the gain", []float64{5.0, 5.4, 0, 0}, 0.1, 0.25},
		{"off", []float64{0, 0}, 1, 0},
		{"closed entirely", []float64{200, 200}, 0, 1},
	}
	for _, tt := range tests {
		if got := closedShare(tt.decibels, tt.floor); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
