package codec

import (
	"bytes"
	"math"
	"testing"
	"time"
)

func TestTrackIsPaddedToWholeFrames(t *testing.T) {
	tests := []struct{ samples, frames, padding int }{
		{1, 1, 159}, {159, 1, 1}, {160, 1, 0}, {161, 2, 159}, {1600, 10, 0},
	}
	silence := map[Format]byte{PCMU: 0xFF, PCMA: 0xD5}
	for _, f := range both {
		for _, tt := range tests {
			loud := make([]int16, tt.samples)
			for i := range loud {
				loud[i] = 20000
			}
			track := newTrack(f, loud)
			if got := track.Frames(); got != tt.frames {
				t.Errorf("%s of %d samples: got %d frames, want %d", f.Name, tt.samples, got, tt.frames)
			}
			got := bytes.Count(track.Frame(tt.frames-1), []byte{silence[f]})
			if got != tt.padding {
				t.Errorf("%s of %d samples: got %d bytes of silence, want %d", f.Name, tt.samples, got, tt.padding)
			}
		}
	}
}

func TestTrackRepeats(t *testing.T) {
	samples := make([]int16, 3*160)
	for i := range samples {
		samples[i] = int16(1000 * (i/160 + 1))
	}
	track := newTrack(PCMU, samples)
	for n := range 10 {
		frame := track.Frame(n)
		if len(frame) != 160 || cap(frame) != 160 {
			t.Fatalf("frame %d: got %d bytes (capacity %d), want 160", n, len(frame), cap(frame))
		}
		if want := EncodeMuLaw(int16(1000 * (n%3 + 1))); frame[0] != want || frame[159] != want {
			t.Errorf("frame %d: got %#02x to %#02x, want %#02x", n, frame[0], frame[159], want)
		}
	}
}

func TestFrameDoesNotAllocate(t *testing.T) {
	track := newTrack(PCMA, make([]int16, 1600))
	n := 0
	if got := testing.AllocsPerRun(100, func() { track.Frame(n); n++ }); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}

func TestPromptIsCutToTheDuration(t *testing.T) {
	mp3 := fixture(t, "mpeg2-16000-mono.mp3")
	tests := []struct{ duration, want time.Duration }{
		{1, 20 * time.Millisecond},
		{500 * time.Millisecond, 500 * time.Millisecond},
		{501 * time.Millisecond, 520 * time.Millisecond},
		{time.Hour, time.Second},
		{1 << 62, time.Second},
	}
	for _, tt := range tests {
		p := load(t, mp3, Options{Duration: tt.duration, Formats: both})
		if got := p.Duration(); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.duration, got, tt.want)
		}
		if got := p.Source(); got != "test.mp3" {
			t.Errorf("source: got %q, want %q", got, "test.mp3")
		}
	}
}

// The end of a cut tone is faded over 20 ms, so that it does not click.
func TestPromptIsFadedOut(t *testing.T) {
	p := load(t, fixture(t, "mpeg2-16000-mono.mp3"), Options{Duration: 500 * time.Millisecond, Formats: both})
	track, _ := p.Track("PCMU")
	x := decoded(track)
	last, before := 0.0, 0.0
	for i := range 8 { // one period of the tone is 7.8 samples
		last = max(last, x[len(x)-1-i])
		before = max(before, x[len(x)-1-168-i])
	}
	if last > 0.005 || before < 0.45 {
		t.Errorf("peaks: got %.3f in the last millisecond and %.3f before the fade, want below 0.005 and above 0.45", last, before)
	}
}

func TestPromptHasOnlyTheFormatsAskedFor(t *testing.T) {
	p := load(t, fixture(t, "mpeg2-16000-mono.mp3"), Options{Duration: time.Second, Formats: []Format{PCMA}})
	if _, ok := p.Track("PCMA"); !ok {
		t.Error("PCMA: got none, want a track")
	}
	for _, name := range []string{"PCMU", "pcma", ""} {
		if _, ok := p.Track(name); ok {
			t.Errorf("%q: got a track, want none", name)
		}
	}
}

// Silence follows a track that is played once, in every format, and soon: from whatever it was before. In G.711 it is
// the code of zero at once. What a decoder of G.722 makes of it dies away, and then is zero for as long as it lasts.
func TestThenSilence(t *testing.T) {
	noise := noise16(1 << 14)
	tests := map[string]func(i int) int16{
		"silent":  func(int) int16 { return 0 },
		"noise":   func(i int) int16 { return int16(noise[i]) },
		"tone":    func(i int) int16 { return int16(20000 * math.Sin(float64(i)*0.4)) },
		"highest": func(i int) int16 { return int16(20000 * math.Sin(float64(i)*2.9)) },
		"maximum": func(int) int16 { return math.MaxInt16 },
	}
	for name, f := range tests {
		samples := make([]int16, 4000)
		for i := range samples {
			samples[i] = f(i)
		}
		for _, format := range Formats() {
			track := newTrack(format, samples)
			once := track.ThenSilence()
			var payload []byte
			for n := range track.Frames() + 200 {
				frame := once.Frame(n)
				if len(frame) != 160 || cap(frame) != 160 {
					t.Fatalf("frame %d: got %d bytes (capacity %d), want 160", n, len(frame), cap(frame))
				}
				if n < track.Frames() && !bytes.Equal(frame, track.Frame(n)) {
					t.Fatalf("%s in %s: frame %d is not that of the track", name, format.Name, n)
				}
				payload = append(payload, frame...)
			}
			rest := format.Decode(payload)[track.Frames()*format.frameSamples():]
			checkSilence(t, name, format, rest)
			if !bytes.Equal(once.Frame(1<<40), once.Frame(track.Frames()+200)) {
				t.Errorf("%s in %s: silence ends", name, format.Name)
			}
		}
	}
}

func checkSilence(t *testing.T, name string, f Format, x []int16) {
	t.Helper()
	settled, allowed := 0, map[Format]int{PCMU: 0, PCMA: 8, G722: 0}[f]
	for i, v := range x {
		if abs := max(int(v), -int(v)); abs > allowed {
			settled = i + 1
			if at := i * 1000 / f.SampleRate; at >= 20 && abs > 64 {
				t.Fatalf("%s in %s: %d ms after the end: got %d, want at most 64", name, f.Name, at, v)
			}
		}
	}
	if limit := map[Format]int{G722: 3 * wideRate}[f]; settled > limit {
		t.Errorf("%s in %s: got silence after %d samples, want it after %d", name, f.Name, settled, limit)
	}
}

// The second time a track of G.722 is heard like the first, although its decoder comes from elsewhere: a click would be
// as loud as the sound.
func TestG722TrackRepeats(t *testing.T) {
	samples := make([]int16, 50*320)
	for i := range samples {
		samples[i] = int16(8000 * math.Cos(float64(i)*0.3)) // loud from the first sample on
	}
	track := newTrack(G722, samples)
	checkSeam(t, "cosine", track, func(i int) float64 { return float64(samples[i%len(samples)]) / 32768 })
	if got := testing.AllocsPerRun(100, func() { track.Frame(60); track.ThenSilence().Frame(60) }); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
