package codec

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pickup/dsp"
)

// toneLevel is the level of all sines of a tone together, in dBm0: about as loud as a voice, and 6 dB below a digital
// milliwatt into which the peaks of four sines would not fit.
const toneLevel = -16

// Limits of a Tone.
const (
	maxTones    = 4
	minToneHz   = 20
	maxToneHz   = 3900
	toneExample = `for example "440" or "350+440"`
)

// Tone is a sum of sines of one level, such as a dial tone.
type Tone struct {
	// Frequencies in Hz: one to four, each from 20 to 3900. They are played to the nearest 0.1 Hz.
	Frequencies []float64
}

// hertz is a decimal number. ParseFloat alone reads 0x1p9 and 1_000 too, which nobody means in a tone.
var hertz = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// ParseTone reads the frequencies of a tone in Hz, joined by a plus: "440", "350+440". There are one to four, each from 20
// to 3900 Hz, in decimals, and no blanks. The error says which is wrong and what is allowed.
func ParseTone(text string) (Tone, error) {
	var t Tone
	for _, part := range strings.Split(text, "+") {
		frequency, err := strconv.ParseFloat(part, 64)
		if err != nil || !hertz.MatchString(part) {
			return Tone{}, fmt.Errorf("codec: tone %q: %q is no frequency in Hz; %s", text, part, toneExample)
		}
		t.Frequencies = append(t.Frequencies, frequency)
	}
	if err := t.check(); err != nil {
		return Tone{}, fmt.Errorf("codec: tone %q: %w", text, err)
	}
	return t, nil
}

// check is an error unless number and range of the frequencies are allowed.
func (t Tone) check() error {
	if n := len(t.Frequencies); n < 1 || n > maxTones {
		return fmt.Errorf("%d frequencies: allowed are 1 to %d, %s", n, maxTones, toneExample)
	}
	for _, f := range t.Frequencies {
		if !(f >= minToneHz && f <= maxToneHz) { // NaN is neither
			return fmt.Errorf("%v Hz: allowed are %d to %d Hz", f, minToneHz, maxToneHz)
		}
	}
	return nil
}

// String is the source of a tone: "tone:350+440".
func (t Tone) String() string {
	parts := make([]string, len(t.Frequencies))
	for i, f := range t.Frequencies {
		parts[i] = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return "tone:" + strings.Join(parts, "+")
}

// tenths are the frequencies in units of 0.1 Hz.
func (t Tone) tenths() []int {
	f := make([]int, len(t.Frequencies))
	for i, frequency := range t.Frequencies {
		f[i] = int(math.Round(10 * frequency))
	}
	return f
}

// period is the smallest number of frames in which every sine has whole periods: at most 50 for whole hertz, and at most
// 500 for tenths.
func (t Tone) period() int {
	const most = 10 * int(time.Second/FrameDuration)
	divisor := most
	for _, f := range t.tenths() {
		for divisor, f = f, divisor%f; f != 0; { // Euclid
			divisor, f = f, divisor%f
		}
	}
	return most / divisor
}

// LoadTone makes a prompt of a tone, all of whose sines together have -16 dBm0 on the scale of the mu-law: one alone has an
// amplitude of 0.1096 of full scale, and n have that divided by the square root of n. The play time of opt, at most 10
// minutes of it, is filled up to whole periods of all sines, which is at most 1 s for whole hertz and 10 s for tenths, so
// that the tone repeats without a seam (in G.722 once). It does not go through the chain and is not faded.
func LoadTone(ctx context.Context, t Tone, opt Options) (*Prompt, error) {
	err := opt.check()
	if err == nil {
		err = t.check()
	}
	if err != nil {
		return nil, fmt.Errorf("codec: %s: %w", t, err)
	}
	period := time.Duration(t.period()) * FrameDuration
	length := (opt.generated() + period - 1) / period * period
	amplitude := dBm0(toneLevel) / math.Sqrt(float64(len(t.Frequencies)))
	return newPrompt(ctx, t.String(), opt.Formats, func(f Format) *Track {
		n := samplesOf(length, f.SampleRate)
		return newTrack(f, dsp.Quantise(sines(t.tenths(), amplitude, n, f.SampleRate)))
	})
}
