package dsp

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// stage is a part of the chain as the tests that hold for all of them see it: it changes x in place.
type stage struct {
	name  string
	apply func(x []float64, rate int)
}

func stages(b Bandpass, p Presence, e Expander, m Multiband) []stage {
	return []stage{
		{"bandpass", b.Filter},
		{"presence", p.Filter},
		{"expander", func(x []float64, rate int) { e.Apply(x, rate) }},
		{"crossover", func(x []float64, rate int) {
			low, mid, high := m.Crossover.Split(x, rate)
			for i := range x {
				x[i] = low[i] + mid[i] + high[i]
			}
		}},
		{"compressor", func(x []float64, rate int) { m.Bands[1].Apply(x, rate) }},
		{"multiband", func(x []float64, rate int) { m.Apply(x, rate) }},
	}
}

func defaultStages() []stage {
	return stages(Bandpass{300, 3400}, Presence{0.95}, gateSettings, multibandSettings)
}

func TestStagesAreSilentOnSilence(t *testing.T) {
	for _, s := range defaultStages() {
		for _, n := range []int{0, 1, 2, 39, 8000} {
			x := make([]float64, n)
			s.apply(x, 8000)
			if got := peak(x); got != 0 || len(x) != n {
				t.Errorf("%s of %d zeros: got a peak of %g", s.name, n, got)
			}
		}
	}
}

// After a sound every stage comes back to exact silence.
func TestStagesComeToRest(t *testing.T) {
	for _, s := range defaultStages() {
		x := append(tone(8000, 4000, 1020), make([]float64, 40000)...)
		s.apply(x, 8000)
		if got := peak(x[36000:]); got != 0 {
			t.Errorf("%s: four seconds after a tone: got %g, want 0", s.name, got)
		}
	}
}

// The sound at a time does not depend on what comes more than the look-ahead later, nor the result on the run.
func TestStagesAreCausalAndRepeatable(t *testing.T) {
	for _, s := range defaultStages() {
		whole := sweep(8000, 1, 50, 3900)
		part, again := slices.Clone(whole[:4000]), slices.Clone(whole)
		s.apply(whole, 8000)
		s.apply(part, 8000)
		s.apply(again, 8000)
		if !slices.Equal(whole, again) {
			t.Errorf("%s: two runs differ", s.name)
		}
		if !slices.Equal(whole[:3960], part[:3960]) {
			t.Errorf("%s: the first 495 ms depend on what comes after 500 ms", s.name)
		}
	}
}

func TestStagesStayFinite(t *testing.T) {
	inputs := map[string]func(i int) float64{
		"constant":         func(int) float64 { return 1 },
		"alternating":      func(i int) float64 { return float64(1 - i%2*2) },
		"impulse":          func(i int) float64 { return float64(1 / (i + 1)) },
		"square":           func(i int) float64 { return float64(1 - i/20%2*2) },
		"noise":            func(i int) float64 { return math.Mod(float64(i*i)*math.Phi, 2) - 1 },
		"everything there": func(i int) float64 { return math.Pow(10, float64(i%80-40)) },
	}
	for name, input := range inputs {
		for _, loud := range []float64{math.SmallestNonzeroFloat64, 1e-300, 1e-20, 1, 16, 1e20, 1e60} {
			for _, s := range defaultStages() {
				x := make([]float64, 2000)
				for i := range x {
					x[i] = loud * input(i)
				}
				s.apply(x, 8000)
				if i := slices.IndexFunc(x, notFinite); i >= 0 {
					t.Errorf("%s of %s at %g: sample %d: got %v", s.name, name, loud, i, x[i])
				}
			}
		}
	}
}

func notFinite(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// FuzzStages takes settings anywhere in their ranges from the first bytes and samples from the others.
func FuzzStages(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("a few settings and then some samples, which may be anything at all"))
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 255, 0, 255})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 255, 0, 128})
	f.Fuzz(func(t *testing.T, data []byte) {
		rate := 8000
		next := func(low, high float64) float64 { // evenly in octaves, if low is not 0
			part := 0.0
			if len(data) > 0 {
				part = float64(data[0]) / 255
				data = data[1:]
			}
			if low == 0 {
				return high * part
			}
			return low * math.Pow(high/low, part)
		}
		if next(0, 1) > 0.5 {
			rate = 16000
		}
		top := 0.49 * float64(rate)
		band := Bandpass{Low: next(20, top/2)}
		band.High = next(2*band.Low, top)
		cross := Crossover{Low: next(band.Low, top/1.6)}
		cross.High = next(cross.Low*1.5, top)
		m := Multiband{Crossover: cross}
		for i := range m.Bands {
			m.Bands[i] = Compressor{
				Enabled: next(0, 1) >= 0.1, TargetLevel: next(1e-9, 1), ThresholdFactor: next(1e-9, 1),
				Ratio: next(1, 100), KneeWidth: next(0, 1),
				Attack:  time.Duration(next(1e5, 1e9)),
				Release: time.Duration(next(1e6, 5e9)),
			}
		}
		presence, expander := Presence{next(0, 1)}, Expander{next(0, 0.5), next(0, 1)}
		in := make([]float64, len(data))
		for i, b := range data {
			in[i] = math.Pow(float64(b)/128-1, 3) * 16
		}
		checkGains(t, expander, m, in, rate)
		for _, s := range stages(band, presence, expander, m) {
			x := append(slices.Clone(in), make([]float64, 400)...)
			s.apply(x, rate)
			if i := slices.IndexFunc(x, func(v float64) bool { return !(math.Abs(v) < 1000) }); i >= 0 {
				t.Errorf("%s: %+v %+v %+v %+v: sample %d: got %v", s.name, band, presence, expander, m, i, x[i])
			}
		}
	})
}

// checkGains holds the gains that the stages report against what the settings allow.
func checkGains(t *testing.T, e Expander, m Multiband, in []float64, rate int) {
	t.Helper()
	x := slices.Clone(in)
	gain := e.follow(x, rate)
	for i, g := range gain {
		if g < e.Floor || g > 1 || x[i] != in[i]*g {
			t.Fatalf("%+v: sample %d: got gain %v and %v from %v", e, i, g, x[i], in[i])
		}
	}
	for band, reduction := range m.Apply(slices.Clone(in), rate) {
		// Filters ring: a band can be louder than its input, but by a factor of 10 at most.
		limit := m.Bands[band].curve().ofLevel(Decibels(10*16)) + 1e-9
		for i, r := range reduction {
			if !(r >= 0 && r <= limit) {
				t.Fatalf("%+v: sample %d: got a reduction of %v dB, want 0 to %v dB", m.Bands[band], i, r, limit)
			}
		}
		if len(reduction) != len(in) {
			t.Fatalf("reductions: got %d, want %d", len(reduction), len(in))
		}
	}
	if len(gain) != len(in) {
		t.Fatalf("gains: got %d, want %d", len(gain), len(in))
	}
}

// The input is loud and has pauses of digital silence, as prompts have.
func BenchmarkStage(b *testing.B) {
	const seconds = 10
	for _, rate := range []int{8000, 16000} {
		in := make([]float64, 0, seconds*rate)
		for len(in) < seconds*rate {
			in = append(append(in, scaled(sweep(rate, 1, 50, 0.45*float64(rate)), 0.8)...), make([]float64, rate)...)
		}
		x := make([]float64, len(in))
		for _, s := range defaultStages() {
			b.Run(fmt.Sprintf("%s/%d", s.name, rate), func(b *testing.B) {
				for b.Loop() {
					copy(x, in)
					s.apply(x, rate)
				}
				b.ReportMetric(float64(len(x)/rate)*float64(b.N)/b.Elapsed().Seconds(), "x_realtime")
			})
		}
	}
}
