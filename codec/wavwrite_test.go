package codec

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWriteWAV(t *testing.T) {
	var file bytes.Buffer
	if err := WriteWAV(&file, []int16{1, -2, 32767}, 8000); err != nil {
		t.Fatal(err)
	}
	want := "RIFF\x2A\x00\x00\x00WAVE" +
		"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1F\x00\x00\x80\x3E\x00\x00\x02\x00\x10\x00" +
		"data\x06\x00\x00\x00\x01\x00\xFE\xFF\xFF\x7F"
	if got := file.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What is written is read again.
func TestWriteWAVRoundTrip(t *testing.T) {
	x := []int16{0, 1, -1, 32767, -32768}
	var file bytes.Buffer
	if err := WriteWAV(&file, x, 44100); err != nil {
		t.Fatal(err)
	}
	a, err := Decode(t.Context(), file.Bytes(), time.Second)
	got := a.mix()
	if err != nil || a.Rate != 44100 || !slices.Equal(got, floats(x)) || len(a.Notes) > 0 {
		t.Errorf("got %v at %d Hz, notes %q (%v), want %v at 44100 Hz", got, a.Rate, a.Notes, err, floats(x))
	}
}

func TestWriteWAVErrors(t *testing.T) {
	for _, rate := range []int{0, -8000, 1 << 30} {
		err := WriteWAV(&bytes.Buffer{}, []int16{1}, rate)
		if want := "codec: write WAV: rate "; !strings.HasPrefix(errorText(err), want) {
			t.Errorf("%d Hz: got %v, want %q", rate, err, want)
		}
	}
	if err := WriteWAV(fullDisk{}, []int16{1}, 8000); !errors.Is(err, errFull) {
		t.Errorf("got %v, want it to wrap %v", err, errFull)
	}
}

var errFull = errors.New("no space left")

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }
