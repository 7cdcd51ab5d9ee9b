package codec

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDecodeWAVSamples(t *testing.T) {
	tests := []struct {
		name   string
		format []byte
		data   string
		want   []float32
	}{
		{"8 bits", fmtChunk(wavPCM, 1, 8000, 1, 8), "\x00\x80\xFF", []float32{-1, 0, 127.0 / 128}},
		{"16 bits", fmtChunk(wavPCM, 1, 8000, 2, 16), "\x00\x80\x01\x00\x00\x40", []float32{-1, 1.0 / 32768, 0.5}},
		{"12 bits in 16", fmtChunk(wavPCM, 1, 8000, 2, 12), "\x00\x80\x10\x00\x00\x40", []float32{-1, 16.0 / 32768, 0.5}},
		{"24 bits", fmtChunk(wavPCM, 1, 8000, 3, 24), "\x00\x00\x80\x01\x00\x00\x00\x00\x40", []float32{-1, 1.0 / (1 << 23), 0.5}},
		{"24 bits in 32", fmtChunk(wavPCM, 1, 8000, 4, 24), "\x00\x00\x00\x80\x00\x00\x00\x40", []float32{-1, 0.5}},
		{"32 bits", fmtChunk(wavPCM, 1, 8000, 4, 32), "\x00\x00\x00\x80\x00\x00\x00\x40", []float32{-1, 0.5}},
		{"float", fmtChunk(wavFloat, 1, 8000, 4, 32), floats32(-1, 0.25, 1.5, float32(math.NaN()), float32(math.Inf(-1)), -1e9), []float32{-1, 0.25, 1.5, 0, 0, -16}},
		{"float of 64 bits", fmtChunk(wavFloat, 1, 8000, 8, 64), "\x00\x00\x00\x00\x00\x00\xD0\x3F", []float32{0.25}},
		{"mu-law", fmtChunk(wavMuLaw, 1, 8000, 1, 8), "\xFF\x80", []float32{0, 8031 * 4 / 32768.0}},
		{"A-law", fmtChunk(wavALaw, 1, 8000, 1, 8), "\xD5\xAA", []float32{8 / 32768.0, 4032 * 8 / 32768.0}},
		{"extensible", extensible(wavPCM, 1, 8000, 2, 16), "\x00\x40", []float32{0.5}},
		{"half a sample at the end", fmtChunk(wavPCM, 1, 8000, 2, 16), "\x00\x40\x00", []float32{0.5}},
	}
	for _, tt := range tests {
		a, err := Decode(t.Context(), wavFile(tt.format, chunk("data", []byte(tt.data))), time.Second)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if a.Rate != 8000 || !slices.Equal(a.Left, tt.want) || !slices.Equal(a.Right, tt.want) {
			t.Errorf("%s: got %v and %v at %d Hz, want %v at 8000 Hz", tt.name, a.Left, a.Right, a.Rate, tt.want)
		}
	}
}

// The largest sample of a format is that of its highest code.
func TestLargestSample(t *testing.T) {
	tests := []struct {
		name   string
		format []byte
		data   string
	}{
		{"8 bits", fmtChunk(wavPCM, 1, 8000, 1, 8), "\xFF"},
		{"16 bits", fmtChunk(wavPCM, 1, 8000, 2, 16), "\xFF\x7F"},
		{"24 bits", fmtChunk(wavPCM, 1, 8000, 3, 24), "\xFF\xFF\x7F"},
		{"32 bits", fmtChunk(wavPCM, 1, 8000, 4, 32), "\xFF\xFF\xFF\x7F"},
		{"float", fmtChunk(wavFloat, 1, 8000, 4, 32), floats32(1)},
		{"mu-law", fmtChunk(wavMuLaw, 1, 8000, 1, 8), "\x80"},
		{"A-law", fmtChunk(wavALaw, 1, 8000, 1, 8), "\xAA"},
	}
	for _, tt := range tests {
		a, err := Decode(t.Context(), wavFile(tt.format, chunk("data", []byte(tt.data))), time.Second)
		if err != nil || len(a.Left) != 1 || a.Left[0] != a.Largest {
			t.Errorf("%s: got %v (%v), want the largest sample %v", tt.name, a.Left, err, a.Largest)
		}
	}
	if a := decodedFixture(t, "mpeg1-48000-mono.mp3"); a.Largest != 32767.0/32768 {
		t.Errorf("MP3: got %v, want that of 16 bits", a.Largest)
	}
}

// One channel is decoded once, and is both.
func TestMonoMP3IsDecodedOnce(t *testing.T) {
	if a := decodedFixture(t, "mpeg1-48000-mono.mp3"); &a.Left[0] != &a.Right[0] {
		t.Error("mono: got two slices, want one")
	}
	if a := decodedFixture(t, "mpeg1-44100-stereo.mp3"); &a.Left[0] == &a.Right[0] {
		t.Error("stereo: got one slice, want two")
	}
}

func TestDecodeWAVChunks(t *testing.T) {
	format := fmtChunk(wavPCM, 2, 48000, 4, 16)
	audio := []byte("\x00\x40\x00\xC0\x00\x20\x00\xE0")
	sized := func(size uint32) []byte {
		c := chunk("data", audio)
		binary.LittleEndian.PutUint32(c[4:], size)
		return c
	}
	rf64 := wavFile(format, sized(0xFFFFFFFF))
	copy(rf64, "RF64\xFF\xFF\xFF\xFF")
	tests := []struct {
		name  string
		data  []byte
		notes string
	}{
		{"plain", wavFile(format, chunk("data", audio)), ""},
		{"chunks around", wavFile(chunk("LIST", make([]byte, 26)), format, chunk("odd ", []byte("abc")), chunk("data", audio), chunk("id3 ", audio)), ""},
		{"format behind", wavFile(chunk("data", audio), format), ""},
		{"second data", wavFile(format, chunk("data", audio), chunk("data", audio)), ""},
		{"from a pipe", wavFile(format, sized(0xFFFFFFFF)), ""},
		{"from a pipe of sox", wavFile(format, sized(0x7FFFFFFF-36)), ""},
		{"size never filled in", wavFile(format, sized(0)), ""},
		{"RF64", rf64, ""},
		{"truncated", wavFile(format, sized(1000)), "truncated after 0s"},
	}
	for _, tt := range tests {
		a, err := Decode(t.Context(), tt.data, time.Second)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if !slices.Equal(a.Left, []float32{0.5, 0.25}) || !slices.Equal(a.Right, []float32{-0.5, -0.25}) || a.Rate != 48000 {
			t.Errorf("%s: got %v and %v at %d Hz, want [0.5 0.25] and its opposite at 48000 Hz", tt.name, a.Left, a.Right, a.Rate)
		}
		if got := strings.Join(a.Notes, ";"); got != tt.notes {
			t.Errorf("%s: got notes %q, want %q", tt.name, got, tt.notes)
		}
	}
}

func TestDecodeWAVErrors(t *testing.T) {
	pcm, data := fmtChunk(wavPCM, 1, 8000, 2, 16), chunk("data", make([]byte, 100))
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"nothing in it", wavFile(), "damaged WAV: it has no fmt chunk; convert it"},
		{"no data", wavFile(pcm), "damaged WAV: it has no data chunk; convert it"},
		{"empty data", wavFile(pcm, chunk("data", nil)), "no audio in it; convert it"},
		{"empty data before a chunk", wavFile(pcm, chunk("data", nil), chunk("LIST", make([]byte, 20))), "no audio in it"},
		{"short format", wavFile(chunk("fmt ", make([]byte, 14)), data), "damaged WAV: its fmt chunk has 14 bytes, at least 16 are needed"},
		{"no channel", wavFile(fmtChunk(wavPCM, 0, 8000, 2, 16), data), "WAV with 0 channels: allowed are 1 and 2"},
		{"six channels", wavFile(extensible(wavPCM, 6, 8000, 12, 16), data), "WAV with 6 channels: allowed are 1 and 2"},
		{"too slow", wavFile(fmtChunk(wavPCM, 1, 3999, 2, 16), data), "WAV at 3999 Hz: allowed are 4000 to 192000 Hz"},
		{"too fast", wavFile(fmtChunk(wavPCM, 1, 192001, 2, 16), data), "WAV at 192001 Hz: allowed are 4000 to 192000 Hz"},
		{"negative rate", wavFile(fmtChunk(wavPCM, 1, -1, 2, 16), data), "WAV at 4294967295 Hz: allowed"},
		{"no bits", wavFile(fmtChunk(wavPCM, 1, 8000, 0, 0), data), "WAV with 0-bit samples of format 1: allowed are PCM of 8, 16, 24 and 32 bits, float, mu-law and A-law"},
		{"float of 16 bits", wavFile(fmtChunk(wavFloat, 1, 8000, 2, 16), data), "WAV with 16-bit samples of format 3: allowed"},
		{"ADPCM", wavFile(fmtChunk(0x11, 1, 8000, 256, 4), data), "WAV with IMA ADPCM: allowed"},
		{"unknown", wavFile(fmtChunk(0x1234, 1, 8000, 2, 16), data), "WAV with samples of format 0x1234: allowed"},
		{"MP3 in it that is none", wavFile(fmtChunk(wavMP3, 1, 8000, 1, 0), data), "not an MP3 or WAV: it is nothing but zeros"},
	}
	for _, tt := range tests {
		_, err := Decode(t.Context(), tt.data, time.Second)
		if got := errorText(err); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestDecodeWAVWithMP3InIt(t *testing.T) {
	mp3 := fixture(t, "mpeg1-32000-mono.mp3")
	a, err := Decode(t.Context(), wavFile(fmtChunk(wavMP3, 1, 32000, 1, 0), chunk("data", mp3)), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if a.Rate != 32000 || len(a.Left) != 32000 {
		t.Errorf("got %d samples at %d Hz, want 32000 at 32000 Hz", len(a.Left), a.Rate)
	}
}

// The usual rates are not touched.
func TestRationalRate(t *testing.T) {
	for _, rate := range []int{4000, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 37800, 44100, 48000, 88200, 96000, 176400, 192000} {
		if got := rationalRate(rate); got != rate {
			t.Errorf("got %d Hz, want %d Hz", got, rate)
		}
	}
}

func wavFile(chunks ...[]byte) []byte {
	return join([]byte("RIFF\x00\x00\x00\x00WAVE"), join(chunks...))
}

func chunk(name string, data []byte) []byte {
	c := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	return append(append(c, data...), make([]byte, len(data)%2)...)
}

func fmtChunk(tag, channels, rate, block, bits int) []byte {
	return chunk("fmt ", fmtData(tag, channels, rate, block, bits))
}

func fmtData(tag, channels, rate, block, bits int) []byte {
	le := binary.LittleEndian
	data := le.AppendUint16(le.AppendUint16(nil, uint16(tag)), uint16(channels))
	data = le.AppendUint32(le.AppendUint32(data, uint32(rate)), uint32(rate*block))
	return le.AppendUint16(le.AppendUint16(data, uint16(block)), uint16(bits))
}

func extensible(tag, channels, rate, block, bits int) []byte {
	data := append(fmtData(wavExtensible, channels, rate, block, bits), 22, 0, byte(bits), 0, 3, 0, 0, 0, byte(tag), 0)
	return chunk("fmt ", append(data, bytes.Repeat([]byte{0x71}, 14)...))
}

func floats32(x ...float32) string {
	var data []byte
	for _, v := range x {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return string(data)
}
