package dsp

import (
	"math"
	"testing"
	"time"
)

func TestFadeEdges(t *testing.T) {
	const n = 8000
	x := ones(n)
	FadeEdges(x, 8000, 5*time.Millisecond, 20*time.Millisecond)
	tests := []struct {
		name string
		i    int
		want float64
	}{
		{"first", 0, 0},
		{"a quarter in", 10, 0.146446609406726},
		{"half in", 20, 0.5},
		{"last of the fade-in", 39, 0.998458666866564},
		{"after the fade-in", 40, 1},
		{"middle", n / 2, 1},
		{"before the fade-out", n - 1 - 160, 1},
		{"half out", n - 1 - 80, 0.5},
		{"last", n - 1, 0},
	}
	for _, tt := range tests {
		if got := x[tt.i]; math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s: gain of sample %d: got %v, want %v", tt.name, tt.i, got, tt.want)
		}
	}
	for i := 1; i < n; i++ {
		if rising := i <= 40; rising && x[i] < x[i-1] || i > n-161 && x[i] > x[i-1] {
			t.Fatalf("sample %d: gain goes from %v to %v, want it monotone", i, x[i-1], x[i])
		}
	}
}

func TestFadeEdgesOfShortBuffers(t *testing.T) {
	for _, n := range []int{0, 1, 2, 39, 100, 161} {
		x := ones(n)
		FadeEdges(x, 8000, 5*time.Millisecond, 20*time.Millisecond)
		if n > 0 && (x[0] != 0 || x[n-1] != 0) {
			t.Errorf("%d samples: edges: got %v and %v, want 0 and 0", n, x[0], x[n-1])
		}
	}
}

func TestFadeEdgesOfNoLength(t *testing.T) {
	x := ones(10)
	FadeEdges(x, 8000, 0, -time.Second)
	for i, v := range x {
		if v != 1 {
			t.Errorf("sample %d: got %v, want 1", i, v)
		}
	}
}

func ones(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
	}
	return x
}
