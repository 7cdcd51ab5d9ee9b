package dsp

import (
	"math"
	"math/cmplx"
	"testing"
)

func TestBandpass(t *testing.T) {
	tests := []struct {
		name string
		band Bandpass
		rate int
	}{
		{"telephone", Bandpass{300, 3400}, 8000},
		{"wideband", Bandpass{50, 7000}, 16000},
		{"telephone at 16 kHz", Bandpass{300, 3400}, 16000},
		{"widest at 8 kHz", Bandpass{20, 3920}, 8000},
		{"widest at 16 kHz", Bandpass{20, 7840}, 16000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			swept := measured(tt.rate, func(x []float64) { tt.band.Filter(x, tt.rate) })
			within := func(f, low, high float64) {
				t.Helper()
				if got := swept(f); got < low || got > high {
					t.Errorf("sweep at %g Hz: got %.3f dB, want %g to %g dB", f, got, low, high)
				}
				if got := tt.band.response(tt.rate, f); got < low || got > high {
					t.Errorf("response at %g Hz: got %.3f dB, want %g to %g dB", f, got, low, high)
				}
			}
			for _, edge := range []float64{tt.band.Low, tt.band.High} {
				within(edge, -3.015, -3.005)
			}
			within(tt.band.Low/2, -math.Inf(1), -24) // 24 dB per octave
			within(tt.band.Low*5/3, -0.08, 0.001)    // the knee is that of Butterworth,
			for f := tt.band.Low * 2; f < tt.band.High*0.65; f += 50 {
				within(f, -0.12, 0.001) // and nothing ripples
			}
			t.Logf("%g Hz %.3f dB, %g Hz %.3f dB", tt.band.Low, swept(tt.band.Low), tt.band.High, swept(tt.band.High))
		})
	}
}

// The figures of the telephone band away from its edges.
func TestBandpassSkirts(t *testing.T) {
	band := Bandpass{300, 3400}
	for f, want := range map[float64]float64{100: -38.3, 150: -24.2, 500: -0.07, 3000: -0.055, 3700: -24.6} {
		if got := band.response(8000, f); math.Abs(got-want) > 0.1 {
			t.Errorf("%g Hz: got %.3f dB, want %g dB", f, got, want)
		}
	}
}

func TestBandpassRemovesConstant(t *testing.T) {
	x := make([]float64, 16000)
	for i := range x {
		x[i] = 0.5
	}
	Bandpass{300, 3400}.Filter(x, 8000)
	if got := peak(x[8000:]); got > 1e-12 {
		t.Errorf("after a second: got %g, want at most 1e-12", got)
	}
}

// response is the gain of all sections in dB.
func (b Bandpass) response(rate int, frequency float64) float64 {
	sum := 0.0
	for _, s := range b.sections(rate) {
		sum += Decibels(cmplx.Abs(s.Response(rate, frequency)))
	}
	return sum
}
