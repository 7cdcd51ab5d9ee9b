package plot

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestWelchKeepsThePower adds the density up: the power of a signal must come out whatever its length.
func TestWelchKeepsThePower(t *testing.T) {
	noise := Signal{Samples: make([]float64, 80000), Rate: 8000}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Samples {
		noise.Samples[i] = random.NormFloat64() * 0.1
	}
	tests := []struct {
		name   string
		signal Signal
		want   float64
		within float64 // relative
	}{
		{"tone", tone(0.5, 1000, 10, 8000), 0.125, 0.001},
		{"tone of other rate", tone(0.5, 1000, 10, 44100), 0.125, 0.001},
		{"short tone", tone(0.5, 1000, 0.1, 8000), 0.125, 0.01},
		{"noise", noise, 0.01, 0.05},
		{"one sample", Signal{[]float64{0.5}, 8000}, 0.25, 0.01},
	}
	for _, tt := range tests {
		density, resolution := welch(tt.signal)
		power := 0.0
		for _, d := range density {
			power += d * resolution
		}
		if math.Abs(power/tt.want-1) > tt.within {
			t.Errorf("%s: got power %v, want %v within %v", tt.name, power, tt.want, tt.within)
		}
	}
}

func TestSpectrum(t *testing.T) {
	points := spectrum(tone(0.5, 1000, 10, 8000), 50, 4000)
	if len(points) < 100 || len(points) > 160 {
		t.Errorf("got %d points, want 24 for most of 6.3 octaves", len(points))
	}
	highest := points[0]
	for i, p := range points {
		if i > 0 && p.X <= points[i-1].X {
			t.Errorf("frequencies: got %v after %v", p.X, points[i-1].X)
		}
		if p.X < 48 || p.X > 4000 {
			t.Errorf("got a point at %v Hz, want 50 to 4000", p.X)
		}
		if p.Y > highest.Y {
			highest = p
		}
	}
	if math.Abs(highest.X/1000-1) > 0.03 {
		t.Errorf("peak: got %v Hz, want 1000", highest.X)
	}
	if low := points[0].Y; low > highest.Y-80 {
		t.Errorf("far from the tone: got %v dB at a peak of %v, want 80 dB less", low, highest.Y)
	}
}
