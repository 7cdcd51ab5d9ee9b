package e2e

import (
	"math"
	"math/rand/v2"
	"testing"
)

// noise is a repeatable signal without any period.
func noise(n int) []float64 {
	random := rand.New(rand.NewPCG(1, 2))
	out := make([]float64, n)
	for i := range out {
		out[i] = random.NormFloat64()
	}
	return out
}

func scaled(x []float64, gain, offset float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = gain*v + offset
	}
	return out
}

func TestCorrelation(t *testing.T) {
	x := noise(8000)
	tests := []struct {
		name     string
		x, y     []float64
		from, to float64
	}{
		{"the same", x, x, 1 - 1e-9, 1 + 1e-9},
		{"quieter, with an offset", x, scaled(x, 0.1, 5), 1 - 1e-9, 1 + 1e-9},
		{"upside down", x, scaled(x, -1, 0), -1 - 1e-9, -1 + 1e-9},
		{"one sample late", x[1:], x[:len(x)-1], -0.1, 0.1},
		{"half of it missing", x, x[:4000], 0.6, 0.8},
		{"silence", x, make([]float64, 8000), 0, 0},
		{"nothing heard", x, nil, 0, 0},
		{"nothing at all", nil, nil, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := correlation(test.x, test.y)
			if math.IsNaN(got) || got < test.from || got > test.to {
				t.Errorf("got %v, want %v to %v", got, test.from, test.to)
			}
		})
	}
}

func TestAlign(t *testing.T) {
	played := noise(4000)
	tests := []struct {
		name  string
		heard []float64
		want  int
	}{
		{"in step", played, 0},
		{"late", append(make([]float64, 137), played...), 137},
		{"beginning missing", played[250:], -250},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := align(played, test.heard, 1000, 300); got != test.want {
				t.Errorf("lag: got %d, want %d", got, test.want)
			}
		})
	}
}

// One broken second is seen in its own window and in no other.
func TestWindowsFindTheBrokenOne(t *testing.T) {
	played := noise(5000)
	heard := append(make([]float64, 20), played...)
	copy(heard[20+2000:20+3000], make([]float64, 1000))
	got := windows(played, heard, 20, 1000)
	if len(got) != 5 {
		t.Fatalf("windows: got %d, want 5", len(got))
	}
	for i, c := range got {
		if broken := i == 2; broken != (c < 0.99) {
			t.Errorf("window %d: got correlation %.4f, broken %v", i, c, broken)
		}
	}
}

// A recording that stops early fails in its last window.
func TestWindowsSeeAMissingEnd(t *testing.T) {
	played := noise(3000)
	got := windows(played, played[:2500], 0, 1000)
	if len(got) != 3 || got[1] < 0.99 || got[2] > 0.9 {
		t.Errorf("got %v, want 1, 1 and less than 0.9", got)
	}
}
