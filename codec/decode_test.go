package codec

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestDecodeRefusesLongAudio(t *testing.T) {
	minutes := func(n int) []byte {
		return wavFile(fmtChunk(wavPCM, 1, 4000, 1, 8), chunk("data", make([]byte, n*60*4000+1000)))
	}
	tests := []struct {
		name string
		data []byte
		play time.Duration
		want string
	}{
		{"within the limit", minutes(9), time.Hour, ""},
		{"beyond the limit", minutes(10), time.Hour, `longer than 10m0s, which is the limit; shorten it: "ffmpeg`},
		{"beyond the limit, but not played so long", minutes(10), 10 * time.Minute, ""},
	}
	for _, tt := range tests {
		_, err := Decode(t.Context(), tt.data, tt.play)
		if got := errorText(err); !strings.HasPrefix(got, tt.want) || (tt.want == "") != (err == nil) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Of a file that is much longer than the play time, what is not heard is not decoded.
func TestDecodeStopsAfterThePlayTime(t *testing.T) {
	for _, name := range []string{"mpeg2-16000-mono.mp3", "mpeg2-22050-mono.mp3"} {
		a, err := Decode(t.Context(), bytes.Repeat(fixture(t, name), 20), 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(len(a.Left)) / float64(a.Rate); got < 2.1 || got > 2.2 || len(a.Notes) > 0 {
			t.Errorf("%s: got %.2f s and notes %q, want 2.1 s to 2.2 s and none", name, got, a.Notes)
		}
	}
}

// Megabytes that are made to keep a search busy: one that goes over them more than a few times takes minutes.
func TestDecodeHostileFiles(t *testing.T) {
	t.Parallel()
	const size = 3 << 20
	fill := func(parts ...[]byte) []byte {
		part := join(parts...)
		return bytes.Repeat(part, size/len(part))
	}
	tiny := repeated([]byte{0xFF, 0xF3, 0x14, 0x00}, 24, 3) // the shortest frames there are
	tests := []struct {
		name string
		data []byte
	}{
		{"all ones", fill([]byte{0xFF})},
		{"headers", fill([]byte{0xFF, 0xFB, 0x90, 0x00})},
		{"headers without a bit rate", fill([]byte{0xFF, 0xFB, 0x00, 0x00, 0x00})},
		{"tags", fill(id3v2(0, 0))},
		{"tags, and a file", join(fill(id3v2(0, 0))[:size/2], fixture(t, "mpeg2-16000-mono.mp3"), fill(id3v2(1, 0), []byte{0})[:size/2])},
		{"tags with frames in them", join(tiny, fill(id3v2(len(tiny), 0), tiny))},
		{"tags at the end", fill(ape(0, 0xA0, 0x80, 0))},
		{"the shortest frames", fill(tiny)},
		{"holes", fill(tiny, []byte{0})},
		{"frames of a rate that is repacked", fill(repeated([]byte{0xFF, 0xF3, 0x22, 0x60}, 53, 4))},
		{"chunks", join(wavFile(), fill(chunk("none", nil)))},
	}
	for _, tt := range tests {
		a, err := Decode(t.Context(), tt.data, 100*time.Millisecond)
		if err == nil && len(a.Left) > a.Rate {
			t.Errorf("%s: got %d samples at %d Hz, want no more than what is played", tt.name, len(a.Left), a.Rate)
		}
	}
}
