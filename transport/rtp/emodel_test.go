package rtp

import (
	"math"
	"testing"
	"time"
)

// TestRDefault is the value that ITU-T G.107 clause 7.7 gives for its default values.
func TestRDefault(t *testing.T) {
	r := Path{BurstRatio: 1, Equipment: Equipment{Robustness: 4.3}}.R()
	if math.Abs(r-93.2) > 0.05 || math.Abs(MOS(r)-4.41) > 0.005 {
		t.Errorf("got R %.3f and MOS %.4f, want 93.2 and 4.41", r, MOS(r))
	}
}

// TestRDelay has the values of the curve of ITU-T G.114 figure 1, as far as it can be
// read, which is within 1.
func TestRDelay(t *testing.T) {
	for _, test := range []struct {
		milliseconds int
		want         float64
	}{{0, 93.2}, {50, 92}, {100, 91}, {150, 90}, {200, 86}, {250, 79.5}, {300, 73}, {400, 62.5}, {500, 55}} {
		path := Path{Delay: time.Duration(test.milliseconds) * time.Millisecond, BurstRatio: 1, Equipment: Equipment{Robustness: 4.3}}
		if got := path.R(); math.Abs(got-test.want) > 1 {
			t.Errorf("%d ms: got R %.1f, want %.1f within 1", test.milliseconds, got, test.want)
		}
	}
}

// TestRLoss takes Ie,eff = Ie + (95 - Ie)·Ppl/(Ppl/BurstR + Bpl) off the default,
// worked out by hand.
func TestRLoss(t *testing.T) {
	tests := []struct {
		equipment   Equipment
		loss, burst float64
		want        float64 // Ie,eff
	}{
		{Equipment{0, 4.3}, 0, 1, 0},
		{Equipment{0, 4.3}, 0.01, 1, 95 / 5.3},
		{Equipment{0, 25.1}, 0.01, 1, 95 / 26.1},
		{Equipment{0, 25.1}, 0.05, 1, 475 / 30.1},
		{Equipment{0, 25.1}, 0.05, 2, 475 / 27.6},
		{Equipment{0, 25.1}, 0.2, 1, 1900 / 45.1},
		{Equipment{11, 19}, 0.02, 1, 11 + 84*2/21.}, // G.729A with VAD
	}
	for _, test := range tests {
		got := Path{Equipment: test.equipment, Loss: test.loss, BurstRatio: test.burst}.R()
		if want := 93.206 - test.want; math.Abs(got-want) > 0.001 {
			t.Errorf("%+v: got R %.3f, want %.3f", test, got, want)
		}
	}
	if got := (Path{Equipment: Equipment{0, 4.3}, Loss: 1, BurstRatio: 8}).R(); got != 0 {
		t.Errorf("all lost: got R %v, want 0", got)
	}
}

// TestMOS has the values of ITU-T G.107 table B.1, and the ends.
func TestMOS(t *testing.T) {
	for _, test := range []struct{ r, want float64 }{
		{-5, 1}, {0, 1}, {3, 1}, {50, 2.58}, {60, 3.10}, {70, 3.60}, {80, 4.03}, {90, 4.34}, {93.2, 4.41}, {100, 4.5}, {120, 4.5},
	} {
		if got := MOS(test.r); math.Abs(got-test.want) > 0.0061 {
			t.Errorf("R %v: got MOS %.4f, want %.2f", test.r, got, test.want)
		}
	}
}
