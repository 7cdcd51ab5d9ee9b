package codec

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pickup/dsp"
)

// noise is noise of a peak, 0.5 s at 16 kHz.
func noise(peak float64) []float64 {
	random := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, 8000)
	for i := range x {
		x[i] = peak * (2*random.Float64() - 1)
	}
	return x
}

// floatWAV is a WAV file in floating point, at 16 kHz.
func floatWAV(x []float64) []byte {
	var data []byte
	for _, v := range x {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(v)))
	}
	return wavFile(fmtChunk(wavFloat, 1, 16000, 4, 32), chunk("data", data))
}

// What callers do not hear as they should has a note, and nothing else has.
func TestNotes(t *testing.T) {
	numbers := make([]float64, 8000)
	for i := range numbers {
		numbers[i] = math.NaN()
	}
	infinite := noise(0.1)
	infinite[100], infinite[200], infinite[300] = math.Inf(1), math.NaN(), 1e9
	high := make([]float64, 8000)
	for i := range high {
		high[i] = 0.1 * math.Sin(2*math.Pi*6000*float64(i)/16000)
	}
	lowCeiling := func(c *dsp.Chain) { c.Ceiling, c.Loudness = 0.05, -14 }
	levelOnly := func(c *dsp.Chain) { c.Enabled = false }
	none := func(c *dsp.Chain) { *c = dsp.Chain{} }
	tests := []struct {
		name   string
		x      []float64
		change func(*dsp.Chain)
		want   string
	}{
		{"noise", noise(0.1), nil, ""},
		{"noise, its level alone", noise(0.1), levelOnly, ""},
		{"noise as it is", noise(0.1), none, ""},
		{"silence", make([]float64, 8000), nil, "callers hear nothing: the audio is silent"},
		{"silence as it is", make([]float64, 8000), none, "callers hear nothing: the audio is silent"},
		{"no numbers", numbers, nil, "damaged: 8000 samples are not finite or more than 24 dB above full scale; callers hear nothing: the audio is silent"},
		{"some no numbers", infinite, none, "damaged: 3 samples are not finite or more than 24 dB above full scale"},
		{"noise of -80 dBFS", noise(1e-4), nil, "callers hear nothing: the audio is below -70 LUFS"},
		{"one sample", []float64{0.5}, nil, "callers hear nothing: the audio is shorter than 25ms"},
		{"two samples as they are", []float64{0.5, 0.5}, none, "callers hear nothing: the audio is shorter than 25ms"},
		{"above the narrow band", high, nil, "narrow band: callers hear nothing: the audio is below -70 LUFS"},
		{"a ceiling below the target", noise(0.1), lowCeiling, "narrow band: target -14 LUFS not reached: -3"},
	}
	for _, tt := range tests {
		opt := Options{Duration: time.Minute, Formats: Formats()}
		opt.Chain, opt.Wide = chains()
		if tt.change != nil {
			tt.change(&opt.Chain)
			tt.change(&opt.Wide)
		}
		p, err := Load(t.Context(), bytes.NewReader(floatWAV(tt.x)), "test.wav", opt)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := strings.Join(p.Notes(), "; "); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
