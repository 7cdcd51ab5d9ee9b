package codec

import (
	"slices"
	"testing"
	"time"
)

// What RFC 3551 says: table 4, and 4.5.2 about the clock of G.722.
func TestFormats(t *testing.T) {
	tests := []struct {
		name        string
		payloadType uint8
		clock, rate int
		band        Band
	}{
		{"PCMU", 0, 8000, 8000, Narrow},
		{"PCMA", 8, 8000, 8000, Narrow},
		{"G722", 9, 8000, 16000, Wide},
	}
	if got := len(Formats()); got != len(tests) {
		t.Errorf("got %d formats, want %d", got, len(tests))
	}
	for _, tt := range tests {
		f, ok := FormatNamed(tt.name)
		if !ok || !slices.Contains(Formats(), f) {
			t.Fatalf("%s: not found", tt.name)
		}
		want := Format{Name: tt.name, PayloadType: tt.payloadType, ClockRate: tt.clock, SampleRate: tt.rate}
		if f != want || f.Band() != tt.band {
			t.Errorf("got %+v for the %s band, want %+v for the %s band", f, f.Band(), want, tt.band)
		}
	}
	for _, name := range []string{"", "pcmu", "G729"} {
		if f, ok := FormatNamed(name); ok {
			t.Errorf("%q: got %+v, want none", name, f)
		}
	}
}

func TestDecodeOfUnknownFormat(t *testing.T) {
	if got := (Format{Name: "G729"}).Decode([]byte{1, 2}); got != nil {
		t.Errorf("got %v, want none", got)
	}
}

// 30 s are 1,500 frames in each format, wherever they come from: 240,000 samples of G.711.
func TestThirtySecondsAreFifteenHundredFrames(t *testing.T) {
	t.Parallel()
	opt := Options{Duration: 30 * time.Second, Formats: Formats()}
	file := wavOf(toneAudio(1020, 0.1, narrowRate, 31*narrowRate))
	prompts := map[string]func() (*Prompt, error){
		"file":      func() (*Prompt, error) { return load(t, file, opt), nil },
		"tone":      func() (*Prompt, error) { return LoadTone(t.Context(), Tone{Frequencies: []float64{350, 440}}, opt) },
		"milliwatt": func() (*Prompt, error) { return LoadMilliwatt(t.Context(), opt) },
		"silence":   func() (*Prompt, error) { return LoadSilence(t.Context(), opt) },
	}
	for name, load := range prompts {
		p, err := load()
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Duration(); got != 30*time.Second {
			t.Errorf("%s: got %v, want 30s", name, got)
		}
		for _, f := range Formats() {
			track, ok := p.Track(f.Name)
			if !ok || track.format != f || track.Frames() != 1500 || len(track.payload) != 240_000 {
				t.Fatalf("%s in %s: got %d frames, want 1500 of 240,000 bytes", name, f.Name, track.Frames())
			}
		}
	}
}

// The bands are cut at the same time, also where the play time is no whole number of samples or frames.
func TestTracksHaveTheSameLength(t *testing.T) {
	audio := wavOf(toneAudio(1020, 0.1, 12000, 12000/4))
	for _, d := range []time.Duration{1, 20*time.Millisecond - 1, 20*time.Millisecond + 1, 20062500, 20125 * time.Microsecond, time.Hour} {
		for _, rate := range []int{8000, 16000} {
			p := load(t, audio, Options{Duration: d, Formats: Formats(), Rate: rate})
			for _, f := range Formats() {
				track, _ := p.Track(f.Name)
				if got := time.Duration(track.Frames()) * FrameDuration; got != p.Duration() {
					t.Errorf("%v at %d Hz: %s: got %v, want %v as the others", d, rate, f.Name, got, p.Duration())
				}
			}
		}
	}
}
