package codec

import "testing"

func TestTags(t *testing.T) {
	audio := []byte("some audio")
	id3 := func(size int, flags byte, content int) []byte { return join(id3v2(size, flags), make([]byte, content)) }
	id3v1 := append([]byte("TAG"), make([]byte, 125)...)
	tests := []struct {
		name              string
		data              []byte
		leading, trailing int
	}{
		{"none", audio, 0, 0},
		{"empty", nil, 0, 0},
		{"ID3v2", join(id3(300, 0, 300), audio), 310, 0},
		{"ID3v2 with footer", join(id3(300, 0x10, 310), audio), 320, 0},
		{"ID3v2 twice, APE", join(id3(300, 0, 300), id3(1, 0, 1), ape(5, 0xA0, 0xA0, 5), audio), 310 + 11 + 69, 0},
		{"ID3v2 that is longer than the file", join(id3(1<<28-1, 0, 0), audio), 20, 0},
		{"ID3v2 cut off", []byte("ID3\x04\x00\x00\x00\x00\x00"), 0, 0},
		{"ID3v1", join(audio, id3v1), 0, 128},
		{"APE with header", join(audio, ape(5, 0xA0, 0x80, 5)), 0, 69},
		{"APE without header", join(audio, ape(5, 0xA0, 0x80, 5)[32:]), 0, 32},
		{"APE without header, and saying so", join(audio, ape(5, 0xA0, 0x00, 5)[32:]), 0, 37},
		{"APE, ID3v1", join(audio, ape(5, 0xA0, 0x80, 5), id3v1), 0, 197},
		{"APE of a size that cannot be", join(audio, ape(5, 0xA0, 0x00, 1<<20)), 0, 32},
		{"APE of a negative size", join(audio, ape(5, 0xA0, 0x00, -33)), 0, 32},
	}
	for _, tt := range tests {
		if got := leadingTags(tt.data); got != tt.leading {
			t.Errorf("%s: got %d bytes in front, want %d", tt.name, got, tt.leading)
		}
		if got := len(tt.data) - len(withoutTrailingTags(tt.data)); got != tt.trailing {
			t.Errorf("%s: got %d bytes at the end, want %d", tt.name, got, tt.trailing)
		}
	}
}

// ape is a tag with so many bytes between header and footer, which claim that it has so many.
func ape(content int, header, footer byte, claimed int) []byte {
	edge := func(flags byte) []byte {
		n := claimed + 32
		return join([]byte("APETAGEX\xD0\x07\x00\x00"), []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)},
			make([]byte, 7), []byte{flags}, make([]byte, 8))
	}
	return join(edge(header), make([]byte, content), edge(footer))
}
