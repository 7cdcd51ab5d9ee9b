package codec

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// wavHeader is the length of what stands before the samples: the RIFF header and the chunks "fmt " and "data".
const wavHeader = 12 + 8 + 16 + 8

// WriteWAV writes samples at rate Hz as a WAV file of one channel and 16 bits: a header of 44 bytes (Multimedia
// Programming Interface and Data Specifications 1.0, 1991) and the samples. The sizes in it have 32 bits: more samples
// than fit are an error, and so is a rate that is not positive.
func WriteWAV(w io.Writer, samples []int16, rate int) error {
	size := 2 * int64(len(samples))
	if size > math.MaxUint32-wavHeader {
		return fmt.Errorf("codec: write WAV: %d samples: at most %d fit", len(samples), (math.MaxUint32-wavHeader)/2)
	}
	if rate <= 0 || rate > math.MaxInt32/2 {
		return fmt.Errorf("codec: write WAV: rate %d Hz: it must be positive and below 2^30", rate)
	}
	le := binary.LittleEndian
	file := make([]byte, 0, wavHeader+size)
	file = append(file, "RIFF"...)
	file = le.AppendUint32(file, uint32(wavHeader-8+size))
	file = append(file, "WAVEfmt "...)
	file = le.AppendUint32(file, 16)
	file = le.AppendUint16(file, wavPCM)
	file = le.AppendUint16(file, 1)              // channels
	file = le.AppendUint32(file, uint32(rate))   // samples in a second
	file = le.AppendUint32(file, uint32(2*rate)) // bytes in a second
	file = le.AppendUint16(file, 2)              // bytes in a sample of all channels
	file = le.AppendUint16(file, 16)             // bits in a sample
	file = append(file, "data"...)
	file = le.AppendUint32(file, uint32(size))
	for _, s := range samples {
		file = le.AppendUint16(file, uint16(s))
	}
	if _, err := w.Write(file); err != nil {
		return fmt.Errorf("codec: write WAV: %w", err)
	}
	return nil
}
