package codec

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whatever the bytes are, loading gives a prompt of whole frames or an error, and no panic.
func FuzzLoad(f *testing.F) {
	names, err := filepath.Glob("testdata/*.mp3")
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(brokenFrames())
	f.Add(panicking(f))
	f.Add(id3v2(40, 0x10))
	f.Add(join(fixture(f, "mpeg1-32000-mono.mp3"), ape(5, 0xA0, 0x80, 5)))
	f.Fuzz(checkLoad)
}

// The same for WAV files.
func FuzzLoadWAV(f *testing.F) {
	audio := chunk("data", bytes.Repeat([]byte{0x00, 0x40, 0x12, 0xC0}, 100))
	for _, width := range []int{1, 2, 3, 4} {
		f.Add(wavFile(fmtChunk(wavPCM, 1, 8000, width, 8*width), audio))
		f.Add(wavFile(chunk("LIST", []byte("odd")), extensible(wavPCM, 2, 11127, 2*width, 8*width), audio))
	}
	f.Add(wavFile(fmtChunk(wavFloat, 1, 192000, 4, 32), audio))
	f.Add(wavFile(fmtChunk(wavFloat, 2, 4001, 16, 64), audio))
	f.Add(wavFile(fmtChunk(wavMuLaw, 1, 8000, 1, 8), audio))
	f.Add(wavFile(fmtChunk(wavALaw, 1, 8000, 1, 8), audio))
	f.Add(wavFile(fmtChunk(wavMP3, 1, 8000, 1, 0), chunk("data", fixture(f, "mpeg2-16000-mono.mp3"))))
	f.Fuzz(checkLoad)
}

func checkLoad(t *testing.T, data []byte) {
	p, err := Load(t.Context(), bytes.NewReader(data), "fuzz", Options{Duration: 100 * time.Millisecond, Formats: both})
	if (p == nil) == (err == nil) {
		t.Fatalf("got prompt %v and error %v, want one of them", p, err)
	}
	if p == nil {
		return
	}
	if d := p.Duration(); d <= 0 || d > 100*time.Millisecond {
		t.Errorf("duration: got %v, want at most 100ms", d)
	}
	for _, f := range both {
		track, ok := p.Track(f.Name)
		if !ok || len(track.Frame(track.Frames())) != 160 {
			t.Errorf("%s: no track of whole frames", f.Name)
		}
	}
}
