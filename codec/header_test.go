package codec

import "testing"

// Headers and the frame lengths of ISO/IEC 11172-3, 2.4.3.1.
func TestParseHeader(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		want header // zero: none
	}{
		{"MPEG-1, 128 kbit/s, 44.1 kHz", []byte{0xFF, 0xFB, 0x90, 0x00}, header{version: mpeg1, layer: 3, rate: 44100, kilobits: 128, size: 417}},
		{"the same, padded", []byte{0xFF, 0xFB, 0x92, 0x00}, header{version: mpeg1, layer: 3, rate: 44100, kilobits: 128, size: 418, padded: true}},
		{"MPEG-1, 320 kbit/s, 48 kHz, mono", []byte{0xFF, 0xFB, 0xE4, 0xC0}, header{version: mpeg1, layer: 3, rate: 48000, kilobits: 320, size: 960, mono: true}},
		{"MPEG-1, 32 kbit/s, 32 kHz, with CRC", []byte{0xFF, 0xFA, 0x18, 0x00}, header{version: mpeg1, layer: 3, rate: 32000, kilobits: 32, size: 144, crc: true}},
		{"MPEG-2, 32 kbit/s, 22.05 kHz", []byte{0xFF, 0xF3, 0x40, 0x00}, header{version: mpeg2, layer: 3, rate: 22050, kilobits: 32, size: 104}},
		{"the same, padded", []byte{0xFF, 0xF3, 0x42, 0x00}, header{version: mpeg2, layer: 3, rate: 22050, kilobits: 32, size: 105, padded: true}},
		{"MPEG-2, 160 kbit/s, 16 kHz", []byte{0xFF, 0xF3, 0xE8, 0x00}, header{version: mpeg2, layer: 3, rate: 16000, kilobits: 160, size: 720}},
		{"MPEG-2.5, 16 kbit/s, 11.025 kHz", []byte{0xFF, 0xE3, 0x20, 0x00}, header{version: mpeg25, layer: 3, rate: 11025, kilobits: 16, size: 104}},
		{"mid/side stereo", []byte{0xFF, 0xFB, 0x90, 0x60}, header{version: mpeg1, layer: 3, rate: 44100, kilobits: 128, size: 417, midSide: true}},
		{"intensity stereo", []byte{0xFF, 0xFB, 0x90, 0x50}, header{version: mpeg1, layer: 3, rate: 44100, kilobits: 128, size: 417, intensity: true}},
		{"stereo, whose extension means nothing", []byte{0xFF, 0xFB, 0x90, 0x30}, header{version: mpeg1, layer: 3, rate: 44100, kilobits: 128, size: 417}},
		{"layer II", []byte{0xFF, 0xFD, 0x90, 0x00}, header{version: mpeg1, layer: 2, rate: 44100, kilobits: 160, size: 522}},
		{"layer II of MPEG-2", []byte{0xFF, 0xF5, 0x84, 0x00}, header{version: mpeg2, layer: 2, rate: 24000, kilobits: 64, size: 384}},
		{"layer I, padded by a slot of four bytes", []byte{0xFF, 0xFF, 0x92, 0x00}, header{version: mpeg1, layer: 1, rate: 44100, kilobits: 288, size: 316, padded: true}},
		{"free format", []byte{0xFF, 0xFB, 0x00, 0x00}, header{version: mpeg1, layer: 3, rate: 44100}},
		{"no sync word", []byte{0xFF, 0xDB, 0x90, 0x00}, header{}},
		{"reserved version", []byte{0xFF, 0xEB, 0x90, 0x00}, header{}},
		{"AAC in ADTS", []byte{0xFF, 0xF1, 0x50, 0x80}, header{}},
		{"bad bit rate", []byte{0xFF, 0xFB, 0xF0, 0x00}, header{}},
		{"reserved sample rate", []byte{0xFF, 0xFB, 0x9C, 0x00}, header{}},
		{"reserved emphasis", []byte{0xFF, 0xFB, 0x90, 0x02}, header{}},
		{"cut off", []byte{0xFF, 0xFB, 0x90}, header{}},
	}
	for _, tt := range tests {
		got, ok := parseHeader(tt.data)
		if got != tt.want || ok != (tt.want != header{}) {
			t.Errorf("%s: got %+v (%v), want %+v", tt.name, got, ok, tt.want)
		}
	}
}

// What stands where in a frame, by the tables of ISO/IEC 11172-3, 2.4.1.7, and 13818-3, 2.4.1.7.
func TestSideInfo(t *testing.T) {
	tests := []struct {
		name     string
		header   header
		from, to int
		parts    int
		last     int // where the last part ends, in bits
	}{
		{"MPEG-1 stereo", header{version: mpeg1}, 4, 36, 4, 256},
		{"MPEG-1 mono", header{version: mpeg1, mono: true}, 4, 21, 2, 136},
		{"MPEG-2 stereo", header{version: mpeg2}, 4, 21, 2, 136},
		{"MPEG-2 mono", header{version: mpeg2, mono: true}, 4, 13, 1, 72},
		{"MPEG-1 mono with CRC", header{version: mpeg1, mono: true, crc: true}, 6, 23, 2, 136},
	}
	for _, tt := range tests {
		from, to := tt.header.sideInfo()
		if from != tt.from || to != tt.to {
			t.Errorf("%s: got %d to %d, want %d to %d", tt.name, from, to, tt.from, tt.to)
		}
		s := newSideInfo(tt.header, make([]byte, to-from))
		if end := s.first + s.parts*s.width; s.parts != tt.parts || end != tt.last {
			t.Errorf("%s: got %d parts up to bit %d, want %d up to %d", tt.name, s.parts, end, tt.parts, tt.last)
		}
		s.setMainDataBegin(s.maxBegin() - 1)
		s.setLength(s.parts-1, 0xABC)
		if b, n := s.mainDataBegin(), s.mainDataBits(); b != s.maxBegin()-1 || n != 0xABC {
			t.Errorf("%s: got main data of %#x bits %d bytes back, want 0xabc and %d", tt.name, n, b, s.maxBegin()-1)
		}
	}
}
