package dsp

import (
	"math"
	"testing"
)

// The synthetic cases 15 to 19 of EBU Tech 3341, and others: sines whose samples miss the crest.
// The standard allows +0.2 and -0.4 dB.
func TestTruePeakOfSine(t *testing.T) {
	tests := []struct {
		name                string
		frequency, degrees  float64 // frequency in sample rates
		amplitude, sampleDB float64
	}{
		{"fs/4, 0 degrees", 0.25, 0, 0.5, -6.02},
		{"fs/4, 45 degrees", 0.25, 45, 0.5, -9.03},
		{"fs/6, 60 degrees", 1. / 6, 60, 0.5, -7.27},
		{"fs/8, 67.5 degrees", 0.125, 67.5, 0.5, -6.71},
		{"fs/4, 45 degrees, above full scale", 0.25, 45, 1.41, -0.03},
		{"fs/3, 0 degrees", 1. / 3, 0, 1, -1.25},
		{"0.4 fs", 0.4, 18, 1, 0},
		{"0.42 fs", 0.42, 10, 1, 0},
	}
	for _, tt := range tests {
		x := make([]float64, 4000)
		for i := range x {
			// Faded, since a tone that begins at once has an overshoot of its own.
			gain := min(1, float64(min(i, len(x)-1-i))/1000)
			x[i] = gain * tt.amplitude * math.Sin(2*math.Pi*tt.frequency*float64(i)+tt.degrees*math.Pi/180)
		}
		got, want := Decibels(TruePeak(x)), Decibels(tt.amplitude)
		if math.Abs(got-want) > 0.1 {
			t.Errorf("%s: got %.3f dBTP, want %.3f within 0.1", tt.name, got, want)
		}
		if tt.sampleDB != 0 && math.Abs(Decibels(Peak(x))-tt.sampleDB) > 0.02 {
			t.Errorf("%s: sample peak: got %.3f dBFS, want %.2f", tt.name, Decibels(Peak(x)), tt.sampleDB)
		}
	}
}

// Everywhere between the samples of a band-limited signal the four-fold one must agree with a much finer one.
func TestTruePeakAgainstResample(t *testing.T) {
	x := music(8000, 1)
	Bandpass{Low: 300, High: 3000}.Filter(x, 8000)
	want := Decibels(Peak(resample(t, x, 8000, 128000)))
	if got := Decibels(TruePeak(x)); math.Abs(got-want) > 0.02 {
		t.Errorf("got %.3f dBTP, want %.3f", got, want)
	}
}

func TestPeaksOfLittle(t *testing.T) {
	tests := []struct {
		name           string
		x              []float64
		peak, truePeak float64
	}{
		{"nothing", nil, 0, 0},
		{"silence", []float64{0, 0}, 0, 0},
		{"one sample", []float64{-0.5}, 0.5, 0.52},
		{"two in the middle of a crest", []float64{0, 0, 0.5, 0.5, 0, 0}, 0.5, 0.62},
	}
	for _, tt := range tests {
		if got := Peak(tt.x); got != tt.peak {
			t.Errorf("%s: peak: got %v, want %v", tt.name, got, tt.peak)
		}
		if got := TruePeak(tt.x); math.Abs(got-tt.truePeak) > 0.03 || got < tt.peak {
			t.Errorf("%s: true peak: got %v, want %v", tt.name, got, tt.truePeak)
		}
	}
}
