package codec

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestDecodeRefusesLongAudio(t *testing.T) {
	frames := fixture(t, "mpeg1-32000-mono.mp3") // 1.08 s with the encoder's delay
	tests := []struct {
		name        string
		play, limit time.Duration
		want        string
	}{
		{"within the limit", time.Hour, 2 * time.Second, ""},
		{"beyond the limit", time.Hour, time.Second, `longer than 1s, which is the limit; shorten it: "ffmpeg`},
		{"beyond the limit, but not played so long", time.Second, time.Second, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, _, err := decode(frames, tt.play, tt.limit)
			if got := errorText(err); !strings.HasPrefix(got, tt.want) || (tt.want == "") != (err == nil) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Of a file that is much longer than the play time, what is not heard is not decoded.
func TestDecodeStopsAfterThePlayTime(t *testing.T) {
	frames := bytes.Repeat(fixture(t, "mpeg2-16000-mono.mp3"), 20)
	left, right, rate, err := decode(frames, 3*time.Second, maxLength)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != len(right) || rate != 16000 {
		t.Errorf("got %d and %d samples at %d Hz, want as many in both at 16000 Hz", len(left), len(right), rate)
	}
	if got := float64(len(left)) / 16000; got < 3.1 || got > 3.5 {
		t.Errorf("got %.2f s, want 3.1 s to 3.5 s", got)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
