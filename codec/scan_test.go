package codec

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

// frameSize is that of the frames of mpeg1-32000-mono.mp3, the first of which is a tag.
const frameSize = 288

func TestScanPassesOverTags(t *testing.T) {
	mp3 := fixture(t, "mpeg1-32000-mono.mp3")
	other := fixture(t, "mpeg2-22050-mono.mp3")
	id3v1 := append([]byte("TAG"), make([]byte, 125)...)
	padding := bytes.Repeat([]byte{0xFF, 0xFB, 0x90, 0x00}, 5000)
	tests := []struct {
		name string
		data []byte
	}{
		{"ID3v2", join(id3v2(300, 0), padding[:300], mp3)},
		{"two ID3v2", join(id3v2(300, 0), padding[:300], id3v2(20000, 0), padding, mp3)},
		{"ID3v2 with MPEG frames in it", join(id3v2(len(other), 0), other, mp3)},
		{"the same behind an ID3v2 with footer", join(id3v2(0, 0x10), make([]byte, 10), id3v2(len(other), 0), other, mp3)},
		{"the same with zeros behind it", join(id3v2(len(other), 0), other, make([]byte, 2000), mp3)},
		{"ID3v2 longer than the file", join([]byte("ID3\x04\x00\x00\x7F\x7F\x7F\x7F"), mp3)},
		{"ID3v2 that ends in the audio", join(id3v2(3333, 0), mp3)},
		{"ID3v2 that ends too early", join(id3v2(30, 0), padding[:300], mp3)},
		{"ID3v1", join(mp3, id3v1)},
		{"ID3v1 and APE", join(mp3, ape(500, 0xA0, 0x80, 500), id3v1)},
		{"APE in front", join(ape(500, 0xA0, 0x80, 500), mp3)},
		{"tags between the frames", join(mp3[:10*frameSize], id3v1, id3v2(len(other), 0), other, mp3[10*frameSize:])},
		{"garbage with lone sync words", join(bytes.Repeat([]byte{0xFF, 0xFB, 0x50, 0x00, 0x13}, 200), mp3)},
		{"two frames of something else in front", join(other[:2*104], []byte{0}, mp3)},
		{"garbage behind", join(mp3, bytes.Repeat([]byte{0xFF, 0xFB, 0x51, 0x00, 0x13}, 200))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := scan(tt.data, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			var got []byte
			for _, f := range s.frames {
				got = append(got, f.data...)
			}
			if !bytes.Equal(got, mp3[frameSize:]) {
				t.Errorf("got %d bytes of frames, want the %d of the file without tags", len(got), len(mp3)-frameSize)
			}
			if notes := s.notes(0); len(notes) > 0 || s.end()-s.start() != 32000 {
				t.Errorf("got %d samples and notes %q, want 32000 and none", s.end()-s.start(), notes)
			}
		})
	}
}

// Damage costs the frames that it hits, and is told.
func TestDecodeDamaged(t *testing.T) {
	mp3 := fixture(t, "mpeg1-32000-mono.mp3")
	frames := len(mp3)/frameSize - 1
	whole := 32000 // of the 34,560 that the frames hold
	spoilt := slices.Clone(mp3)
	for _, n := range []int{7, 12} {
		copy(spoilt[n*frameSize+6:], bytes.Repeat([]byte{0xFF}, 15)) // in the side information
	}
	flipped := slices.Clone(mp3)
	flipped[10*frameSize+2] ^= 0x10 // another bit rate
	const note = "damaged: what is no audio was skipped "
	const silent = "damaged: 70ms in all cannot be decoded and are silent" // two frames of 36 ms
	tests := []struct {
		name  string
		data  []byte
		want  int // samples
		notes []string
	}{
		{"whole", mp3, whole, nil},
		{"last frame cut", mp3[:len(mp3)-1], (frames-1)*1152 - 576 - 529, []string{"truncated after 970ms of 1s"}},
		{"half of it", mp3[:15*frameSize+100], 14*1152 - 576 - 529, []string{"truncated after 470ms of 1s"}},
		{"half of it, without tag", mp3[frameSize : 15*frameSize+100], 14 * 1152, []string{"truncated after 500ms"}},
		{"two frames spoilt", spoilt, whole, []string{silent}},
		{"a wrong length", flipped, whole, []string{note + "after 360ms", silent}},
		{"bytes missing", join(mp3[:9*frameSize+50], mp3[9*frameSize+60:]), (frames-1)*1152 - 576 - 529, []string{note + "after 320ms", silent}},
		{"bytes in it twice", join(mp3[:9*frameSize], make([]byte, 100), mp3[9*frameSize:20*frameSize], make([]byte, 9), mp3[20*frameSize:]), whole,
			[]string{note + "in 2 places, first after 290ms", "damaged: 140ms in all cannot be decoded and are silent"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Decode(t.Context(), tt.data, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Left) != tt.want {
				t.Errorf("got %d samples, want %d", len(got.Left), tt.want)
			}
			if !slices.Equal(got.Notes, tt.notes) {
				t.Errorf("got notes %q, want %q", got.Notes, tt.notes)
			}
		})
	}
}

// What is found to be wrong does not depend on how much of the file is played.
func TestScanRefuses(t *testing.T) {
	mp3 := fixture(t, "mpeg1-32000-mono.mp3")
	stereo := fixture(t, "mpeg1-44100-joint-vbr.mp3")
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"another rate midway", join(mp3, fixture(t, "mpeg1-48000-mono.mp3")),
			"changes from MPEG-1 layer III at 32000 Hz to MPEG-1 layer III at 48000 Hz after 1.04s, where the decoder would play on at the wrong speed; convert it"},
		{"another rate behind garbage", join(mp3, []byte("garbage"), fixture(t, "mpeg2-16000-mono.mp3")), "to MPEG-2 layer III at 16000 Hz after 1.04s"},
		{"MPEG-2.5", fixture(t, "mpeg25-11025-mono.mp3"),
			"MPEG-2.5 layer III at 11025 Hz: sample rates allowed in an MP3 are 16000, 22050, 24000, 32000, 44100 and 48000 Hz; convert it"},
		{"layer II", repeated([]byte{0xFF, 0xFD, 0x84, 0x00}, 384, 5), "not an MP3 (MPEG layer III): it is MPEG-1 layer II at 48000 Hz; convert it"},
		{"layer I", repeated([]byte{0xFF, 0xFF, 0x84, 0x00}, 256, 5), "not an MP3 (MPEG layer III): it is MPEG-1 layer I at 48000 Hz"},
		{"intensity with mid/side stereo", replaced(stereo, "\x64", "\x74"), "uses intensity stereo in a way that the decoder plays wrongly (MPEG-1 layer III at 44100 Hz); convert it"},
		{"intensity stereo in MPEG-2", repeated([]byte{0xFF, 0xF3, 0x84, 0x50}, 192, 5), "uses intensity stereo in a way that the decoder plays wrongly (MPEG-2"},
	}
	for _, tt := range tests {
		_, err := Decode(t.Context(), tt.data, time.Millisecond)
		if got := errorText(err); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// replaced is data with another sequence of bytes wherever one is.
func replaced(data []byte, from, to string) []byte {
	return bytes.ReplaceAll(data, []byte(from), []byte(to))
}

// repeated are n frames of this size with this header and nothing else.
func repeated(header []byte, size, n int) []byte {
	return bytes.Repeat(append(slices.Clone(header), make([]byte, size-len(header))...), n)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
