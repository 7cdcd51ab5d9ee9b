package codec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/hajimehoshi/go-mp3"
)

// maxLength bounds the audio that is held in memory: ten minutes at 48 kHz are 460 MB while they are prepared.
const maxLength = 10 * time.Minute

// margin is decoded beyond the play time, for the reach of the resampling filter.
const margin = 100 * time.Millisecond

// decode decodes MPEG frames to two channels with full scale at ±1 (mono gives two equal ones) and their sample
// rate in Hz. It stops soon after the play time, for the rest of a long file is not heard; more than limit is an
// error. The decoder panics on some damaged files: that is an error like any other.
func decode(frames []byte, play, limit time.Duration) (left, right []float64, rate int, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = damaged(len(left), rate, fmt.Errorf("decoder: %v", fault))
		}
	}()
	// A plain reader: given a seeker, the decoder would first walk through the whole file for its length.
	decoder, err := mp3.NewDecoder(struct{ io.Reader }{bytes.NewReader(frames)})
	if err != nil {
		return nil, nil, 0, damaged(0, 0, err)
	}
	rate = decoder.SampleRate()
	enough := samplesOf(min(play, limit)+margin, rate)
	pcm := make([]byte, 16<<10) // of four bytes a sample: 16 bits, little endian, left and right
	for len(left) < enough {
		n, err := io.ReadFull(decoder, pcm)
		for i := 0; i+4 <= n; i += 4 {
			left = append(left, sample(pcm[i:]))
			right = append(right, sample(pcm[i+2:]))
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return nil, nil, 0, damaged(len(left), rate, err)
		}
	}
	if len(left) == 0 {
		return nil, nil, 0, fmt.Errorf("no audio in it; %s", convert)
	}
	if play > limit && len(left) > samplesOf(limit, rate) {
		return nil, nil, 0, fmt.Errorf("longer than %v, which is the limit; %s", limit, shorten)
	}
	return left, right, rate, nil
}

// sample is the 16-bit sample at the beginning of pcm, with full scale at ±1.
func sample(pcm []byte) float64 {
	return float64(int16(binary.LittleEndian.Uint16(pcm))) / 32768
}

// samplesOf is the number of samples in d, which is at most maxLength and a margin.
func samplesOf(d time.Duration, rate int) int {
	return int(d * time.Duration(rate) / time.Second)
}

// damaged is the error of a file that stops making sense after so many samples.
func damaged(samples, rate int, cause error) error {
	at := time.Duration(0)
	if rate > 0 {
		at = time.Duration(samples) * time.Second / time.Duration(rate)
	}
	return fmt.Errorf("damaged MP3, at %v: %w; %s", at.Round(10*time.Millisecond), cause, convert)
}
