package e2e

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// errWAV is what every fault of a WAV file wraps.
var errWAV = errors.New("not a WAV file of 16-bit mono")

// samples are the samples of a WAV file of 16-bit mono PCM, full scale 32768, and
// its rate in Hz. A data chunk that claims more than there is (a recording that
// was not closed) ends with the file.
func samples(file []byte) ([]float64, int, error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return nil, 0, fmt.Errorf("%w: no RIFF header", errWAV)
	}
	rate := 0
	for rest := file[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		body = body[:min(size, len(body))]
		switch {
		case name == "fmt " && len(body) >= 16:
			format := binary.LittleEndian.Uint16(body)
			channels, bits := binary.LittleEndian.Uint16(body[2:]), binary.LittleEndian.Uint16(body[14:])
			if format != 1 || channels != 1 || bits != 16 {
				return nil, 0, fmt.Errorf("%w: format %d, %d channels, %d bits", errWAV, format, channels, bits)
			}
			rate = int(binary.LittleEndian.Uint32(body[4:]))
		case name == "data" && rate > 0:
			return pcm16(body), rate, nil
		}
		rest = rest[min(8+size+size%2, len(rest)):]
	}
	return nil, 0, fmt.Errorf("%w: no fmt chunk before a data chunk", errWAV)
}

// pcm16 reads little-endian 16-bit samples.
func pcm16(data []byte) []float64 {
	reader := bytes.NewReader(data)
	values := make([]int16, len(data)/2)
	// A bytes.Reader that holds enough bytes cannot fail.
	_ = binary.Read(reader, binary.LittleEndian, values)
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = float64(v)
	}
	return out
}
