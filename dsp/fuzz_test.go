package dsp

import (
	"encoding/binary"
	"math"
	"testing"
	"time"
)

// FuzzChain sends any samples through a chain with any settings that Check accepts: the result must be finite and
// below the ceiling. Each byte of settings places one of them in its range. The samples are 32-bit floating point
// numbers, the last of which goes on for half a second.
func FuzzChain(f *testing.F) {
	var samples []byte
	for i := range 64 {
		samples = binary.LittleEndian.AppendUint32(samples, math.Float32bits(float32(math.Sin(float64(i)))))
	}
	largest := binary.LittleEndian.AppendUint32(nil, math.Float32bits(math.MaxFloat32))
	highest := make([]byte, 40)
	for i := range highest {
		highest[i] = 255
	}
	f.Add([]byte{}, []byte{})
	f.Add([]byte{1}, samples)
	f.Add([]byte{3, 100, 200, 100, 100, 50, 50, 50, 100, 100}, samples)
	f.Add([]byte{1, 0, 255, 0, 0, 255, 255}, largest)
	f.Add([]byte{34, 100, 200, 100, 100, 50, 50, 50, 100, 100}, samples)
	f.Add(highest, append(samples, largest...))
	f.Fuzz(func(t *testing.T, settings, raw []byte) {
		c, rate, out := chainOf(settings)
		if err := c.Check(rate); err != nil {
			t.Fatal(err)
		}
		y, r := process(t, c, fromRaw(raw, rate/2), rate, out, watched)
		if err := sane(c, y, r); err != nil {
			t.Errorf("%+v at %d Hz to %d Hz: %v", c, rate, out, err)
		}
	})
}

// chainOf is a chain with settings in their ranges.
func chainOf(settings []byte) (c Chain, rate, out int) {
	take := func() float64 {
		if len(settings) == 0 {
			return 0
		}
		v := settings[0]
		settings = settings[1:]
		return float64(v) / 255
	}
	// between is at most high, whatever the rounding.
	between := func(low, high float64) float64 { return min(low+take()*(high-low), high) }
	rate, out = 8000, 8000
	mode := int(255 * take())
	if mode&2 != 0 {
		rate = 16000
	}
	if mode&32 != 0 {
		out = 16000
	}
	c.Enabled = mode&1 != 0
	top := 0.49 * float64(rate)
	c.Bandpass.Low = between(20, top/2)
	c.Bandpass.High = between(2*c.Bandpass.Low, top)
	c.Multiband.Crossover.Low = between(c.Bandpass.Low*1.001, c.Bandpass.High/1.6)
	c.Multiband.Crossover.High = between(c.Multiband.Crossover.Low*1.5, c.Bandpass.High*0.999)
	c.Presence.Alpha = take()
	c.Expander = Expander{Threshold: take() / 2, Floor: take()}
	c.Loudness, c.Ceiling = between(-30, -14), between(0.05, 1)
	for i := range c.Multiband.Bands {
		c.Multiband.Bands[i] = Compressor{
			Enabled:     mode&4<<i == 0,
			TargetLevel: math.Pow(10, -30*take()), ThresholdFactor: math.Pow(10, -30*take()),
			Ratio: between(1, 100), KneeWidth: take(),
			Attack:  time.Duration(between(1e5, 1e9)),
			Release: time.Duration(between(1e6, 5e9)),
		}
	}
	return c, rate, out
}

// fromRaw is 32-bit floating point samples with the last one repeated.
func fromRaw(raw []byte, repeat int) []float64 {
	var x []float64
	for ; len(raw) >= 4 && len(x) < 1<<14; raw = raw[4:] {
		x = append(x, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw))))
	}
	if len(x) > 0 {
		for range repeat {
			x = append(x, x[len(x)-1])
		}
	}
	return x
}
