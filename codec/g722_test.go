package codec

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gotranspile/g722" // equal to the ITU-T Software Tool Library but where that saturates, see below
)

// Every code, in many orders, decodes to the same samples. The reference lets its output wrap around where it should
// saturate: there it says nothing.
func TestG722DecodesLikeReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	quiet := func(c byte) byte { return c | 0x30 } // small steps, whose output does not saturate
	tests := map[string]func(i int) byte{
		"random":                func(int) byte { return byte(r.Uint32()) },
		"random and quiet":      func(int) byte { return quiet(byte(r.Uint32())) },
		"each code for a while": func(i int) byte { return byte(i / 128) },
		"few codes":             func(i int) byte { return []byte{0x20, 0x84, 0xBD, 0x3F}[(r.IntN(2)+i>>12)%4] },
		"loud and silent by turns": func(i int) byte {
			if i>>10%2 == 0 {
				return byte(r.Uint32())
			}
			return quiet(byte(r.Uint32()))
		},
	}
	for name, code := range tests {
		codes := make([]byte, 1<<15)
		for i := range codes {
			codes[i] = code(i)
		}
		got, want := DecodeG722(codes), g722.Decode(codes, g722.Rate64000, 0)
		if len(got) != len(want) {
			t.Fatalf("%s: got %d samples, want %d", name, len(got), len(want))
		}
		saturated := 0
		for i := range got {
			if got[i] == math.MaxInt16 || got[i] == math.MinInt16 {
				saturated++
			} else if got[i] != want[i] {
				t.Fatalf("%s: sample %d: got %d, want %d", name, i, got[i], want[i])
			}
		}
		if saturated > len(got)/2 {
			t.Errorf("%s: got %d of %d samples saturated, want something to compare", name, saturated, len(got))
		}
	}
}

// 228,000 codes of sounds whose sub-bands stay within their range, which the reference does not limit.
func TestG722EncodesLikeReference(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	tests := map[string]func(i int) float64{
		"silence":      func(int) float64 { return 0 },
		"the smallest": func(i int) float64 { return float64(r.IntN(3) - 1) },
		"noise":        func(int) float64 { return r.NormFloat64() * 3000 },
		"loud noise":   func(int) float64 { return (r.Float64() - 0.5) * 50000 },
		"square":       func(i int) float64 { return 40000*float64(i/40%2) - 20000 },
		"bursts":       func(i int) float64 { return r.NormFloat64() * 5000 * float64(i/500%2) },
		"sweep":        func(i int) float64 { return 30000 * math.Sin(float64(i)*float64(i)/12000) },
	}
	for _, hz := range []float64{50, 440, 1000, 3400, 4000, 5500, 7000} {
		for _, amplitude := range []float64{32700, 8000, 100} {
			tests[fmt.Sprintf("%v Hz at %v", hz, amplitude)] = func(i int) float64 {
				return amplitude * math.Sin(2*math.Pi*hz*float64(i)/16000)
			}
		}
	}
	for name, f := range tests {
		x := make([]int16, 16000)
		for i := range x {
			x[i] = int16(max(math.MinInt16, min(math.MaxInt16, math.Round(f(i)))))
		}
		got, want := EncodeG722(x), g722.Encode(x, g722.Rate64000, 0)
		if len(got) != len(want) {
			t.Fatalf("%s: got %d codes, want %d", name, len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: code %d: got %#02x, want %#02x", name, i, got[i], want[i])
				break
			}
		}
	}
}

// Sounds that overshoot the range of the sub-bands, and codes that overshoot that of the output, by their CRC-32 in the
// ITU-T Software Tool Library (openitu/STL of 2023, funcg722.c).
func TestG722SaturatesLikeSTL(t *testing.T) {
	tests := []struct {
		name           string
		sample         func(i int, random uint16) int16
		codes, decoded uint32
	}{
		{"full-scale noise", func(_ int, random uint16) int16 { return int16(random) }, 0xdaef30c3, 0x0afd7e3a},
		{"full-scale square", func(i int, _ uint16) int16 { return [2]int16{32767, -32768}[i/40%2] }, 0x3bfb0f7c, 0x1a9f6d49},
		{"steps", func(i int, _ uint16) int16 { return [4]int16{32767, -32768, 20000, -20000}[i/3%4] }, 0x8252c79c, 0x519d8ae1},
		{"constants", func(i int, _ uint16) int16 { return [2]int16{32767, -32768}[i%16000/8000] }, 0xe397f538, 0x6f1f1961},
	}
	noise := noise16(1 << 16)
	for _, tt := range tests {
		x := make([]int16, len(noise))
		for i := range x {
			x[i] = tt.sample(i, noise[i])
		}
		codes := EncodeG722(x)
		if got := crc32.ChecksumIEEE(codes); got != tt.codes {
			t.Errorf("%s: codes: got CRC %#08x, want %#08x", tt.name, got, tt.codes)
		}
		if got := crcOf(DecodeG722(codes)); got != tt.decoded {
			t.Errorf("%s: decoded: got CRC %#08x, want %#08x", tt.name, got, tt.decoded)
		}
	}
	codes := make([]byte, len(noise))
	for i := range codes {
		codes[i] = byte(noise[i] >> 8)
	}
	if got, want := crcOf(DecodeG722(codes)), uint32(0x182aa876); got != want {
		t.Errorf("random codes: got CRC %#08x, want %#08x", got, want)
	}
}

// noise16 is a linear congruential sequence (W. H. Press et al., Numerical Recipes in C, 2nd ed., 7.1), of which other programs can make the same.
func noise16(n int) []uint16 {
	noise := make([]uint16, n)
	seed := uint32(1)
	for i := range noise {
		seed = seed*1664525 + 1013904223
		noise[i] = uint16(seed >> 16)
	}
	return noise
}

// crcOf is the CRC-32 of samples in little-endian order.
func crcOf(samples []int16) uint32 {
	var data []byte
	for _, s := range samples {
		data = binary.LittleEndian.AppendUint16(data, uint16(s))
	}
	return crc32.ChecksumIEEE(data)
}

func TestEncodeG722OfHalfAPair(t *testing.T) {
	x := []int16{1000, -2000, 3000, 4000}
	if got, want := EncodeG722(x[:3]), EncodeG722([]int16{1000, -2000, 3000, 0}); string(got) != string(want) {
		t.Errorf("got %#02x, want %#02x", got, want)
	}
	if x[3] != 4000 {
		t.Errorf("the input was written to: got %d, want 4000", x[3])
	}
}

func BenchmarkEncodeG722(b *testing.B) {
	x := make([]int16, 10*wideRate)
	for i := range x {
		x[i] = int16(20000 * math.Sin(float64(i)*float64(i)/1e6))
	}
	for b.Loop() {
		EncodeG722(x)
	}
	b.ReportMetric(10*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}
