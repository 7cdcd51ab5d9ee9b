package dsp

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// telephone is the chain with the settings that the configuration has when nothing is set.
func telephone() Chain {
	return Chain{
		Enabled:  true,
		Bandpass: Bandpass{Low: 300, High: 3400},
		Expander: Expander{Threshold: 0.01, Floor: 0.1},
		Presence: Presence{Alpha: 0.95},
		Multiband: Multiband{
			Crossover: Crossover{Low: 800, High: 2500},
			Bands: [3]Compressor{
				{
					Enabled: true, TargetLevel: 0.4, ThresholdFactor: 0.6, Ratio: 4, KneeWidth: 0.15,
					Attack: 10 * time.Millisecond, Release: 150 * time.Millisecond,
				},
				{
					Enabled: true, TargetLevel: 0.6, ThresholdFactor: 0.75, Ratio: 2.5, KneeWidth: 0.2,
					Attack: 20 * time.Millisecond, Release: 80 * time.Millisecond,
				},
				{
					Enabled: true, TargetLevel: 0.7, ThresholdFactor: 0.8, Ratio: 2, KneeWidth: 0.1,
					Attack: 5 * time.Millisecond, Release: 50 * time.Millisecond,
				},
			},
		},
		Loudness: -22,
		Ceiling:  0.9,
	}
}

// wideband is the chain for G.722.
func wideband() Chain {
	c := telephone()
	c.Bandpass = Bandpass{Low: 50, High: 7000}
	c.Presence.Alpha = 0
	return c
}

// Whatever the material is, the result is equally loud, has room to full scale, is not clipped and has no constant.
func TestChainLandsAllMaterial(t *testing.T) {
	tests := []struct {
		name      string
		chain     Chain
		rate, out int
	}{
		{"narrow band", telephone(), 8000, 8000},
		{"narrow band at 16000 Hz", telephone(), 16000, 8000},
		{"wide band", wideband(), 16000, 16000},
	}
	sources := map[int]map[string][]float64{8000: materials(8000, 6), 16000: materials(16000, 6)}
	for _, tt := range tests {
		for name, x := range sources[tt.rate] {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				y, r := process(t, tt.chain, slices.Clone(x), tt.rate, tt.out, watched)
				if got, want := len(y), len(x)*tt.out/tt.rate; got != want {
					t.Errorf("length: got %d samples, want %d", got, want)
				}
				if got := Loudness(y, tt.out); math.Abs(got+22) > 0.2 {
					t.Errorf("loudness: got %.2f LUFS, want -22 within 0.2", got)
				}
				if got := Decibels(Peak(y)); got > -0.8 {
					t.Errorf("peak: got %.2f dBFS, want at most -0.8", got)
				}
				if got := clippedPairs(y); got != 0 {
					t.Errorf("clipped pairs: got %d, want 0", got)
				}
				if got := mean(y); math.Abs(got) >= 0.001 {
					t.Errorf("constant: got %v, want below 0.001", got)
				}
				t.Logf("level %+.1f dB, loudness %+.1f dB, limiter up to %.1f dB, peak %.2f dBFS, true peak %.2f dBFS",
					r.LevelGain, r.LoudnessGain, Peak(r.Limiter.Reduction), Decibels(Peak(y)), Decibels(TruePeak(y)))
			})
		}
	}
}

// clippedPairs counts neighbours that are cut off at the same height, or at full scale.
func clippedPairs(x []float64) int {
	top, pairs := Peak(x), 0
	for i := 1; i < len(x); i++ {
		if x[i] == x[i-1] && math.Abs(x[i]) == top && top > 0.05 || math.Abs(x[i]) >= 1 && math.Abs(x[i-1]) >= 1 {
			pairs++
		}
	}
	return pairs
}

// mean is the constant in x.
func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// THD+N of a tone through the whole chain: below every threshold, while the middle band is compressed, while the
// limiter works, and both.
func TestChainDistortion(t *testing.T) {
	compressing := telephone()
	compressing.Multiband.Bands[1].TargetLevel = 0.05
	limiting := telephone()
	limiting.Loudness, limiting.Ceiling = -14, 0.2
	both := compressing
	both.Loudness, both.Ceiling = limiting.Loudness, limiting.Ceiling
	tests := []struct {
		name                string
		chain               Chain
		compressed, limited float64 // dB, at least
		want                float64 // dB
	}{
		{"below the thresholds", telephone(), 0, 0, -80},
		{"compressing", compressing, 3, 0, -40},
		{"limiting", limiting, 0, 2, -40},
		{"compressing and limiting", both, 3, 2, -40},
	}
	for _, tt := range tests {
		for _, dBFS := range []float64{0, -3, -20, -40} {
			t.Run(fmt.Sprintf("%s, source at %g dBFS", tt.name, dBFS), func(t *testing.T) {
				const rate = 8000
				x := scaled(tone(rate, 6*rate, 1020), Gain(dBFS))
				y, r := process(t, tt.chain, x, rate, rate, watched)
				compressed, limited := r.Compressor[1].Reduction[3*rate], r.Limiter.Reduction[3*rate]
				if compressed < tt.compressed || limited < tt.limited {
					t.Fatalf("at work: got %.2f dB of compression and %.2f dB of limiting, want %g and %g at least",
						compressed, limited, tt.compressed, tt.limited)
				}
				if tt.compressed+tt.limited == 0 && compressed+limited != 0 {
					t.Fatalf("at work: got %.2f dB of compression and %.2f dB of limiting, want none", compressed, limited)
				}
				got := distortion(y[2*rate:5*rate], rate, 1020)
				t.Logf("THD+N %.1f dB", got)
				if got > tt.want {
					t.Errorf("THD+N: got %.1f dB, want at most %g dB", got, tt.want)
				}
			})
		}
	}
}

// A chain that is not enabled is one gain: the shape of the signal stays.
func TestChainNotEnabled(t *testing.T) {
	click := make([]float64, 16000)
	for i := range click {
		click[i] = 0.01 * math.Sin(float64(i))
	}
	click[8000] = 1
	tests := []struct {
		name    string
		x       []float64
		held    bool // the peaks leave no room for the loudness
		ceiling float64
	}{
		{"music", music(8000, 4), false, 0.9},
		{"a click in quiet", click, true, 0.9},
		{"constant below the measure", scaled(ones(8000), 0.95), true, 0.9},
		{"low ceiling", music(8000, 4), true, 0.05},
	}
	for _, tt := range tests {
		c := Chain{Loudness: -22, Ceiling: tt.ceiling}
		y, r := process(t, c, slices.Clone(tt.x), 8000, 8000, watched)
		gain := Gain(r.LoudnessGain)
		for i, v := range tt.x {
			if math.Abs(y[i]-gain*v) > 1e-12 {
				t.Fatalf("%s: sample %d: got %v, want %v by a gain of %.2f dB", tt.name, i, y[i], gain*v, r.LoudnessGain)
			}
		}
		if got := TruePeak(y); got > tt.ceiling+1e-9 {
			t.Errorf("%s: true peak: got %v, want at most %v", tt.name, got, tt.ceiling)
		}
		loudness := Loudness(y, 8000)
		if !tt.held && math.Abs(loudness+22) > 0.02 {
			t.Errorf("%s: loudness: got %.2f LUFS, want -22", tt.name, loudness)
		}
		if tt.held && loudness >= -22 {
			t.Errorf("%s: loudness: got %.2f LUFS, want it held back below -22", tt.name, loudness)
		}
		if r.LevelGain != 0 || r.Expander.Reduction != nil || r.Limiter.Reduction != nil {
			t.Errorf("%s: report: got stages that are not enabled", tt.name)
		}
	}
}

// A crest right on a sample leaves no room for the rounding of the gain.
func TestChainNotEnabledKeepsTheCeiling(t *testing.T) {
	for i := range 200 {
		x := scaled(tone(8000, 801, 5), 0.5+float64(i)/997)
		crest := x[400]
		y, _ := process(t, Chain{Loudness: -14, Ceiling: 0.05}, x, 8000, 8000, nil)
		if got := Peak(y); got > 0.05 {
			t.Errorf("crest of %v: got %v, want at most 0.05", crest, got)
		}
	}
}

func TestChainTaps(t *testing.T) {
	x := speech(16000, 1)
	for _, enabled := range []bool{true, false} {
		c := telephone()
		c.Enabled = enabled
		var stages []string
		last := x
		y, _ := process(t, c, slices.Clone(x), 16000, 8000, func(stage string, y []float64) {
			stages = append(stages, stage)
			want := 16000
			if stage == StageLoudness {
				want = 8000
			}
			if len(y) != want {
				t.Errorf("enabled %v, %s: got %d samples, want %d", enabled, stage, len(y), want)
			}
			// A stage at work changes the signal; the first one and those that are not enabled do not.
			works := enabled && stage != StageResample || stage == StageLoudness
			if same := slices.Equal(y, last); same == works {
				t.Errorf("enabled %v, %s: signal as before: got %v, want %v", enabled, stage, same, !works)
			}
			last = append([]float64(nil), y...)
		})
		if want := Stages()[:len(Stages())-1]; !slices.Equal(stages, want) {
			t.Errorf("enabled %v: stages: got %v, want %v", enabled, stages, want)
		}
		if !slices.Equal(y, last) {
			t.Errorf("enabled %v: the last tap is not the result", enabled)
		}
	}
}

// watched is a tap that keeps the curves of the report.
func watched(string, []float64) {}

// What is reported covers the whole signal at its own rate, and nothing is kept where nobody looks on.
func TestChainReport(t *testing.T) {
	x := speech(16000, 4)
	c := telephone()
	c.Loudness = -14
	want, alone := process(t, c, slices.Clone(x), 16000, 8000, nil)
	got, r := process(t, c, x, 16000, 8000, watched)
	if !slices.Equal(got, want) {
		t.Error("the result depends on who looks on")
	}
	if alone.LoudnessGain != r.LoudnessGain || alone.LevelGain != r.LevelGain || alone.LevelGain == 0 {
		t.Errorf("gains without a tap: got %v and %v dB, want %v and %v", alone.LevelGain, alone.LoudnessGain, r.LevelGain, r.LoudnessGain)
	}
	for _, curve := range []Curve{alone.Expander, alone.Compressor[0], alone.Compressor[1], alone.Compressor[2], alone.Limiter} {
		if curve.Reduction != nil {
			t.Errorf("without a tap: got a curve of %d values, want none", len(curve.Reduction))
		}
	}
	tests := []struct {
		name        string
		curve       Curve
		rate        int
		least, most float64 // dB, of the highest reduction
	}{
		{"expander", r.Expander, 16000, 19.99, 20.01},
		{"compressor of band 1", r.Compressor[0], 16000, 1, 60},
		{"compressor of band 2", r.Compressor[1], 16000, 1, 60},
		{"compressor of band 3", r.Compressor[2], 16000, 0, 60},
		{"limiter", r.Limiter, 8000, 3, 60},
	}
	for _, tt := range tests {
		if tt.curve.Rate != tt.rate || len(tt.curve.Reduction) != 4*tt.rate {
			t.Errorf("%s: got %d values at %d Hz, want %d at %d Hz", tt.name, len(tt.curve.Reduction), tt.curve.Rate, 4*tt.rate, tt.rate)
		}
		if got := Peak(tt.curve.Reduction); got < tt.least || got > tt.most {
			t.Errorf("%s: highest reduction: got %.2f dB, want %g to %g", tt.name, got, tt.least, tt.most)
		}
		if got := slices.Min(tt.curve.Reduction); got < 0 {
			t.Errorf("%s: lowest reduction: got %.2f dB, want 0 or more", tt.name, got)
		}
	}
}

// Silence, next to nothing, and what is no audio at all.
func TestChainTakesAnything(t *testing.T) {
	inputs := map[string][]float64{
		"nothing":       nil,
		"one sample":    {0.5},
		"one loud one":  {math.MaxFloat64},
		"two samples":   {1, -1},
		"silence":       make([]float64, 8000),
		"constant":      ones(8000),
		"noise":         noise(8000),
		"tiny noise":    scaled(noise(8000), 1e-300),
		"huge noise":    scaled(noise(8000), 1e307),
		"no numbers":    {math.NaN(), math.Inf(1), math.Inf(-1), 0.5, math.NaN()},
		"a huge click":  append(scaled(noise(4000), 0.1), math.MaxFloat64, 0, 0),
		"half a second": tone(8000, 4000, 1020),
	}
	for name, x := range inputs {
		for _, enabled := range []bool{true, false} {
			c := telephone()
			c.Enabled = enabled
			for _, rates := range [][2]int{{8000, 8000}, {16000, 8000}, {16000, 16000}} {
				y, r := process(t, c, slices.Clone(x), rates[0], rates[1], watched)
				if err := sane(c, y, r); err != nil {
					t.Errorf("%s at %v Hz, enabled %v: %v", name, rates, enabled, err)
				}
				if name == "silence" && Peak(y) != 0 {
					t.Errorf("silence at %v Hz, enabled %v: got a peak of %v", rates, enabled, Peak(y))
				}
			}
		}
	}
}

// sane is an error when a result is not finite or above the ceiling.
func sane(c Chain, y []float64, r Report) error {
	for i, v := range y {
		if !(math.Abs(v) <= c.Ceiling) {
			return fmt.Errorf("sample %d: got %v, want at most %v", i, v, c.Ceiling)
		}
	}
	if !(math.Abs(r.LevelGain) <= 30) || !(math.Abs(r.LoudnessGain) < 7000) {
		return fmt.Errorf("gains: got %v dB and %v dB", r.LevelGain, r.LoudnessGain)
	}
	for _, curve := range [...]Curve{r.Expander, r.Limiter, r.Compressor[0], r.Compressor[1], r.Compressor[2]} {
		for i, v := range curve.Reduction {
			if !(v >= 0 && v < 1000) {
				return fmt.Errorf("reduction %d: got %v dB", i, v)
			}
		}
	}
	return nil
}

func TestChainWithoutAWay(t *testing.T) {
	_, _, err := Chain{Loudness: -22, Ceiling: 0.9}.Process(t.Context(), ones(8), 8000, 0, nil)
	if err == nil || !strings.Contains(err.Error(), "a rate of 0 Hz is outside") {
		t.Errorf("a sample rate of 0 Hz for the result: got %v, want an error that says so", err)
	}
}

// process is Chain.Process, which has to succeed.
func process(tb testing.TB, c Chain, x []float64, rate, out int, tap func(string, []float64)) ([]float64, Report) {
	tb.Helper()
	y, r, err := c.Process(tb.Context(), x, rate, out, tap)
	if err != nil {
		tb.Fatal(err)
	}
	return y, r
}
