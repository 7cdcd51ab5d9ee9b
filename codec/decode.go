package codec

import (
	"errors"
	"fmt"
	"time"
)

// maxLength bounds the audio that is held in memory: ten minutes at 48 kHz are 460 MB while they are prepared.
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
	// Left and Right are the channels, with full scale at ±1. Those of a file with one channel are equal.
	Left, Right []float64
	// Rate is the sample rate in Hz.
	Rate int
	// Notes say, each in one line, what is wrong with a file that can be played nevertheless.
	Notes []string
}

// Decode decodes an MP3 or WAV file, which it knows by its content. It stops soon after the play time, for the rest
// of a long file is not heard; more than 10 minutes within it are an error. Errors say what the file is and how to
// convert it. What the encoder of an MP3 has added at both ends is taken off if the file says how much that is.
func Decode(data []byte, play time.Duration) (Audio, error) {
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
	a, err := decode(data, play)
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

// samplesOf is the number of samples in d, which is at most maxLength and a margin.
func samplesOf(d time.Duration, rate int) int {
	return int(d * time.Duration(rate) / time.Second)
}

// position is the playing time of so many samples, as people read it.
func position(samples, rate int) time.Duration {
	return (time.Duration(samples) * time.Second / time.Duration(rate)).Round(10 * time.Millisecond)
}
