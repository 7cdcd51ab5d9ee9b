package codec

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseTone(t *testing.T) {
	tests := []struct {
		text string
		want []float64
		name string
	}{
		{"440", []float64{440}, "tone:440"},
		{"350+440", []float64{350, 440}, "tone:350+440"},
		{"20+3900+1004.5+480", []float64{20, 3900, 1004.5, 480}, "tone:20+3900+1004.5+480"},
	}
	for _, tt := range tests {
		got, err := ParseTone(tt.text)
		if err != nil || !slices.Equal(got.Frequencies, tt.want) || got.String() != tt.name {
			t.Errorf("%q: got %v (%v), want %v as %s", tt.text, got, err, tt.want, tt.name)
		}
	}
}

func TestParseToneErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `codec: tone "": "" is no frequency in Hz; for example "440" or "350+440"`},
		{"440+", `codec: tone "440+": "" is no frequency in Hz`},
		{" 697 + 1209", `codec: tone " 697 + 1209": " 697 " is no frequency in Hz`},
		{"a", `codec: tone "a": "a" is no frequency in Hz`},
		{"19.9", `codec: tone "19.9": 19.9 Hz: allowed are 20 to 3900 Hz`},
		{"440+3901", `codec: tone "440+3901": 3901 Hz: allowed are 20 to 3900 Hz`},
		{"-440", `"-440" is no frequency in Hz`},
		{"NaN", `"NaN" is no frequency in Hz`},
		{"Inf", `"Inf" is no frequency in Hz`},
		{"0x1p9", `"0x1p9" is no frequency in Hz`},
		{"1_000", `"1_000" is no frequency in Hz`},
		{"1e3", `"1e3" is no frequency in Hz`},
		{"100+200+300+400+500", "5 frequencies: allowed are 1 to 4"},
	}
	for _, tt := range tests {
		_, err := ParseTone(tt.text)
		if got := errorText(err); !strings.HasPrefix(got, tt.want) && !strings.HasSuffix(got, tt.want) && !strings.Contains(got, tt.want) {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Each sine has its frequency and its share of -16 dBm0, on the scale on which the digital milliwatt has 0 dBm0.
func TestLoadTone(t *testing.T) {
	milliwatt, err := LoadMilliwatt(t.Context(), Options{Duration: time.Second, Formats: Formats()})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"440", "350+440", "697+1209", "20+3900", "480.3+620+1000+3000"} {
		tone, err := ParseTone(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := LoadTone(t.Context(), tone, Options{Duration: time.Second, Formats: Formats()})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := p.Source(), "tone:"+text; got != want {
			t.Errorf("source: got %q, want %q", got, want)
		}
		share := toneLevel - 10*math.Log10(float64(len(tone.Frequencies)))
		for _, f := range Formats() {
			reference, _ := milliwatt.Track(f.Name)
			zero, _ := component(decoded(reference)[f.SampleRate/4:], f.SampleRate, 1000)
			track, _ := p.Track(f.Name)
			x := decoded(track)[f.SampleRate/4 : f.SampleRate]
			for _, hertz := range tone.Frequencies {
				a, _ := component(x, f.SampleRate, hertz)
				if got := 20 * math.Log10(a/zero); math.Abs(got-share) > 0.3 {
					t.Errorf("%s in %s: %v Hz: got %.2f dBm0, want %.2f dBm0", text, f.Name, hertz, got, share)
				}
			}
		}
	}
}

// A tone goes on where it begins anew: its buffer has whole periods of every sine.
func TestToneHasNoSeam(t *testing.T) {
	tests := []struct {
		hertz []float64
		want  time.Duration // of a buffer for a play time of 1.01 s
	}{
		{[]float64{400}, 1020 * time.Millisecond},
		{[]float64{440}, 1100 * time.Millisecond},
		{[]float64{350, 440}, 1100 * time.Millisecond},
		{[]float64{1004}, 1500 * time.Millisecond},
		{[]float64{697, 1209}, 2 * time.Second},
		{[]float64{480.3, 1000}, 10 * time.Second},
	}
	for _, tt := range tests {
		p, err := LoadTone(t.Context(), Tone{Frequencies: tt.hertz}, Options{Duration: 1010 * time.Millisecond, Formats: Formats()})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Duration(); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.hertz, got, tt.want)
		}
		for _, f := range Formats() {
			track, _ := p.Track(f.Name)
			checkSeam(t, p.Source(), track, func(i int) float64 {
				return dBm0(toneLevel) / math.Sqrt(float64(len(tt.hertz))) * sum(tt.hertz, i, f.SampleRate)
			})
		}
	}
}

// checkSeam plays a track twice and a bit and compares it, around the places where it begins anew, with what a sound without
// an end has there.
func checkSeam(t *testing.T, name string, track *Track, want func(i int) float64) {
	t.Helper()
	f := track.format
	delay := 0
	if f == G722 {
		delay = qmfTaps - 2 // of both filters together
	}
	var payload []byte
	for n := range 2*track.Frames() + 10 {
		payload = append(payload, track.Frame(n)...)
	}
	heard := floats(f.Decode(payload))
	for n, allowed := range []float64{0.02, 0.25} { // a click is about 1
		seam := (n + 1) * track.Frames() * f.frameSamples()
		worst := 0.0
		for i := seam - 200; i < seam+1000; i++ {
			worst = max(worst, math.Abs(heard[i]-want(i-delay)))
		}
		if worst > allowed {
			t.Errorf("%s in %s: got an error of %.3f of full scale at seam %d, want at most %v", name, f.Name, worst, n+1, allowed)
		}
	}
}

// sum is sample i of sines of amplitude 1.
func sum(hertz []float64, i, rate int) float64 {
	x := 0.0
	for _, f := range hertz {
		x += math.Sin(2 * math.Pi * math.Mod(f*float64(i)/float64(rate), 1))
	}
	return x
}

func TestLoadToneErrors(t *testing.T) {
	opt := Options{Duration: time.Second, Formats: both}
	tests := []struct {
		tone Tone
		opt  Options
		want string
	}{
		{Tone{}, opt, "codec: tone:: 0 frequencies: allowed are 1 to 4"},
		{Tone{Frequencies: []float64{4000}}, opt, "codec: tone:4000: 4000 Hz: allowed are 20 to 3900 Hz"},
		{Tone{Frequencies: []float64{440}}, Options{Formats: both}, "codec: tone:440: play time 0s: it must be more than 0"},
	}
	for _, tt := range tests {
		if _, err := LoadTone(t.Context(), tt.tone, tt.opt); !strings.HasPrefix(errorText(err), tt.want) {
			t.Errorf("%v: got %v, want %q", tt.tone, err, tt.want)
		}
	}
	if _, err := LoadMilliwatt(t.Context(), Options{Duration: time.Second}); !strings.HasPrefix(errorText(err), "codec: milliwatt: no format") {
		t.Errorf("milliwatt: got %v, want an error about the format", err)
	}
	if _, err := LoadSilence(t.Context(), Options{Duration: -1, Formats: both}); !strings.HasPrefix(errorText(err), "codec: silence: play time -1ns") {
		t.Errorf("silence: got %v, want an error about the play time", err)
	}
}

// However long the play time is, no more is kept than ten minutes.
func TestGeneratedAudioIsBounded(t *testing.T) {
	p, err := LoadSilence(t.Context(), Options{Duration: 1 << 62, Formats: both})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Duration(); got != maxLength {
		t.Errorf("got %v, want %v", got, maxLength)
	}
}

// FuzzParseTone: what is accepted is a tone that can be played, and its name means the same.
func FuzzParseTone(f *testing.F) {
	for _, seed := range []string{"440", "350+440", "20+3900", "1e3", "0x1p9", "+", "NaN", "20.04"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tone, err := ParseTone(text)
		if err != nil {
			return
		}
		again, err := ParseTone(strings.TrimPrefix(tone.String(), "tone:"))
		if err != nil || !slices.Equal(again.Frequencies, tone.Frequencies) {
			t.Errorf("%q: got %v (%v), want %v", text, again, err, tone)
		}
		if n := tone.period(); n < 1 || n > 500 {
			t.Errorf("%q: got a period of %d frames, want 1 to 500", text, n)
		}
	})
}

// The patterns of the Recommendation are sent as they stand there, from the first sample to the last, and have 0 dBm0.
func TestLoadMilliwatt(t *testing.T) {
	p, err := LoadMilliwatt(t.Context(), Options{Duration: 990 * time.Millisecond, Formats: Formats()})
	if err != nil {
		t.Fatal(err)
	}
	if p.Source() != "milliwatt" || p.Duration() != time.Second {
		t.Errorf("got %v of %q, want 1s of milliwatt", p.Duration(), p.Source())
	}
	patterns := map[string]string{
		"PCMU": "\x1E\x0B\x0B\x1E\x9E\x8B\x8B\x9E",
		"PCMA": "\x34\x21\x21\x34\xB4\xA1\xA1\xB4",
	}
	for name, pattern := range patterns {
		track, _ := p.Track(name)
		for n := range track.Frames() + 1 {
			if got := track.Frame(n); !bytes.Equal(got, bytes.Repeat([]byte(pattern), 20)) {
				t.Fatalf("%s: frame %d: got %#02x", name, n, got)
			}
		}
	}
	levels := map[string]float64{ // of a full-scale sine in dBm0
		"PCMU": 3.17 - 20*math.Log10(8159.0/8192), "PCMA": 3.14, "G722": 3.17 - 20*math.Log10(8159.0/8192),
	}
	for name, full := range levels {
		track, _ := p.Track(name)
		f := track.format
		got := measure(decoded(track)[f.SampleRate/4:], f.SampleRate, 1000)
		if level := got.level + full; math.Abs(level) > 0.01 || math.Abs(got.frequency-1000) > 0.01 {
			t.Errorf("%s: got %.3f dBm0 at %.3f Hz, want 0 dBm0 at 1000 Hz", name, level, got.frequency)
		}
	}
	track, _ := p.Track("G722")
	checkSeam(t, "milliwatt", track, func(i int) float64 { return dBm0(0) * sum([]float64{1000}, i, wideRate) })
}

func TestLoadSilence(t *testing.T) {
	p, err := LoadSilence(t.Context(), Options{Duration: 110 * time.Millisecond, Formats: Formats()})
	if err != nil {
		t.Fatal(err)
	}
	if p.Source() != "silence" || p.Duration() != 120*time.Millisecond {
		t.Errorf("got %v of %q, want 120ms of silence", p.Duration(), p.Source())
	}
	for _, f := range Formats() {
		track, _ := p.Track(f.Name)
		for i, v := range decoded(track) {
			if want := map[Format]float64{PCMA: 8.0 / 32768}[f]; v != want { // the A-law has no zero
				t.Fatalf("%s: sample %d: got %v, want %v", f.Name, i, v, want)
			}
		}
	}
}
