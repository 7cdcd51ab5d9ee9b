package dsp

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Check is nil when the chain works at this sample rate in Hz, and else names every setting that is out of its range
// or does not agree with another one, with its value and what is allowed. For a chain that is not enabled only the
// loudness and the ceiling count.
func (c Chain) Check(rate int) error {
	f := &chainFaults{}
	f.within("loudness in LUFS", c.Loudness, -30, -14)
	f.within("ceiling", c.Ceiling, 0.05, 1)
	if c.Enabled {
		f.band(c, rate)
		f.within("presence alpha", c.Presence.Alpha, 0, 1)
		f.within("expander threshold", c.Expander.Threshold, 0, 0.5)
		f.within("expander floor", c.Expander.Floor, 0, 1)
		for i, band := range c.Multiband.Bands {
			f.compressor(fmt.Sprintf("compressor of band %d: ", i+1), band)
		}
	}
	return errors.Join(f.list...)
}

// chainFaults collects what is wrong with a chain.
type chainFaults struct{ list []error }

func (f *chainFaults) add(format string, args ...any) {
	f.list = append(f.list, fmt.Errorf("dsp: chain: "+format, args...))
}

// ok is false, and a fault noted, when the condition does not hold, as it never does with a value that is no number.
func (f *chainFaults) ok(condition bool, format string, args ...any) bool {
	if !condition {
		f.add(format, args...)
	}
	return condition
}

func (f *chainFaults) within(name string, v, low, high float64) {
	f.ok(v >= low && v <= high, "%s is %g, allowed are %g to %g", name, v, low, high)
}

func (f *chainFaults) above(name string, v, low, high float64) {
	f.ok(v > low && v <= high, "%s is %g, allowed is above %g and up to %g", name, v, low, high)
}

// band is the order of the frequencies. Two crossovers less than 1.5 apart would leave the middle band no level of
// its own, a band of less than an octave is no speech, and filters need room below half the sample rate.
func (f *chainFaults) band(c Chain, rate int) {
	low, high := c.Bandpass.Low, c.Bandpass.High
	split1, split2 := c.Multiband.Crossover.Low, c.Multiband.Crossover.High
	if !f.ok(rate >= MinRate && rate <= MaxRate, "sample rate is %d Hz, allowed are %d to %d", rate, MinRate, MaxRate) {
		return
	}
	top := float64(0.49 * float64(rate))
	f.ok(low >= 20 && low < math.Inf(1), "band-pass begins at %g Hz, allowed is 20 Hz or more", low)
	f.ok(high <= top, "band-pass ends at %g Hz, allowed is at most %g Hz at a sample rate of %d Hz", high, top, rate)
	f.ok(high >= 2*low, "band-pass from %g Hz to %g Hz: the end must be at least twice the beginning", low, high)
	f.ok(split1 > low, "crossover at %g Hz, must be above the beginning of the band-pass, %g Hz", split1, low)
	f.ok(split2 >= 1.5*split1, "crossovers at %g Hz and %g Hz: the second must be at least 1.5 times the first", split1, split2)
	f.ok(split2 < high, "crossover at %g Hz, must be below the end of the band-pass, %g Hz", split2, high)
}

func (f *chainFaults) compressor(band string, c Compressor) {
	f.above(band+"target level", c.TargetLevel, 0, 1)
	f.above(band+"threshold factor", c.ThresholdFactor, 0, 1)
	f.within(band+"ratio", c.Ratio, 1, 100)
	f.within(band+"knee width", c.KneeWidth, 0, 1)
	f.duration(band+"attack", c.Attack, 100*time.Microsecond, time.Second)
	f.duration(band+"release", c.Release, time.Millisecond, 5*time.Second)
}

func (f *chainFaults) duration(name string, d, low, high time.Duration) {
	f.ok(d >= low && d <= high, "%s is %v, allowed are %v to %v", name, d, low, high)
}
