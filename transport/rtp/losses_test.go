package rtp

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// patternOf is the pattern of a text with one character a packet: x is missing.
func patternOf(text string) losses {
	var l losses
	for _, c := range text {
		l.count(c != 'x')
	}
	return l
}

func TestBursts(t *testing.T) {
	gap := strings.Repeat(".", gapMin)
	short := gap[1:]
	const packet = 20 * time.Millisecond
	tests := []struct {
		name string
		in   string
		want Bursts
	}{
		{"nothing missing", "....", Bursts{GapLength: 4 * packet, Ratio: 1}},
		{"one alone", gap + "x" + gap, Bursts{GapDensity: 1. / 33, GapLength: 33 * packet, Ratio: 1}},
		{"two with a gap between", gap + "x" + gap + "x" + gap, Bursts{GapDensity: 2. / 50, GapLength: 50 * packet, Ratio: 1}},
		{"two in a burst", gap + "x" + short + "x" + gap,
			Bursts{Count: 1, BurstDensity: 2. / 17, BurstLength: 17 * packet, GapLength: 16 * packet, Ratio: 1}},
		{"a run", gap + "xxxx" + gap,
			Bursts{Count: 1, BurstDensity: 1, BurstLength: 4 * packet, GapLength: 16 * packet, Ratio: 4 * (1 - 4./36)}},
		{"two bursts and one alone", gap + "xx" + gap + "x" + gap + "x.x" + gap,
			Bursts{Count: 2, BurstDensity: 4. / 5, BurstLength: 5 * packet / 2, GapDensity: 1. / 65, GapLength: 65 * packet / 3, Ratio: 1.25 * (1 - 5./70)}},
		{"from the first to the last", "xx..xx", Bursts{Count: 1, BurstDensity: 4. / 6, BurstLength: 6 * packet, Ratio: 1}},
		{"at the beginning", "xx" + gap, Bursts{Count: 1, BurstDensity: 1, BurstLength: 2 * packet, GapLength: 16 * packet, Ratio: 2 * (1 - 2./18)}},
		{"at the end", gap + "xx", Bursts{Count: 1, BurstDensity: 1, BurstLength: 2 * packet, GapLength: 16 * packet, Ratio: 2 * (1 - 2./18)}},
		{"longer than the E-model knows", gap + strings.Repeat("x", 20) + strings.Repeat(gap, 10),
			Bursts{Count: 1, BurstDensity: 1, BurstLength: 20 * packet, GapLength: 88 * packet, Ratio: 8}},
	}
	for _, test := range tests {
		l := patternOf(test.in)
		if got := l.summary(packet); !near(got, test.want) {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}

// near allows for the rounding of what was worked out by hand.
func near(got, want Bursts) bool {
	same := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
	return got.Count == want.Count && got.BurstLength == want.BurstLength && got.GapLength == want.GapLength &&
		same(got.BurstDensity, want.BurstDensity) && same(got.GapDensity, want.GapDensity) && same(got.Ratio, want.Ratio)
}

// TestBurstRatio wants 1 of random loss, and that of a Markov chain of two states,
// 1/(p+q), of one that is not (ITU-T G.107 clause 7.5).
func TestBurstRatio(t *testing.T) {
	tests := []struct{ loss, stay, want float64 }{ // p, 1-q
		{0.05, 0.05, 1},
		{0.2, 0.2, 1},
		{0.02, 0.75, 1 / 0.27},
		{0.01, 0.5, 1 / 0.51},
	}
	for _, test := range tests {
		random := rand.New(rand.NewPCG(1, 2))
		var l losses
		for lost := false; l.packets < 200_000; l.count(!lost) {
			share := test.loss
			if lost {
				share = test.stay
			}
			lost = random.Float64() < share
		}
		if got := l.summary(0).Ratio; math.Abs(got/test.want-1) > 0.03 {
			t.Errorf("p %v, 1-q %v: got %.3f, want %.3f within 3 %%", test.loss, test.stay, got, test.want)
		}
	}
}
