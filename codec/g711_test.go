package codec

import (
	"math"
	"testing"

	"github.com/zaf/g711" // bit-exact with the ITU-T Software Tool Library
)

// The quantized values and codes that the tables of ITU-T G.711 print, on the 16-bit scale.
func TestG711Tables(t *testing.T) {
	tests := []struct {
		name   string
		encode func(int16) byte
		sample int16
		code   byte
		decode func(byte) int16
		want   int16
	}{
		{"mu-law zero", EncodeMuLaw, 0, 0xFF, DecodeMuLaw, 0},
		{"mu-law just below zero", EncodeMuLaw, -1, 0x7F, DecodeMuLaw, 0},
		{"mu-law highest", EncodeMuLaw, math.MaxInt16, 0x80, DecodeMuLaw, 8031 << 2},
		{"mu-law lowest", EncodeMuLaw, math.MinInt16, 0x00, DecodeMuLaw, -8031 << 2},
		{"mu-law last decision value", EncodeMuLaw, 7903 << 2, 0x80, DecodeMuLaw, 8031 << 2},
		{"mu-law below last decision value", EncodeMuLaw, 7903<<2 - 1, 0x81, DecodeMuLaw, 7775 << 2},
		{"A-law zero", EncodeALaw, 0, 0xD5, DecodeALaw, 8},
		{"A-law just below zero", EncodeALaw, -1, 0x55, DecodeALaw, -8},
		{"A-law highest", EncodeALaw, math.MaxInt16, 0xAA, DecodeALaw, 4032 << 3},
		{"A-law lowest", EncodeALaw, math.MinInt16, 0x2A, DecodeALaw, -4032 << 3},
		{"A-law last decision value", EncodeALaw, 3968 << 3, 0xAA, DecodeALaw, 4032 << 3},
		{"A-law below last decision value", EncodeALaw, 3968<<3 - 1, 0xAB, DecodeALaw, 3904 << 3},
	}
	for _, tt := range tests {
		if got := tt.encode(tt.sample); got != tt.code {
			t.Errorf("%s: encode %d: got %#02x, want %#02x", tt.name, tt.sample, got, tt.code)
		}
		if got := tt.decode(tt.code); got != tt.want {
			t.Errorf("%s: decode %#02x: got %d, want %d", tt.name, tt.code, got, tt.want)
		}
	}
}

func TestG711EncodesLikeReference(t *testing.T) {
	for s := math.MinInt16; s <= math.MaxInt16; s++ {
		if got, want := EncodeMuLaw(int16(s)), g711.EncodeUlawFrame(int16(s)); got != want {
			t.Fatalf("mu-law of %d: got %#02x, want %#02x", s, got, want)
		}
		if got, want := EncodeALaw(int16(s)), g711.EncodeAlawFrame(int16(s)); got != want {
			t.Fatalf("A-law of %d: got %#02x, want %#02x", s, got, want)
		}
	}
}

func TestG711DecodesLikeReference(t *testing.T) {
	for c := range 256 {
		if got, want := DecodeMuLaw(byte(c)), g711.DecodeUlawFrame(byte(c)); got != want {
			t.Errorf("mu-law code %#02x: got %d, want %d", c, got, want)
		}
		if got, want := DecodeALaw(byte(c)), g711.DecodeAlawFrame(byte(c)); got != want {
			t.Errorf("A-law code %#02x: got %d, want %d", c, got, want)
		}
	}
}

// Every code survives decoding and encoding, but for the negative zero of mu-law, which has no sample of its own.
func TestG711RoundTrip(t *testing.T) {
	for c := range 256 {
		want := byte(c)
		if got := EncodeALaw(DecodeALaw(want)); got != want {
			t.Errorf("A-law code %#02x: got %#02x", want, got)
		}
		if want == 0x7F {
			want = 0xFF
		}
		if got := EncodeMuLaw(DecodeMuLaw(byte(c))); got != want {
			t.Errorf("mu-law code %#02x: got %#02x, want %#02x", c, got, want)
		}
	}
}

// What the laws add to a sine. The least is what the mu-law itself reaches at -38 dBFS.
func TestG711SignalToNoise(t *testing.T) {
	for _, f := range []Format{PCMU, PCMA} {
		for level := -3.0; level >= -40; level-- {
			x := make([]int16, narrowRate/2)
			for i := range x {
				sine := math.Sin(2 * math.Pi * 1020 * float64(i) / narrowRate)
				x[i] = int16(math.RoundToEven(32768 * math.Pow(10, level/20) * sine))
			}
			heard := f.Decode(newTrack(f, x).payload)
			if got := -measure(floats(heard), narrowRate, 1020).noise; got < 32.7 {
				t.Errorf("%s at %v dBFS: got %.1f dB, want at least 32.7 dB", f.Name, level, got)
			}
		}
	}
}
