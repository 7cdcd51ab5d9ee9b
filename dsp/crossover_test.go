package dsp

import (
	"math"
	"testing"
)

var crossovers = []struct {
	name  string
	cross Crossover
	rate  int
}{
	{"default", Crossover{800, 2500}, 8000},
	{"default at 16 kHz", Crossover{800, 2500}, 16000},
	{"close together", Crossover{1000, 1500}, 8000},
	{"far apart", Crossover{25, 3900}, 8000},
	{"high up", Crossover{5000, 7800}, 16000},
}

func TestCrossoverSumIsFlat(t *testing.T) {
	for _, tt := range crossovers {
		gain := measured(tt.rate, func(x []float64) {
			low, mid, high := tt.cross.Split(x, tt.rate)
			for i := range x {
				x[i] = low[i] + mid[i] + high[i]
			}
		})
		worst := 0.0
		for f := 20.0; f < 0.495*float64(tt.rate); f += 0.25 {
			worst = max(worst, math.Abs(gain(f)))
		}
		if worst > 1e-9 {
			t.Errorf("%s: sum of the bands: got %.2g dB off, want at most 1e-9 dB", tt.name, worst)
		}
		t.Logf("%s: sum flat to %.2g dB", tt.name, worst)
	}
}

// Both sides of an edge are at -6.02 dB there, and a band falls by 24 dB per octave.
func TestCrossoverBands(t *testing.T) {
	const rate = 8000
	c := Crossover{800, 2500}
	var bands [3]func(float64) float64
	for i := range bands {
		bands[i] = measured(rate, func(x []float64) {
			low, mid, high := c.Split(x, rate)
			copy(x, [...][]float64{low, mid, high}[i])
		})
	}
	tests := []struct {
		band         int
		f, low, high float64
	}{
		{0, 100, -0.01, 0.01}, {0, 800, -6.04, -6.0}, {0, 1600, -60, -24},
		{1, 400, -60, -24}, {1, 800, -6.2, -5.9}, {1, 1400, -1.5, 0.01}, {1, 2500, -6.2, -5.9}, {1, 3600, -90, -24},
		{2, 1250, -60, -24}, {2, 2500, -6.2, -6.0}, {2, 3800, -0.1, 0.01},
	}
	for _, tt := range tests {
		if got := bands[tt.band](tt.f); got < tt.low || got > tt.high {
			t.Errorf("band %d at %g Hz: got %.3f dB, want %g to %g dB", tt.band+1, tt.f, got, tt.low, tt.high)
		}
	}
}

func TestCrossoverLeavesItsInput(t *testing.T) {
	x := sweep(8000, 0.25, 50, 3900)
	want := append([]float64(nil), x...)
	low, mid, high := Crossover{800, 2500}.Split(x, 8000)
	for i := range x {
		if x[i] != want[i] {
			t.Fatalf("sample %d: got %v, want %v", i, x[i], want[i])
		}
	}
	if len(low) != len(x) || len(mid) != len(x) || len(high) != len(x) {
		t.Errorf("lengths: got %d, %d and %d, want %d", len(low), len(mid), len(high), len(x))
	}
}
