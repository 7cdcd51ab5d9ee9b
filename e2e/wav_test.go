package e2e

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// wave builds a WAV file of 8000 Hz: a chunk to be skipped, the format, the data.
func wave(channels uint16, claimed uint32, data ...int16) []byte {
	out := []byte("RIFF\x00\x00\x00\x00WAVEodd \x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00")
	out = binary.LittleEndian.AppendUint16(out, 1)
	out = binary.LittleEndian.AppendUint16(out, channels)
	out = binary.LittleEndian.AppendUint32(out, 8000)
	out = binary.LittleEndian.AppendUint32(out, 16000)
	out = binary.LittleEndian.AppendUint16(out, 2)
	out = binary.LittleEndian.AppendUint16(out, 16)
	out = append(out, "data"...)
	out = binary.LittleEndian.AppendUint32(out, claimed)
	for _, v := range data {
		out = binary.LittleEndian.AppendUint16(out, uint16(v))
	}
	return out
}

func TestSamples(t *testing.T) {
	whole := wave(1, 6, 1, -2, 32767)
	tests := []struct {
		name string
		file []byte
		want []float64
		err  error
	}{
		{"whole", whole, []float64{1, -2, 32767}, nil},
		{"not closed", wave(1, 0xFFFFFFFF, 1, -2), []float64{1, -2}, nil},
		{"stereo", wave(2, 4, 1, 2), nil, errWAV},
		{"no data", whole[:40], nil, errWAV},
		{"empty", nil, nil, errWAV},
		{"something else", []byte("ID3\x04 and so on and on"), nil, errWAV},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, rate, err := samples(test.file)
			if !errors.Is(err, test.err) {
				t.Fatalf("error: got %v, want %v", err, test.err)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("samples: got %v, want %v", got, test.want)
			}
			if err == nil && rate != 8000 {
				t.Errorf("rate: got %d, want 8000", rate)
			}
		})
	}
}
