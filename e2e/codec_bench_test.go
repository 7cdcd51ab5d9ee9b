//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// workbench makes audio files with the programs of others.
type workbench struct {
	t      *testing.T
	folder string
	made   *int // files so far
}

func newWorkbench(t *testing.T) *workbench {
	return &workbench{t: t, folder: t.TempDir(), made: new(int)}
}

// with is the same bench for another test.
func (b workbench) with(t *testing.T) *workbench {
	b.t = t
	return &b
}

func (b *workbench) path(suffix string) string {
	*b.made++
	return filepath.Join(b.folder, fmt.Sprintf("%d.%s", *b.made, suffix))
}

// source is two seconds of noise in bursts, other on the left than on the right, and one channel with less above
// 2 kHz: what uses every tool of an encoder. sox makes the same noise each time.
func (b *workbench) source(rate, channels int) string {
	path := filepath.Join(b.folder, fmt.Sprintf("source-%d-%d.wav", rate, channels))
	if _, err := os.Stat(path); err == nil {
		return path
	}
	mix := []string{"remix", "-m", "1v0.6,2v0.2", "1v0.2,2v0.6"}
	if channels == 1 {
		mix = []string{"remix", "-m", "1v0.6,2v0.2"}
	}
	tool(b.t, "sox", append([]string{"-R", "-D", "-r", fmt.Sprint(rate), "-c", "2", "-n", "-b", "16", path,
		"synth", "2", "pinknoise", "pinknoise", "synth", "2", "square", "amod", "3", "square", "amod", "5"}, mix...)...)
	return path
}

// lame encodes the source, at its own sample rate.
func (b *workbench) lame(rate, channels int, options ...string) []byte {
	out := b.path("mp3")
	arguments := append([]string{"--quiet", "--noreplaygain", "--resample", fmt.Sprint(float64(rate) / 1000)}, options...)
	tool(b.t, "lame", append(arguments, b.source(rate, channels), out)...)
	return b.read(out)
}

// ffmpeg makes a file from the source.
func (b *workbench) ffmpeg(rate, channels int, suffix string, options ...string) []byte {
	out := b.path(suffix)
	arguments := append([]string{"-v", "error", "-i", b.source(rate, channels)}, options...)
	tool(b.t, "ffmpeg", append(arguments, out)...)
	return b.read(out)
}

// sox makes a WAV file from the source.
func (b *workbench) sox(rate, channels int, options ...string) []byte {
	out := b.path("wav")
	tool(b.t, "sox", append(append([]string{"-R", "-D", b.source(rate, channels)}, options...), out)...)
	return b.read(out)
}

func (b *workbench) read(path string) []byte {
	b.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

// id3v2 is a tag with so many bytes of picture in it, claiming a size of claimed.
func id3v2(picture, claimed int) []byte {
	frame := []byte("APIC")
	size := picture + 14
	frame = append(frame, byte(size>>24), byte(size>>16), byte(size>>8), byte(size), 0, 0)
	frame = append(frame, "\x00image/jpeg\x00\x03\x00"...)
	content := append(frame, garbage(picture)...)
	return append([]byte{'I', 'D', '3', 3, 0, 0, byte(claimed >> 21 & 0x7F), byte(claimed >> 14 & 0x7F), byte(claimed >> 7 & 0x7F), byte(claimed & 0x7F)}, content...)
}

// tagged is the size of what id3v2 writes behind its header.
func tagged(picture int) int { return picture + 24 }

// id3v1 is the tag at the end of old files.
func id3v1() []byte { return append([]byte("TAGtitle"), make([]byte, 120)...) }

// ape is an APE tag with header and footer, claiming to be extra bytes longer than it is.
func ape(extra int) []byte {
	item := []byte("\x04\x00\x00\x00\x00\x00\x00\x00Title\x00tone")
	edge := func(flags byte) []byte {
		size := len(item) + 32 + extra
		e := append([]byte("APETAGEX\xD0\x07\x00\x00"), byte(size), byte(size>>8), byte(size>>16), 0, 1, 0, 0, 0, 0, 0, 0, flags)
		return append(e, make([]byte, 8)...)
	}
	return bytes.Join([][]byte{edge(0xA0), item, edge(0x80)}, nil)
}

// garbage is the same bytes each time, with a false sync word now and then.
func garbage(n int) []byte {
	out, state := make([]byte, n), uint32(1)
	for i := range out {
		state = state*1664525 + 1013904223
		out[i] = byte(state >> 24)
		if i%100 == 3 {
			out[i-3], out[i-2], out[i-1], out[i] = 0xFF, 0xFB, 0x90, 0x00
		}
	}
	return out
}

// hole is data without n bytes in its middle.
func hole(data []byte, n int) []byte {
	at := len(data) / 2
	return join(data[:at], data[at+n:])
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// mangled is data with one sequence of bytes in the place of another.
func mangled(data []byte, from, to string) []byte {
	return []byte(strings.Replace(string(data), from, to, 1))
}
