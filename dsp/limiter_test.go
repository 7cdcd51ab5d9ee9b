package dsp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// Whatever comes in, no sample is above the ceiling, and the signal between the samples hardly.
func TestLimiterCeiling(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		inputs := materials(rate, 1)
		inputs["tone"] = tone(rate, rate, 1000.3)
		inputs["highest tone"] = tone(rate, rate, 3399)
		inputs["noise"] = noise(rate)
		inputs["click"] = make([]float64, rate)
		inputs["click"][rate/2] = 1
		inputs["click at the start"] = append([]float64{1}, make([]float64, rate)...)
		inputs["click at the end"] = append(make([]float64, rate), 1)
		for name, x := range inputs {
			// What a telephone line carries; the true peak of a signal up to half the sample rate has no limit.
			Bandpass{Low: 300, High: 3400}.Filter(x, rate)
			scaled(x, 3/Peak(x))
			for _, ceiling := range []float64{0.05, 0.9} {
				y := append([]float64(nil), x...)
				Limiter{Ceiling: ceiling}.Apply(y, rate)
				if got := Peak(y); got > ceiling {
					t.Errorf("%s at %d Hz: peak: got %v, want at most %v", name, rate, got, ceiling)
				}
				FadeEdges(y, rate, 5*time.Millisecond, 20*time.Millisecond) // an abrupt end rings on its own
				fine := Peak(resample(t, y, rate, 64000))
				if over := Decibels(fine / ceiling); over > 0.3 {
					t.Errorf("%s at %d Hz: true peak: got %.2f dB above the ceiling of %v, want at most 0.3", name, rate, over, ceiling)
				}
			}
		}
	}
}

// What stays below the ceiling is not touched.
func TestLimiterAtRest(t *testing.T) {
	x := speech(8000, 2)
	y := append([]float64(nil), x...)
	for i, r := range (Limiter{Ceiling: 0.6}).Apply(y, 8000) {
		if r != 0 || y[i] != x[i] {
			t.Fatalf("sample %d: got %v with a reduction of %v dB, want %v untouched", i, y[i], r, x[i])
		}
	}
}

func TestLimiterDistortion(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		for _, frequency := range []float64{300, 440, 1000.3, 1020, 2000, 3000, 3400} {
			x := scaled(tone(rate, 12*rate, frequency), 1.5)
			Limiter{Ceiling: 0.9}.Apply(x, rate)
			if got := distortion(x[2*rate:], rate, frequency); got > -45 {
				t.Errorf("%g Hz at %d Hz: THD+N: got %.1f dB, want at most -45", frequency, rate, got)
			}
		}
	}
}

// A single loud millisecond: the gain falls within the 5 ms before it and comes back with 80 ms.
func TestLimiterTiming(t *testing.T) {
	const rate, at = 8000, 4000
	x := scaled(tone(rate, 2*rate, 1000), 0.1)
	for i := at; i < at+8; i++ {
		x[i] *= 16
	}
	reduction := Limiter{Ceiling: 0.8}.Apply(x, rate)
	needed := 20 * math.Log10(2)
	tests := []struct {
		name     string
		sample   int
		low, top float64
	}{
		{"11 ms before", at - 88, 0, 0},
		{"when it begins", at, needed - 0.2, needed + 0.2},
		{"when it ends", at + 8, needed - 1, needed + 0.2},
		{"85 ms after", at + 8 + 680, 20*math.Log10(1/(1-0.5/math.E)) - 0.2, 20*math.Log10(1/(1-0.5/math.E)) + 0.2},
		{"1 s after", at + 8000, 0, 0.001},
	}
	for _, tt := range tests {
		if got := reduction[tt.sample]; got < tt.low || got > tt.top {
			t.Errorf("%s: reduction: got %.4f dB, want %.4f to %.4f", tt.name, got, tt.low, tt.top)
		}
	}
	for i := 1; i < len(reduction); i++ {
		if step := math.Abs(reduction[i] - reduction[i-1]); step > 0.35 {
			t.Fatalf("sample %d: the reduction jumps by %.2f dB, want at most 0.35", i, step)
		}
	}
}

func TestLimiterTakesAnyAmplitude(t *testing.T) {
	for _, n := range []int{0, 1, 2, 39, 40, 41, 42, 83, 500} {
		for _, amplitude := range []float64{0, 5e-324, 1, 1e100} {
			t.Run(fmt.Sprint(n, amplitude), func(t *testing.T) {
				x := scaled(noise(n), amplitude)
				for i, r := range (Limiter{Ceiling: 0.9}).Apply(x, 8000) {
					if !(r >= 0 && r <= maxReduction) || !(math.Abs(x[i]) <= 0.9) {
						t.Fatalf("sample %d: got %v reduced by %v dB", i, x[i], r)
					}
				}
			})
		}
	}
}

func TestSlidingMax(t *testing.T) {
	for _, window := range []int{1, 2, 3, 7, 41} {
		for n := range 90 {
			x := noise(n)
			for i := range x {
				x[i] = math.Abs(x[i])
			}
			highest := append([]float64(nil), x...)
			slidingMax(highest, window)
			for i, got := range highest {
				if want := Peak(x[i:min(n, i+window)]); got != want {
					t.Fatalf("value %d of %d, window %d: got %v, want %v", i, n, window, got, want)
				}
			}
		}
	}
}

// noise is white and evenly spread from -1 to 1.
func noise(n int) []float64 {
	random := rand.New(rand.NewPCG(5, uint64(n)))
	x := make([]float64, n)
	for i := range x {
		x[i] = 2*random.Float64() - 1
	}
	return x
}
