package dsp

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestCheckAccepts(t *testing.T) {
	limits := telephone()
	limits.Bandpass = Bandpass{Low: 20, High: 3920}
	limits.Multiband.Crossover = Crossover{Low: 20.1, High: 3919}
	limits.Presence.Alpha = 1
	limits.Expander = Expander{Threshold: 0.5, Floor: 0}
	limits.Loudness, limits.Ceiling = -30, 0.05
	limits.Multiband.Bands[0] = Compressor{
		TargetLevel: 1, ThresholdFactor: 1, Ratio: 100, KneeWidth: 0,
		Attack: 100 * time.Microsecond, Release: 5 * time.Second,
	}
	tests := []struct {
		name  string
		chain Chain
		rate  int
	}{
		{"telephone", telephone(), 8000},
		{"telephone at 16000 Hz", telephone(), 16000},
		{"wide band", wideband(), 16000},
		{"limits", limits, 8000},
		{"not enabled, with nothing but the level", Chain{Loudness: -14, Ceiling: 1}, 8000},
	}
	for _, tt := range tests {
		if err := tt.chain.Check(tt.rate); err != nil {
			t.Errorf("%s: got %v, want no error", tt.name, err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name string
		set  func(c *Chain)
		want string
	}{
		{"loudness", func(c *Chain) { c.Loudness = -13.9 }, "loudness in LUFS is -13.9, allowed are -30 to -14"},
		{"no loudness", func(c *Chain) { c.Loudness = nan }, "loudness in LUFS is NaN, allowed are -30 to -14"},
		{"ceiling", func(c *Chain) { c.Ceiling = 1.01 }, "ceiling is 1.01, allowed are 0.05 to 1"},
		{"presence", func(c *Chain) { c.Presence.Alpha = -0.1 }, "presence alpha is -0.1, allowed are 0 to 1"},
		{"threshold", func(c *Chain) { c.Expander.Threshold = 0.51 }, "expander threshold is 0.51, allowed are 0 to 0.5"},
		{"floor", func(c *Chain) { c.Expander.Floor = math.Inf(1) }, "expander floor is +Inf, allowed are 0 to 1"},
		{"low", func(c *Chain) { c.Bandpass.Low = 19 }, "band-pass begins at 19 Hz, allowed is 20 Hz or more"},
		{"high", func(c *Chain) { c.Bandpass.High = 3921 }, "band-pass ends at 3921 Hz, allowed is at most 3920 Hz at a sample rate of 8000 Hz"},
		{"narrow", func(c *Chain) { c.Bandpass.High = 590 }, "band-pass from 300 Hz to 590 Hz: the end must be at least twice the beginning\n" +
			"dsp: chain: crossover at 2500 Hz, must be below the end of the band-pass, 590 Hz"},
		{"split 1", func(c *Chain) { c.Multiband.Crossover.Low = 300 }, "crossover at 300 Hz, must be above the beginning of the band-pass, 300 Hz"},
		{"splits", func(c *Chain) { c.Multiband.Crossover.High = 1199 }, "crossovers at 800 Hz and 1199 Hz: the second must be at least 1.5 times the first"},
		{"split 2", func(c *Chain) { c.Multiband.Crossover.High = 3400 }, "crossover at 3400 Hz, must be below the end of the band-pass, 3400 Hz"},
		{"target", func(c *Chain) { c.Multiband.Bands[0].TargetLevel = 0 }, "compressor of band 1: target level is 0, allowed is above 0 and up to 1"},
		{"factor", func(c *Chain) { c.Multiband.Bands[1].ThresholdFactor = 1.1 }, "compressor of band 2: threshold factor is 1.1, allowed is above 0 and up to 1"},
		{"ratio", func(c *Chain) { c.Multiband.Bands[2].Ratio = 0.9 }, "compressor of band 3: ratio is 0.9, allowed are 1 to 100"},
		{"knee", func(c *Chain) { c.Multiband.Bands[0].KneeWidth = nan }, "compressor of band 1: knee width is NaN, allowed are 0 to 1"},
		{"attack", func(c *Chain) { c.Multiband.Bands[0].Attack = time.Microsecond }, "compressor of band 1: attack is 1µs, allowed are 100µs to 1s"},
		{"release", func(c *Chain) { c.Multiband.Bands[0].Release = time.Minute }, "compressor of band 1: release is 1m0s, allowed are 1ms to 5s"},
	}
	for _, tt := range tests {
		c := telephone()
		tt.set(&c)
		if err := c.Check(8000); err == nil || err.Error() != "dsp: chain: "+tt.want {
			t.Errorf("%s: got error %v, want %q", tt.name, err, tt.want)
		}
	}
}

// All faults are named at once.
func TestCheckNamesAll(t *testing.T) {
	err := Chain{Enabled: true}.Check(8000)
	for _, want := range []string{"loudness", "ceiling", "band-pass begins", "band 1: target level", "band 3: release"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a chain without settings: got %v, want %q in it", err, want)
		}
	}
	if err := telephone().Check(0); err == nil || !strings.Contains(err.Error(), "sample rate is 0 Hz, allowed are 4000 to 192000") {
		t.Errorf("no sample rate: got %v", err)
	}
}
