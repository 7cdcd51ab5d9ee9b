package dsp

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
)

// audioRates are the sample rates of MPEG audio that are resampled for telephony.
var audioRates = []int{48000, 44100, 32000, 24000, 22050, 16000, 11025}

// A sweep through the passband must come out as the same sweep sampled at the new rate: that is no ripple, no
// image and no latency in one comparison.
func TestResamplePassband(t *testing.T) {
	for _, rates := range ratePairs() {
		t.Run(fmt.Sprint(rates), func(t *testing.T) {
			top := 0.9 * float64(min(rates[0], rates[1])) / 2 // 3600 Hz for 8000 Hz
			got := resample(t, sweep(rates[0], 1, 50, top), rates[0], rates[1])
			want := sweep(rates[1], 1, 50, top)
			for i := range want {
				got[i] -= want[i]
			}
			if err := Decibels(peak(got)); err > -100 {
				t.Errorf("difference from the ideal sweep: got %.1f dB, want at most -100 dB", err)
			}
		})
	}
}

func TestResampleRipple(t *testing.T) {
	for _, from := range audioRates {
		worst := 0.0
		for _, f := range []float64{50, 300, 1020, 2500, 3400, 3600, 3690} {
			out := resample(t, tone(from, from/4, f), from, 8000)
			level := Decibels(amplitude(out[200:1800], 8000, f))
			if math.Abs(level) > 0.00002 {
				t.Errorf("%d Hz: level at %g Hz: got %+.6f dB, want within 0.00002 dB", from, f, level)
			}
			worst = max(worst, math.Abs(level))
		}
		t.Logf("%d Hz: ripple to 3690 Hz %.6f dB", from, worst)
	}
}

// All that a sweep above the new Nyquist frequency leaves behind is aliases.
func TestResampleRejectsImages(t *testing.T) {
	for _, from := range audioRates {
		out := resample(t, sweep(from, 1, 4100, 0.98*float64(from)/2), from, 8000)
		worst := Decibels(peak(out))
		if worst > -109 {
			t.Errorf("%d Hz: images: got %.1f dB, want at most -109 dB", from, worst)
		}
		t.Logf("%d Hz: images %.1f dB", from, worst)
	}
}

func TestResampleLength(t *testing.T) {
	tests := []struct{ n, from, to, want int }{
		{0, 44100, 8000, 0},
		{1, 44100, 8000, 1},
		{5, 44100, 8000, 1},
		{6, 44100, 8000, 2},
		{44100, 44100, 8000, 8000},
		{3 * 44100, 44100, 8000, 24000},
		{1001, 48000, 8000, 167},
		{3, 8000, 44100, 17},
		{7, 8000, 8000, 7},
	}
	for _, tt := range tests {
		out := resample(t, make([]float64, tt.n), tt.from, tt.to)
		if got := len(out); got != tt.want {
			t.Errorf("%d samples, %d Hz to %d Hz: got %d, want %d", tt.n, tt.from, tt.to, got, tt.want)
		}
	}
}

// A band-limited pulse on a sample that both rates have must keep its place, also close to the ends.
func TestResampleZeroLatency(t *testing.T) {
	for _, from := range audioRates {
		for k := range 3 { // every rate has a sample at each 25th of a second
			in := make([]float64, 3*from/25)
			in[k*from/25] = 1
			out := resample(t, in, from, 8000)
			at := 0
			for i := range out {
				if out[i] > out[at] {
					at = i
				}
			}
			if want := 320 * k; at != want {
				t.Errorf("%d Hz: pulse at %d/25 s: got sample %d, want %d", from, k, at, want)
			}
			if i := min(at, len(out)-1-at); i > 20 && math.Abs(out[at-20]-out[at+20]) > 1e-12 {
				t.Errorf("%d Hz: pulse at %d/25 s: not symmetric: got %g and %g", from, k, out[at-20], out[at+20])
			}
		}
	}
}

// Each phase sums to one: a constant stays exactly as loud in every sample.
func TestResampleConstant(t *testing.T) {
	in := make([]float64, 44100)
	for i := range in {
		in[i] = 0.5
	}
	for i, v := range resample(t, in, 44100, 8000)[200:7800] {
		if math.Abs(v-0.5) > 1e-14 {
			t.Fatalf("sample %d: got %v, want 0.5", 200+i, v)
		}
	}
}

func TestResampleSameRateCopies(t *testing.T) {
	in := []float64{0.25, -1, math.Pi}
	out := resample(t, in, 8000, 8000)
	for i := range in {
		if out[i] != in[i] {
			t.Errorf("sample %d: got %v, want %v", i, out[i], in[i])
		}
	}
	out[0] = 1
	if in[0] != 0.25 {
		t.Error("the result shares memory with the input")
	}
}

func TestResampleRefusesRates(t *testing.T) {
	tests := []struct {
		from, to int
		want     string
	}{
		{0, 8000, "a rate of 0 Hz is outside 4000 to 192000 Hz"},
		{44100, -1, "a rate of -1 Hz is outside 4000 to 192000 Hz"},
		{8000, 192001, "a rate of 192001 Hz is outside 4000 to 192000 Hz"},
		{44101, 8000, "the ratio 8000:44101 needs 8000 filter phases, at most 4096 are allowed"},
	}
	for _, tt := range tests {
		_, err := Resample(context.Background(), []float64{1}, tt.from, tt.to)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d Hz to %d Hz: got error %v, want %q", tt.from, tt.to, err, tt.want)
		}
	}
}

func BenchmarkResample(b *testing.B) {
	in := sweep(44100, 10, 50, 20000)
	for b.Loop() {
		if _, err := Resample(context.Background(), in, 44100, 8000); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(10*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}

// ratePairs are the conversions down to telephony, and one up.
func ratePairs() [][2]int {
	pairs := [][2]int{{8000, 16000}}
	for _, from := range audioRates {
		pairs = append(pairs, [2]int{from, 8000})
	}
	return pairs
}

func resample(t *testing.T, in []float64, from, to int) []float64 {
	t.Helper()
	out, err := Resample(context.Background(), in, from, to)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
