//go:build !race

package codec

import (
	"math"
	"testing"
	"time"

	"pickup/dsp"
)

// The decoder takes half a minute for the built-in prompt under the race detector, and there is nothing in it to race.
func TestBuiltinSound(t *testing.T) {
	t.Parallel()
	p, err := LoadBuiltin(t.Context(), Options{Duration: 30 * time.Second, Formats: both})
	if err != nil {
		t.Fatal(err)
	}
	if p.Duration() != 30*time.Second {
		t.Errorf("got %v, want 30s", p.Duration())
	}
	track, _ := p.Track("PCMU")
	checkBuiltinSound(t, decoded(track))
	checkTalkOff(t, decoded(track))
}

// checkTalkOff wants no DTMF digit to be found in speech and music, at any level.
func checkTalkOff(t *testing.T, x []float64) {
	t.Helper()
	for _, gain := range []float64{1, 0.5, 0.25, 0.1, 0.05, 2, 4} {
		var d dsp.DTMF
		for i := 0; i+160 <= len(x); i += 160 {
			var packet [160]float64
			for j := range packet {
				packet[j] = max(-1, min(1, gain*x[i+j]))
			}
			d.Process(packet[:])
			if digit, ok := d.Next(); ok {
				t.Errorf("gain %v: got %c at %.2f s, want no digit", gain, digit.Key, float64(i)/narrowRate)
			}
		}
	}
}

// checkBuiltinSound checks that there is something to hear all the time, nothing clips, the countdown keeps its
// seconds, and that all is said before the call ends.
func checkBuiltinSound(t *testing.T, x []float64) {
	t.Helper()
	level := func(from, to float64) float64 {
		part := x[int(from*narrowRate):int(to*narrowRate)]
		sum := 0.0
		for _, v := range part {
			if math.Abs(v) > 0.98 {
				t.Fatalf("clips between %.2f and %.2f s", from, to)
			}
			sum += v * v
		}
		return 10 * math.Log10(sum/float64(len(part)))
	}
	for at := 0.3; at < 29.6; at += 0.3 {
		if got := level(at, at+0.3); got < -60 {
			t.Errorf("%.1f s: got %.1f dB, want something to hear", at, got)
		}
	}
	for second := 19.0; second < 30; second++ {
		word, gap := level(second+0.1, second+0.3), level(second+0.75, second+0.98)
		if word < gap+8 {
			t.Errorf("%.0f s: got a word at %.1f dB and a gap at %.1f dB, want 8 dB between them", second, word, gap)
		}
	}
}
