package dsp

import (
	"math"
	"time"
)

// The limits of what a compressor's settings can do.
const (
	maxMakeup    = 1.2   // +1.6 dB
	minThreshold = 1e-10 // -200 dBFS: keeps the logarithm of a product of two tiny settings finite
	noReduction  = 1e-9  // dB; a reduction that has decayed to less, 1e-10 of the amplitude, is over
)

// Compressor makes what is above its threshold quieter, by a ratio of levels, and all by a constant gain louder.
//
// The threshold is TargetLevel·ThresholdFactor. Over a range of KneeWidth above it the slope of the static curve goes
// from 1 to 1/Ratio; the makeup gain is 1/ThresholdFactor, at most 1.2. The reduction follows the static curve of
// each sample through a smooth, decoupled peak detector in the log domain with the time constants Attack and Release
// (D. Giannoulis, M. Massberg, J. D. Reiss, Digital dynamic range compressor design: a tutorial and analysis,
// J. Audio Eng. Soc. 60, 2012; the knee is that of the paper, moved up so that it begins at the threshold).
//
// The levels are amplitudes relative to full scale: TargetLevel and ThresholdFactor are above 0 and up to 1, KneeWidth
// is 0 (a hard knee) to 1. Ratio is 1 or more. A compressor that is not Enabled does nothing at all.
type Compressor struct {
	Enabled         bool
	TargetLevel     float64
	ThresholdFactor float64
	Ratio           float64
	KneeWidth       float64
	Attack          time.Duration
	Release         time.Duration
}

// Apply changes x in place, from rest, and returns by how many dB, 0 or more, every sample was reduced; the makeup
// gain is not in that figure. rate is the sample rate in Hz.
func (c Compressor) Apply(x []float64, rate int) (reduction []float64) {
	reduction = make([]float64, len(x))
	c.compress(x, rate, reduction)
	return reduction
}

// compress is Apply, and keeps the reduction only where that is not nil.
func (c Compressor) compress(x []float64, rate int, reduction []float64) {
	if !c.Enabled {
		return
	}
	curve, makeup := c.curve(), c.makeup()
	attack, release := retention(c.Attack, rate), retention(c.Release, rate)
	var held, smooth float64
	for i, v := range x {
		g := curve.ofAmplitude(math.Abs(v))
		held = max(g, float64(release*held)+float64((1-release)*g))
		smooth = float64(attack*smooth) + float64((1-attack)*held)
		if held < noReduction {
			held = 0
			if smooth < noReduction {
				smooth = 0
			}
		}
		if reduction != nil {
			reduction[i] = smooth
		}
		x[i] = v * makeup * Gain(-smooth)
	}
}

func (c Compressor) makeup() float64 { return min(1/c.ThresholdFactor, maxMakeup) }

// staticCurve is the reduction of a steady level. It is continuous and rises with the level by less than 1 dB per dB, so
// that a louder input is never quieter at the output.
type staticCurve struct {
	amplitude float64 // the threshold as an amplitude
	threshold float64 // the threshold in dBFS
	knee      float64 // width of the knee above the threshold, in dB
	slope     float64 // dB of reduction per dB above the knee
}

func (c Compressor) curve() staticCurve {
	amplitude := max(c.TargetLevel*c.ThresholdFactor, minThreshold)
	return staticCurve{
		amplitude: amplitude,
		threshold: Decibels(amplitude),
		knee:      Decibels(1 + c.KneeWidth/amplitude),
		slope:     1 - 1/c.Ratio,
	}
}

// ofAmplitude spares samples below the threshold the logarithm.
func (s staticCurve) ofAmplitude(a float64) float64 {
	if a <= s.amplitude {
		return 0
	}
	return s.ofLevel(Decibels(a))
}

func (s staticCurve) ofLevel(dB float64) float64 {
	switch over := dB - s.threshold; {
	case over <= 0:
		return 0
	case over < s.knee:
		return s.slope * over * over / (2 * s.knee)
	default:
		return s.slope * (over - float64(s.knee/2))
	}
}
