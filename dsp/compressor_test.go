package dsp

import (
	"math"
	"testing"
	"time"
)

// bandSettings are the three compressors of the configuration's defaults.
var bandSettings = [3]Compressor{
	{true, 0.4, 0.6, 4, 0.15, 10 * time.Millisecond, 150 * time.Millisecond},
	{true, 0.6, 0.75, 2.5, 0.2, 20 * time.Millisecond, 80 * time.Millisecond},
	{true, 0.7, 0.8, 2, 0.1, 5 * time.Millisecond, 50 * time.Millisecond},
}

// extremes are the corners of the settings' ranges, and beyond.
func extremes() []Compressor {
	var all []Compressor
	for _, target := range []float64{1e-200, 1e-6, 1} {
		for _, factor := range []float64{1e-200, 1e-6, 1} {
			for _, ratio := range []float64{1, 1.0001, 100} {
				for _, knee := range []float64{0, 1e-12, 1} {
					all = append(all,
						Compressor{true, target, factor, ratio, knee, 100 * time.Microsecond, 5 * time.Second},
						Compressor{true, target, factor, ratio, knee, time.Second, time.Millisecond})
				}
			}
		}
	}
	return all
}

func TestStaticCurveOfTheDefaults(t *testing.T) {
	tests := []struct{ threshold, knee, slope float64 }{{-12.40, 4.22, 0.75}, {-6.94, 3.19, 0.6}, {-5.04, 1.43, 0.5}}
	for i, tt := range tests {
		c := bandSettings[i]
		for _, at := range []struct{ level, want float64 }{
			{-200, 0},
			{tt.threshold - 0.01, 0},
			{tt.threshold + tt.knee/2, tt.slope * tt.knee / 8},
			{tt.threshold + tt.knee, tt.slope * tt.knee / 2},
			{tt.threshold + tt.knee + 10, tt.slope * (10 + tt.knee/2)},
		} {
			if got := c.curve().ofLevel(at.level); math.Abs(got-at.want) > 0.01 {
				t.Errorf("band %d at %.2f dBFS: got %.3f dB, want %.3f dB", i+1, at.level, got, at.want)
			}
		}
	}
}

// From -250 to +40 dBFS in steps of 1/100 dB: the reduction never falls, the output never falls, and no step is
// larger than that of the input.
func TestStaticCurveIsContinuousAndMonotone(t *testing.T) {
	for _, c := range append(extremes(), bandSettings[:]...) {
		before := c.curve().ofLevel(-250)
		if before != 0 {
			t.Errorf("%+v: reduction at -250 dBFS: got %g dB, want 0 dB", c, before)
		}
		const step, rounding = 0.01, 1e-10
		for i := 1; i <= 29000; i++ {
			level := -250 + step*float64(i)
			after := c.curve().ofLevel(level)
			if d := after - before; d < -rounding || d > step*(1-1/c.Ratio)+rounding || math.IsNaN(d) {
				t.Fatalf("%+v: reduction at %.2f dBFS: got a step of %g dB, want 0 to %g dB", c, level, d, step*(1-1/c.Ratio))
			}
			before = after
		}
	}
}

// A steady signal settles on the static curve, and the makeup gain is the same above and below the threshold.
func TestCompressorSettlesOnItsCurve(t *testing.T) {
	for i, c := range bandSettings {
		makeup := Decibels(min(1/c.ThresholdFactor, 1.2))
		for _, amplitude := range []float64{1e-5, 0.1, 0.25, 0.3, 0.5, 0.6, 1, 2} {
			x := scaled(ones(16000), amplitude)
			reduction := c.Apply(x, 8000)
			want := c.curve().ofLevel(Decibels(amplitude))
			if got := reduction[15999]; math.Abs(got-want) > 1e-6 {
				t.Errorf("band %d, amplitude %g: reduction: got %.7f dB, want %.7f dB", i+1, amplitude, got, want)
			}
			if got := Decibels(x[15999] / amplitude); math.Abs(got-(makeup-want)) > 1e-6 {
				t.Errorf("band %d, amplitude %g: gain: got %.7f dB, want %.7f dB", i+1, amplitude, got, makeup-want)
			}
		}
	}
}

func TestCompressorTimes(t *testing.T) {
	const rate = 48000
	for _, tt := range []struct{ attack, release time.Duration }{
		{10 * time.Millisecond, 150 * time.Millisecond},
		{5 * time.Millisecond, 50 * time.Millisecond},
		{100 * time.Microsecond, time.Millisecond},
	} {
		c := Compressor{true, 0.5, 0.5, 4, 0.1, tt.attack, tt.release}
		loud := int(20 * tt.attack.Seconds() * rate)
		x := make([]float64, loud+int(30*tt.release.Seconds()*rate))
		for i := range loud {
			x[i] = 1
		}
		reduction := c.Apply(x, rate)
		full := c.curve().ofLevel(0)
		near := func(what string, seconds, want float64) {
			t.Helper()
			i := int(seconds * rate)
			before, after := reduction[i-1]/full, reduction[i+1]/full // a sample is much of the shortest times
			if min(before, after) > want+0.02 || max(before, after) < want-0.02 {
				t.Errorf("%v, %v: %s: got %.3f to %.3f of the reduction, want %.3f",
					tt.attack, tt.release, what, before, after, want)
			}
		}
		near("after the attack time", tt.attack.Seconds(), 1-1/math.E)
		end := float64(loud) / rate
		near("when the level has fallen", end+1.0/rate, 1)
		// The release is an exponential of its own, through the smoothing of the attack.
		a, r := tt.attack.Seconds(), tt.release.Seconds()
		near("after the release time", end+r, (r*math.Exp(-1)-a*math.Exp(-r/a))/(r-a))
		if got := reduction[len(x)-1]; got != 0 {
			t.Errorf("%v, %v: after thirty release times: got %g dB, want 0 dB", tt.attack, tt.release, got)
		}
	}
}

func TestCompressorDistortion(t *testing.T) {
	tests := []struct{ amplitude, want float64 }{{0.01, -200}, {0.2, -200}, {0.708, -40}, {1, -40}, {2, -40}}
	for i, c := range bandSettings {
		for _, rate := range []int{8000, 16000} {
			for _, tt := range tests {
				x := scaled(tone(rate, 4*rate, 1020), tt.amplitude)
				c.Apply(x, rate)
				got := distortion(x[2*rate:], rate, 1020)
				if got > tt.want {
					t.Errorf("band %d, %d Hz, amplitude %g: THD+N: got %.1f dB, want at most %g dB", i+1, rate, tt.amplitude, got, tt.want)
				}
				t.Logf("band %d, %d Hz, amplitude %g: THD+N %.1f dB", i+1, rate, tt.amplitude, got)
			}
		}
	}
}

func TestCompressorDisabled(t *testing.T) {
	c := bandSettings[0]
	c.Enabled = false
	x := tone(8000, 8000, 1020)
	want := append([]float64(nil), x...)
	reduction := c.Apply(x, 8000)
	for i := range x {
		if x[i] != want[i] || reduction[i] != 0 {
			t.Fatalf("sample %d: got %v reduced by %v dB, want %v by 0 dB", i, x[i], reduction[i], want[i])
		}
	}
}
