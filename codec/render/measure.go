package render

import (
	"math"
	"strconv"

	"pickup/dsp"
)

// Value is a number for people and for JSON, where it is null when it is not finite: the level of silence does not exist.
type Value float64

// MarshalJSON implements json.Marshaler, with 6 decimals at most.
func (v Value) MarshalJSON() ([]byte, error) {
	if !v.Exists() {
		return []byte("null"), nil
	}
	rounded := math.Round(float64(v)*1e6) / 1e6
	return strconv.AppendFloat(nil, rounded+0, 'f', -1, 64), nil
}

// Exists is false for the level of silence.
func (v Value) Exists() bool { return !math.IsInf(float64(v), 0) && !math.IsNaN(float64(v)) }

// Measure is what can be said of one signal.
type Measure struct {
	DurationSeconds Value `json:"duration_seconds"`
	SampleRateHz    int   `json:"sample_rate_hz"`
	// LoudnessLUFS is the integrated loudness of ITU-R BS.1770-5.
	LoudnessLUFS Value `json:"loudness_lufs"`
	// TruePeakDBTP and SamplePeakDBFS are relative to full scale.
	TruePeakDBTP   Value `json:"true_peak_dbtp"`
	SamplePeakDBFS Value `json:"sample_peak_dbfs"`
	// DCFullScale is the mean, where full scale is 1.
	DCFullScale Value `json:"dc_full_scale"`
	// ClippedSamples are those at the largest value of their format, whichever sign they have, with a neighbour there: one
	// alone is a peak that just fits. Of a source they are counted in each channel, before it is mixed.
	ClippedSamples int `json:"clipped_samples"`
}

// measure measures x at rate Hz, but for the clipped samples.
func measure(x []float64, rate int) Measure {
	return Measure{
		DurationSeconds: Value(float64(len(x)) / float64(rate)),
		SampleRateHz:    rate,
		LoudnessLUFS:    Value(dsp.Loudness(x, rate)),
		TruePeakDBTP:    Value(dsp.Decibels(dsp.TruePeak(x))),
		SamplePeakDBFS:  Value(dsp.Decibels(dsp.Peak(x))),
		DCFullScale:     Value(mean(x)),
	}
}

// mean is that of x, and 0 for none.
func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(1, len(x)))
}

// rms is the effective value of x.
func rms(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum / float64(max(1, len(x))))
}

// clipped counts the samples in runs of two and more at the same end of the range, which is largest.
func clipped[F float32 | float64](x []F, largest F) int {
	side := func(v F) int {
		switch {
		case v >= largest:
			return 1
		case v <= -largest:
			return -1
		}
		return 0
	}
	count, run, last := 0, 0, 0
	for _, v := range x {
		now := side(v)
		if now == 0 || now != last {
			run = 0
		}
		if now != 0 {
			run++
		}
		switch {
		case run == 2:
			count += 2
		case run > 2:
			count++
		}
		last = now
	}
	return count
}
