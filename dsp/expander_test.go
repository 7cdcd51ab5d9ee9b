package dsp

import (
	"math"
	"testing"
)

const gateRate = 8000

// gateSettings are the defaults of the configuration.
var gateSettings = Expander{Threshold: 0.01, Floor: 0.1}

// levels is a 1020 Hz sine whose amplitude is one value after the other, each for its number of milliseconds.
func levels(steps ...float64) []float64 {
	var x []float64
	for i := 0; i+1 < len(steps); i += 2 {
		n := len(x) + int(steps[i+1])*gateRate/1000
		for len(x) < n {
			x = append(x, steps[i]*math.Sin(2*math.Pi*1020*float64(len(x))/gateRate))
		}
	}
	return x
}

// at is the sample at a time in milliseconds.
func at(ms float64) int { return int(ms * gateRate / 1000) }

func TestExpanderOpensAndCloses(t *testing.T) {
	const floor = 0.1
	tests := []struct {
		name  string
		x     []float64
		gains map[float64]float64 // at a time in ms
	}{
		{"silence", levels(0, 500), map[float64]float64{0: floor, 250: floor, 499: floor}},
		{"below the threshold", levels(0.0097, 1000), map[float64]float64{0: floor, 500: floor, 999: floor}},
		{"above the threshold", levels(0.0103, 1000), map[float64]float64{0: floor, 100: 1, 500: 1, 999: 1}},
		{"between the thresholds after loud", levels(0.1, 100, 0.0055, 2000), map[float64]float64{50: 1, 1000: 1, 2000: 1}},
		{"between the thresholds after silence", levels(0, 100, 0.0095, 1000), map[float64]float64{500: floor, 1000: floor}},
		{"below the lower threshold after loud", levels(0.02, 100, 0.0047, 1000),
			map[float64]float64{50: 1, 280: 1, 500: floor, 1000: floor}},
		// The mean square of 0.02 falls below that of 0.005 in 10 ms · ln 16 = 27.7 ms and is seen 5 ms early: it closes
		// from 322.7 to 422.7 ms, and 50 ms later it is half way.
		{"hold", levels(0.02, 100, 0, 1000), map[float64]float64{322: 1, 372.7: (1 + floor) / 2, 423: floor}},
		{"a pause within the hold", levels(0.02, 100, 0, 200, 0.02, 100), map[float64]float64{99: 1, 200: 1, 299: 1, 399: 1}},
		{"open again while it closes", levels(0.02, 100, 0, 275, 0.02, 100), map[float64]float64{320: 1, 375: 1, 470: 1}},
	}
	for _, tt := range tests {
		gain := gateSettings.follow(tt.x, gateRate)
		for ms, want := range tt.gains {
			if got := gain[at(ms)]; math.Abs(got-want) > 0.01 {
				t.Errorf("%s: gain at %g ms: got %.3f, want %.3f", tt.name, ms, got, want)
			}
		}
	}
}

// Whatever the signal does, the gain moves in steps no larger than those of the raised cosine of 2 ms up and
// of 100 ms down, and stays within its two ends.
func TestExpanderGainHasNoSteps(t *testing.T) {
	for _, floor := range []float64{0, 0.1, 0.9} {
		e := Expander{Threshold: 0.01, Floor: floor}
		var steps []float64
		for i := range 60 {
			steps = append(steps, []float64{0, 0.5, 0.004, 0.012, 0.006}[i*7%5], float64(3+i*i%331))
		}
		gain := e.follow(levels(steps...), gateRate)
		up := (1 - floor) * math.Pi / 2 / (2 * gateRate / 1000)
		down := (1 - floor) * math.Pi / 2 / (100 * gateRate / 1000)
		moves := 0
		for i := 1; i < len(gain); i++ {
			if d := gain[i] - gain[i-1]; d > up || d < -down {
				t.Fatalf("floor %g: gain of sample %d: got a step of %g, want %g to %g", floor, i, d, -down, up)
			} else if d != 0 {
				moves++
			}
			if gain[i] < floor || gain[i] > 1 {
				t.Fatalf("floor %g: gain of sample %d: got %g, want %g to 1", floor, i, gain[i], floor)
			}
		}
		if moves < 1000 {
			t.Errorf("floor %g: the gain moved in %d samples, want at least 1000 for this test to mean anything", floor, moves)
		}
	}
}

// The ramps take 2 and 100 ms, and a loud sound finds the first of them over.
func TestExpanderRamps(t *testing.T) {
	onset := at(200)
	gain := gateSettings.follow(levels(0, 200, 0.5, 100, 0, 700), gateRate)
	first := func(from int, is func(float64) bool) int {
		for !is(gain[from]) {
			from++
		}
		return from
	}
	opening := first(0, func(g float64) bool { return g > 0.1 })
	opened := first(opening, func(g float64) bool { return g == 1 })
	closing := first(opened, func(g float64) bool { return g < 1 })
	closed := first(closing, func(g float64) bool { return g == 0.1 })
	for _, tt := range []struct {
		name           string
		got, low, high int // samples
	}{
		{"look-ahead", onset - opening, at(4.5), at(5)},
		{"opening", opened - opening + 1, at(2), at(2)},
		{"closing", closed - closing + 1, at(100), at(100) + 1}, // 1/800 is rounded, so its multiples may need one more
	} {
		if tt.got < tt.low || tt.got > tt.high {
			t.Errorf("%s: got %d samples, want %d to %d", tt.name, tt.got, tt.low, tt.high)
		}
	}
}

// In long silence the detector does not linger among the subnormal numbers.
func TestExpanderComesToRest(t *testing.T) {
	g := newGate(0.01, gateRate)
	g.next(1)
	for range 80 * at(10) { // e^-80 is less than 1e-30
		g.next(0)
	}
	if g.meanSquare != 0 {
		t.Errorf("mean square: got %g, want 0", g.meanSquare)
	}
}

// Open and closed, a tone keeps its shape: the gain is the same for every sample of it.
func TestExpanderDoesNotDistort(t *testing.T) {
	for _, amplitude := range []float64{0.7, 0.1, 0.03, 0.011, 0.009, 0.006, 0.004, 0.001} {
		x := levels(0.1, 20, amplitude, 3980)
		want := append([]float64(nil), x...)
		gain := gateSettings.follow(x, gateRate)
		settled := at(1000)
		for i := settled; i < len(x); i++ {
			if gain[i] != gain[settled] {
				t.Fatalf("amplitude %g: gain of sample %d: got %v, want %v", amplitude, i, gain[i], gain[settled])
			}
			if amplitude >= 0.006 && x[i] != want[i] {
				t.Fatalf("amplitude %g: sample %d: got %v, want %v bit for bit", amplitude, i, x[i], want[i])
			}
		}
		if got := distortion(x[settled:], gateRate, 1020); got > -200 {
			t.Errorf("amplitude %g: THD+N: got %.1f dB, want at most -200 dB", amplitude, got)
		}
	}
}

// A burst like a syllable, some formants under a pitch of 125 Hz, is open before it begins: its first 5 ms, and all
// after them, are untouched.
func TestExpanderKeepsOnsets(t *testing.T) {
	for _, start := range []int{0, 1, at(3), at(500)} {
		x := make([]float64, start+at(300))
		for i := start; i < len(x); i++ {
			s := float64(i-start) / gateRate
			x[i] = 0.03 * math.Exp(-s/0.15) *
				(math.Cos(2*math.Pi*500*s) + math.Cos(2*math.Pi*1500*s)) * (0.6 + 0.4*math.Cos(2*math.Pi*125*s))
		}
		want := append([]float64(nil), x...)
		gateSettings.follow(x, gateRate)
		for i := start; i < start+at(100); i++ {
			if x[i] != want[i] {
				t.Fatalf("burst at %d: sample %d of it: got %v, want %v", start, i-start, x[i], want[i])
			}
		}
	}
}

// What is reported is the gain in dB.
func TestExpanderReportsTheReduction(t *testing.T) {
	steps := levels(0.1, 200, 0, 800)
	gain := gateSettings.follow(append([]float64(nil), steps...), gateRate)
	reduction := gateSettings.Apply(steps, gateRate)
	if got, want := reduction[at(100)], 0.0; got != want {
		t.Errorf("open: got %v dB, want %v", got, want)
	}
	if got, want := reduction[at(999)], 20.0; math.Abs(got-want) > 1e-9 {
		t.Errorf("closed: got %v dB, want %v", got, want)
	}
	for i, g := range gain {
		if got := Gain(-reduction[i]); math.Abs(got-g) > 1e-12 {
			t.Fatalf("sample %d: got %v dB, want a gain of %v", i, reduction[i], g)
		}
	}
}

func TestExpanderOff(t *testing.T) {
	for _, e := range []Expander{{0, 0.1}, {0.01, 1}, {}} {
		x := levels(0.001, 300)
		want := append([]float64(nil), x...)
		gain := e.follow(x, gateRate)
		for i := range x {
			if x[i] != want[i] || gain[i] != 1 {
				t.Fatalf("%+v: sample %d: got %v with gain %v, want %v with gain 1", e, i, x[i], gain[i], want[i])
			}
		}
	}
}
