package codec

import "testing"

// Headers and the frame lengths of ISO/IEC 11172-3, 2.4.3.1.
func TestParseHeader(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		want header // zero: none
	}{
		{"MPEG-1, 128 kbit/s, 44.1 kHz", []byte{0xFF, 0xFB, 0x90, 0x00}, header{3, 44100, 417}},
		{"the same, padded", []byte{0xFF, 0xFB, 0x92, 0x00}, header{3, 44100, 418}},
		{"MPEG-1, 320 kbit/s, 48 kHz", []byte{0xFF, 0xFB, 0xE4, 0x00}, header{3, 48000, 960}},
		{"MPEG-1, 32 kbit/s, 32 kHz, with CRC", []byte{0xFF, 0xFA, 0x18, 0x00}, header{3, 32000, 144}},
		{"MPEG-2, 32 kbit/s, 22.05 kHz", []byte{0xFF, 0xF3, 0x40, 0x00}, header{2, 22050, 104}},
		{"the same, padded", []byte{0xFF, 0xF3, 0x42, 0x00}, header{2, 22050, 105}},
		{"MPEG-2, 160 kbit/s, 16 kHz", []byte{0xFF, 0xF3, 0xE8, 0x00}, header{2, 16000, 720}},
		{"MPEG-2.5, 16 kbit/s, 11.025 kHz", []byte{0xFF, 0xE3, 0x20, 0x00}, header{0, 11025, 104}},
		{"no sync word", []byte{0xFF, 0xDB, 0x90, 0x00}, header{}},
		{"reserved version", []byte{0xFF, 0xEB, 0x90, 0x00}, header{}},
		{"layer II", []byte{0xFF, 0xFD, 0x90, 0x00}, header{}},
		{"AAC in ADTS", []byte{0xFF, 0xF1, 0x50, 0x80}, header{}},
		{"free format", []byte{0xFF, 0xFB, 0x00, 0x00}, header{}},
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
