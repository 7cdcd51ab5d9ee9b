package codec

import (
	"encoding/binary"
	"math"
)

// The samples of WAV files, each at the beginning of data, with full scale at ±1. All are little endian.

// The largest samples of each kind; those in floating point have no largest one, and full scale counts.
const (
	largest8     = 127.0 / (1 << 7)
	largest16    = float64(1<<15-1) / (1 << 15)
	largest24    = float64(1<<23-1) / (1 << 23)
	largest32    = float64(1<<31-1) / (1 << 31)
	largestMuLaw = 8031.0 / (1 << 13) // of the 14 bits of ITU-T G.711, table 2
	largestALaw  = 4032.0 / (1 << 12) // of the 13 bits of ITU-T G.711, table 1
)

// sampleU8 is the only kind without a sign: 128 is zero.
func sampleU8(data []byte) float64 { return (float64(data[0]) - 128) / 128 }

func sample16(data []byte) float64 {
	return float64(int16(binary.LittleEndian.Uint16(data))) / (1 << 15)
}

func sample24(data []byte) float64 {
	top := uint32(data[0])<<8 | uint32(data[1])<<16 | uint32(data[2])<<24
	return float64(int32(top)) / (1 << 31)
}

func sample32(data []byte) float64 {
	return float64(int32(binary.LittleEndian.Uint32(data))) / (1 << 31)
}

func sampleFloat32(data []byte) float64 {
	return float64(math.Float32frombits(binary.LittleEndian.Uint32(data)))
}

func sampleFloat64(data []byte) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(data))
}

func sampleMuLaw(data []byte) float64 { return float64(DecodeMuLaw(data[0])) / (1 << 15) }

func sampleALaw(data []byte) float64 { return float64(DecodeALaw(data[0])) / (1 << 15) }

// finite is x within 24 dB above full scale, and 0 if it is infinite or not a number: one such sample would spoil all
// that the filters reach from it.
func finite(x float64) float64 {
	const headroom = 16
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return max(-headroom, min(headroom, x))
}
