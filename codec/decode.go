package codec

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"pickup/dsp"
)

// maxLength bounds the audio that is held in memory: ten minutes at 48 kHz in stereo are 230 MB as they are decoded.
const maxLength = 10 * time.Minute

// margin is decoded beyond the play time, for the reach of the resampling filter.
const margin = 100 * time.Millisecond

// Remedies that end the errors about a file.
const (
	convert = `convert it: "ffmpeg -i IN -ar 44100 -b:a 128k OUT.mp3" or "lame --resample 44.1 -b 128 IN OUT.mp3"`
	shorten = `shorten it: "ffmpeg -i IN -t 600 -ar 44100 -b:a 128k OUT.mp3"`
)

// Audio is what a file contains.
type Audio struct {
	// Left and Right are the channels, with full scale at ±1. Those of a file with one channel are one slice. A float32
	// has 24 bits, as much as all but a few files have, and what it leaves out of those is 144 dB below each sample.
	Left, Right []float32
	// Rate is the sample rate in Hz.
	Rate int
	// Largest is the largest sample that the format of the file has: what is louder was clipped to it.
	Largest float32
	// Notes say, each in one line, what is wrong with a file that can be played nevertheless.
	Notes []string
}

// Decode decodes an MP3 or WAV file, which it knows by its content. It stops soon after the play time, for the rest
// of a long file is not heard; more than 10 minutes within it are an error. Errors say what the file is and how to
// convert it. What the encoder of an MP3 has added at both ends is taken off if the file says how much that is. When the
// context ends, which is looked at about every frame, that is the error.
func Decode(ctx context.Context, data []byte, play time.Duration) (Audio, error) {
	if len(data) == 0 {
		return Audio{}, errors.New("empty file")
	}
	if name := foreign(data); name != "" {
		return Audio{}, fmt.Errorf("not an MP3 or WAV: it is %s; %s", name, convert)
	}
	decode := decodeMP3
	if isWAV(data) {
		decode = decodeWAV
	}
	a, err := decode(ctx, data, play)
	if err != nil {
		return Audio{}, err
	}
	if len(a.Left) == 0 {
		return Audio{}, fmt.Errorf("no audio in it; %s", convert)
	}
	if play > maxLength && len(a.Left) > samplesOf(maxLength, a.Rate) {
		return Audio{}, fmt.Errorf("longer than %v, which is the limit; %s", maxLength, shorten)
	}
	return a, nil
}

// mix is the audio in one channel. It leaves the channels nil, for the memory that they take.
func (a *Audio) mix() []float64 {
	mono := dsp.Mono(a.Left, a.Right)
	a.Left, a.Right = nil, nil
	// The collector would let twice as much pile up as was in use when it ran last, with both channels still there: 990
	// MB in place of 750 for ten minutes in all formats. It takes less than a millisecond.
	runtime.GC()
	return mono
}

// samplesOf is the number of samples in d, which is at most maxLength and a margin.
func samplesOf(d time.Duration, rate int) int {
	return int(d * time.Duration(rate) / time.Second)
}

// position is the playing time of so many samples, as people read it.
func position(samples, rate int) time.Duration {
	return (time.Duration(samples) * time.Second / time.Duration(rate)).Round(10 * time.Millisecond)
}
