package dsp

import (
	"fmt"
	"math"
	"testing"
)

// BS.1770-5, Annex 1: a 997 Hz sine at full scale in one channel is -3.01 LKFS.
func TestLoudnessOfSine(t *testing.T) {
	for _, rate := range []int{8000, 16000, 44100, 48000} {
		for _, gain := range []float64{0, -20, -40} {
			x := tone(rate, 2*rate, 997)
			scale(x, Gain(gain))
			if got, want := Loudness(x, rate), gain-3.01; math.Abs(got-want) > 0.03 {
				t.Errorf("%d Hz, 997 Hz at %g dBFS: got %.3f LUFS, want %.2f", rate, gain, got, want)
			}
		}
	}
}

// The synthetic cases 1 to 5 of EBU Tech 3341. Both channels of each case are equal; one of them is
// 3.01 LU below both.
func TestLoudnessOfEBUTech3341(t *testing.T) {
	type part struct{ dBFS, seconds float64 }
	tests := []struct {
		number int
		parts  []part
		want   float64
	}{
		{1, []part{{-23, 20}}, -23},
		{2, []part{{-33, 20}}, -33},
		{3, []part{{-36, 10}, {-23, 60}, {-36, 10}}, -23},
		{4, []part{{-72, 10}, {-36, 10}, {-23, 60}, {-36, 10}, {-72, 10}}, -23},
		{5, []part{{-26, 20}, {-20, 20.1}, {-26, 20}}, -23},
	}
	for _, rate := range []int{8000, 16000} {
		for _, tt := range tests {
			t.Run(fmt.Sprintf("case %d at %d Hz", tt.number, rate), func(t *testing.T) {
				var x []float64
				for _, p := range tt.parts {
					y := tone(rate, int(p.seconds*float64(rate)), 1000)
					scale(y, Gain(p.dBFS))
					x = append(x, y...)
				}
				if got := Loudness(x, rate) + 10*math.Log10(2); math.Abs(got-tt.want) > 0.1 {
					t.Errorf("got %.3f LUFS, want %g within 0.1", got, tt.want)
				}
			})
		}
	}
}

func TestLoudnessOfLittle(t *testing.T) {
	quiet := tone(8000, 8000, 997)
	scale(quiet, Gain(-70))
	tests := []struct {
		name string
		x    []float64
		want float64
	}{
		{"nothing", nil, math.Inf(-1)},
		{"one sample of silence", []float64{0}, math.Inf(-1)},
		{"silence", make([]float64, 8000), math.Inf(-1)},
		{"below the absolute gate", quiet, math.Inf(-1)},
		{"300 ms", tone(8000, 2400, 997), -3.01},
		{"399 ms", tone(8000, 3199, 997), -3.01},
		{"450 ms", tone(8000, 3600, 997), -3.01},
	}
	for _, tt := range tests {
		if got := Loudness(tt.x, 8000); got != tt.want && !(math.Abs(got-tt.want) < 0.1) {
			t.Errorf("%s: got %g LUFS, want %g", tt.name, got, tt.want)
		}
	}
}

func TestLoudnessLeavesTheSignalAlone(t *testing.T) {
	x := tone(8000, 8000, 997)
	Loudness(x, 8000)
	for i, want := range tone(8000, 8000, 997) {
		if x[i] != want {
			t.Fatalf("sample %d: got %v, want %v as before", i, x[i], want)
		}
	}
}
