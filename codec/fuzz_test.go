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
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Load(bytes.NewReader(data), "fuzz", Options{Duration: 100 * time.Millisecond, Formats: both})
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
	})
}
