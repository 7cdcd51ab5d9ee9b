package codec

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestDecodeNamesWhatItIsNot(t *testing.T) {
	const not = "not an MP3 or WAV: it is "
	adts := repeated([]byte{0xFF, 0xF1, 0x50, 0x80, 100 >> 3, 100 & 7 << 5, 0xFC}, 100, 4)
	free := repeated([]byte{0xFF, 0xFB, 0x00, 0x00}, 522, 6)
	padded := join(free[:522], []byte{0}, free[:2*522])
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "empty file"},
		{"FLAC", []byte("fLaC\x00\x00\x00\x22"), not + `a FLAC file; convert it: "ffmpeg`},
		{"FLAC behind a tag", join(id3v2(20, 0), make([]byte, 20), []byte("fLaC\x00\x00\x00\x22")), not + "a FLAC file"},
		{"Ogg", []byte("OggS\x00\x02"), not + "an Ogg file"},
		{"MP4", []byte("\x00\x00\x00\x20ftypM4A "), not + "an MP4 or M4A file"},
		{"AVI", []byte("RIFF\x00\x00\x00\x00AVI LIST"), not + "an AVI file"},
		{"AAC", adts, not + "an AAC file"},
		{"two frames of AAC", adts[:200], "no MPEG layer III frames in it"},
		{"free format", free, "an MP3 in free format, that is without a bit rate, which the decoder cannot play; convert it"},
		{"free format, padded", padded, "an MP3 in free format"},
		{"free format behind garbage", join(bytes.Repeat([]byte{0xFF, 0xFB, 0x01}, 3), free), "an MP3 in free format"},
		{"HTML", []byte("\n <!DOCTYPE html>\n<html>"), not + "an HTML or XML page"},
		{"XML with a mark of byte order", []byte("\xEF\xBB\xBF<?xml version"), not + "an HTML or XML page"},
		{"playlist", []byte("#EXTM3U\nprompt.mp3"), not + "a playlist"},
		{"text", []byte("Grüße\tan alle\r\n"), not + "a text file"},
		{"text that is cut in a character", bytes.Repeat([]byte("aü"), 600)[1:], not + "a text file"},
		{"zeros", make([]byte, 5000), not + "nothing but zeros"},
		{"all ones", bytes.Repeat([]byte{0xFF}, 5000), "not an MP3 or WAV: no MPEG layer III frames in it; convert it"},
		{"one frame", repeated([]byte{0xFF, 0xFB, 0x90, 0x00}, 417, 1), "no MPEG layer III frames in it"},
		{"two frames", repeated([]byte{0xFF, 0xFB, 0x90, 0x00}, 417, 2), "no MPEG layer III frames in it"},
		{"tag alone", id3v2(0, 0), not + "a tag without audio"},
	}
	for _, tt := range tests {
		_, err := Decode(t.Context(), tt.data, time.Second)
		if got := errorText(err); !strings.HasPrefix(got, tt.want) && !strings.HasPrefix(got, "not an MP3 or WAV: "+tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
