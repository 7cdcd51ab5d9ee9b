package dsp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// press is how a digit is sounded: the levels in dBm0, the errors of the frequencies as
// fractions, the length in ms, the phase of both tones and the place of the beginning in samples.
type press struct {
	row, column        float64
	rowError, colError float64
	length             float64
	phase              float64
	at                 int
	noise              float64 // power of white noise in dBm0; 0 for none
	harmonic           float64 // amplitude of the second harmonics, relative
	interrupted        float64 // ms in the middle
}

// ordinary is a digit as any telephone sends it.
func ordinary() press { return press{row: -8, column: -6, length: 70, at: 37} }

// sound is the digit between 60 ms of silence before it and 200 ms after it.
func (p press) sound(key byte) []float64 {
	k := 0
	for dtmfKeys[k] != key {
		k++
	}
	rowHz := dtmfFrequencies[k/4] * (1 + p.rowError)
	columnHz := dtmfFrequencies[4+k%4] * (1 + p.colError)
	amplitude := func(level float64) float64 { return math.Pow(10, (level-3.17)/20) }
	n := int(p.length * 8)
	x := make([]float64, 480+p.at+n+1600)
	noise := rand.New(rand.NewPCG(1, uint64(key)))
	for i := range x {
		if p.noise != 0 {
			x[i] = noise.NormFloat64() * amplitude(p.noise) / math.Sqrt2
		}
		t := float64(i-480-p.at) / 8000
		hole := p.interrupted > 0 && math.Abs(t*1000-p.length/2) < p.interrupted/2
		if t < 0 || t*8000 >= float64(n) || hole {
			continue
		}
		for j, f := range []float64{rowHz, columnHz} {
			a := amplitude([]float64{p.row, p.column}[j])
			angle := 2*math.Pi*f*t + p.phase*float64(j+1)
			x[i] += a*math.Sin(angle) + p.harmonic*a*math.Sin(2*angle)
		}
	}
	for i := range x {
		x[i] = max(-1, min(1, x[i]))
	}
	return x
}

// digitsIn are the digits of a signal, fed in packets of 160 samples.
func digitsIn(x []float64) (keys string, samples []int) {
	var d DTMF
	for len(x) > 0 {
		n := min(160, len(x))
		d.Process(x[:n])
		x = x[n:]
		for digit, ok := d.Next(); ok; digit, ok = d.Next() {
			keys += string(digit.Key)
			samples = append(samples, digit.Samples)
		}
	}
	return keys, samples
}

// The tolerances of ITU-T Q.24 annex A, each for all sixteen digits, beginnings all over a
// step, and phases.
func TestDTMFTolerances(t *testing.T) {
	tests := []struct {
		name   string
		change func(*press)
		heard  bool
	}{
		{"ordinary", func(p *press) {}, true},
		{"loudest", func(p *press) { p.row, p.column = 0, 0 }, true},
		{"faintest", func(p *press) { p.row, p.column = -25, -25 }, true},
		{"too faint", func(p *press) { p.row, p.column = -30, -30 }, false},
		{"column 8 dB weaker", func(p *press) { p.row, p.column = -6, -14 }, true},
		{"column 10 dB weaker", func(p *press) { p.row, p.column = -6, -16 }, false},
		{"column 4 dB stronger", func(p *press) { p.row, p.column = -10, -6 }, true},
		{"column 6 dB stronger", func(p *press) { p.row, p.column = -12, -6 }, false},
		{"1.5 % high", func(p *press) { p.rowError, p.colError = 0.015, 0.015 }, true},
		{"1.5 % low", func(p *press) { p.rowError, p.colError = -0.015, -0.015 }, true},
		{"row 3.5 % high", func(p *press) { p.rowError = 0.035 }, false},
		{"row 3.5 % low", func(p *press) { p.rowError = -0.035 }, false},
		{"column 3.5 % high", func(p *press) { p.colError = 0.035 }, false},
		{"column 3.5 % low", func(p *press) { p.colError = -0.035 }, false},
		{"1.5 % off, 8 dB of twist, faint", func(p *press) { p.row, p.column, p.rowError, p.colError = -17, -25, 0.015, -0.015 }, true},
		{"40 ms", func(p *press) { p.length = 40 }, true},
		{"40 ms, 1.5 % off, 4 dB of twist", func(p *press) { p.length, p.row, p.column, p.rowError, p.colError = 40, -25, -21, -0.015, 0.015 }, true},
		{"24 ms", func(p *press) { p.length = 24 }, false},
		{"half a second", func(p *press) { p.length = 500 }, true},
		{"interrupted for 10 ms", func(p *press) { p.length, p.interrupted = 110, 10 }, true},
		{"noise 15 dB below", func(p *press) { p.noise = -20 }, true},
		{"noise 15 dB below, 40 ms", func(p *press) { p.noise, p.length = -20, 40 }, true},
		{"noise as strong as a tone", func(p *press) { p.noise = -6 }, false},
		{"harmonics 10 dB below", func(p *press) { p.harmonic = 0.32 }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wrong, longest := 0, 0.0
			for _, key := range []byte(dtmfKeys) {
				for at := 0; at < dtmfStep; at += 13 {
					p := ordinary()
					tt.change(&p)
					p.at, p.phase = at, float64(at)
					got, samples := digitsIn(p.sound(key))
					want := ""
					if tt.heard {
						want = string(key)
					}
					if got != want {
						wrong++
						if wrong < 4 {
							t.Errorf("%c at %d: got %q, want %q", key, at, got, want)
						}
						continue
					}
					if tt.heard {
						longest = max(longest, math.Abs(float64(samples[0])/8-p.length+p.interrupted))
					}
				}
			}
			if wrong > 0 {
				t.Errorf("wrong: %d of 112", wrong)
			}
			if longest > 8 {
				t.Errorf("length: got it wrong by %.1f ms, want 8 at most", longest)
			}
		})
	}
}

// A pause of 40 ms parts two digits of one key.
func TestDTMFPause(t *testing.T) {
	for pause, want := range map[int]string{40: "55", 10: "5"} {
		for at := 0; at < dtmfStep; at += 13 {
			p := ordinary()
			p.at, p.length = at, 50
			tone := p.sound('5')[480+at : 480+at+400]
			x := make([]float64, 480+at)
			x = append(x, tone...)
			x = append(x, make([]float64, pause*8)...)
			x = append(x, tone...)
			x = append(x, make([]float64, 1600)...)
			if got, _ := digitsIn(x); got != want {
				t.Errorf("pause of %d ms at %d: got %q, want %q", pause, at, got, want)
			}
		}
	}
}

// A tone that comes and goes every 20 ms is no digit.
func TestDTMFPulses(t *testing.T) {
	p := ordinary()
	p.at, p.length = 0, 600
	x := p.sound('5')
	for i := range x {
		if i/160%2 == 0 {
			x[i] = 0
		}
	}
	if got, _ := digitsIn(x); got != "" {
		t.Errorf("got %q, want none", got)
	}
}

// Digits that follow one another without any pause are told apart.
func TestDTMFWithoutPause(t *testing.T) {
	var x []float64
	for _, key := range []byte("0123456789*#ABCD") {
		p := ordinary()
		p.at = 0
		x = append(x, p.sound(key)[480:480+560]...)
	}
	if got, _ := digitsIn(append(x, make([]float64, 800)...)); got != "0123456789*#ABCD" {
		t.Errorf("got %q, want all sixteen", got)
	}
}

func TestDTMFHearsNothingElse(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	tests := map[string]func(i int) float64{
		"white noise": func(int) float64 { return 0.2 * random.NormFloat64() },
		"full scale":  func(i int) float64 { return float64(1 - 2*(i/8%2)) },
		"one tone":    func(i int) float64 { return 0.5 * math.Sin(2*math.Pi*770*float64(i)/8000) },
		"two rows": func(i int) float64 {
			return 0.3*math.Sin(2*math.Pi*697*float64(i)/8000) + 0.3*math.Sin(2*math.Pi*852*float64(i)/8000)
		},
		"ringback": func(i int) float64 {
			return 0.3*math.Sin(2*math.Pi*440*float64(i)/8000) + 0.3*math.Sin(2*math.Pi*480*float64(i)/8000)
		},
		"sweep":        func(i int) float64 { return 0.5 * math.Sin(2*math.Pi*(300+float64(i)/64)*float64(i)/8000) },
		"not a number": func(int) float64 { return math.NaN() },
	}
	for name, signal := range tests {
		x := make([]float64, 80000)
		for i := range x {
			x[i] = signal(i)
		}
		if got, _ := digitsIn(x); got != "" {
			t.Errorf("%s: got %q, want none", name, got)
		}
	}
}

// However the samples are cut, the digits are the same.
func TestDTMFInPieces(t *testing.T) {
	x := ordinary().sound('D')
	for _, size := range []int{1, 79, 80, 81, 160, 240} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			var d DTMF
			for rest := x; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				d.Process(rest[:min(size, len(rest))])
			}
			digit, ok := d.Next()
			if _, more := d.Next(); !ok || digit.Key != 'D' || more {
				t.Errorf("got %c, %v and more %v, want one D", digit.Key, ok, more)
			}
		})
	}
}

func TestDTMFSilenceEndsADigit(t *testing.T) {
	var d DTMF
	x := ordinary().sound('7')
	d.Process(x[:480+37+560])
	if digit, ok := d.Next(); ok {
		t.Fatalf("got %c before its end", digit.Key)
	}
	d.Silence(500)
	if digit, ok := d.Next(); !ok || digit.Key != '7' {
		t.Errorf("got %c, %v, want 7", digit.Key, ok)
	}
}

func BenchmarkDTMF(b *testing.B) {
	p := ordinary()
	p.length, p.noise = 20000, -40
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]float64, 160)
	for i := range noise {
		noise[i] = 0.1 * random.NormFloat64()
	}
	for name, x := range map[string][]float64{"tone": p.sound('5')[8000:8160], "noise": noise, "silence": make([]float64, 160)} {
		b.Run(name, func(b *testing.B) {
			var d DTMF
			b.ReportAllocs()
			for b.Loop() {
				d.Process(x)
				d.Next()
			}
		})
	}
}
