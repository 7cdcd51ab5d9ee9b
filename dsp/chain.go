package dsp

import (
	"context"
	"fmt"
	"math"
)

// The stages of a prompt in the order of their work. A prompt is brought to the sample rate of the chain before
// it gets there, and its edges are faded (FadeEdges) once it has been cut; the stages between are those of
// Chain.Process.
const (
	StageResample   = "resample"
	StageBandpass   = "bandpass"
	StageLevel      = "level"
	StageExpander   = "expander"
	StagePresence   = "presence"
	StageCompressor = "compressor"
	StageLoudness   = "loudness"
	StageEdges      = "edges"
)

// Stages names all stages in their order, in a new slice.
func Stages() []string {
	return []string{
		StageResample, StageBandpass, StageLevel, StageExpander, StagePresence, StageCompressor, StageLoudness, StageEdges,
	}
}

// Chain makes one channel of audio fit for a telephone: it limits the band, brings it to a working level, lowers the
// noise of pauses, lifts the presence, compresses in three bands, and ends at a loudness below a ceiling.
// It holds settings only and may be used by several goroutines at once.
type Chain struct {
	// Enabled is false for a chain that only sets the level: one gain for all of the signal, to the loudness, and
	// less where the true peak would pass the ceiling.
	Enabled bool

	Bandpass  Bandpass
	Expander  Expander
	Presence  Presence
	Multiband Multiband
	Loudness  float64 // target, in LUFS
	Ceiling   float64 // no sample of the result is above it; an amplitude relative to full scale
}

// Report is what a chain did to a signal. The curves are empty for a chain that is not enabled and where nobody looks on.
type Report struct {
	LevelGain    float64 // gain to the working level, in dB; 0 for a chain that is not enabled
	LoudnessGain float64 // gain to the loudness, before the limiter, in dB
	Expander     Curve
	Compressor   [3]Curve // of the bands, the lowest first, without their makeup gain
	Limiter      Curve
}

// Curve is the reduction of the gain over time.
type Curve struct {
	Rate      int       // samples per second
	Reduction []float64 // in dB, 0 or more and finite
}

// Process sends x, one channel at rate, through the chain and returns the result at the sample rate out, with a report.
// x is used up: it is overwritten, and may be the result. Both rates are in Hz and from MinRate to MaxRate. It is an error
// when Resample does not know a way from one to the other, and when the context ends, which is looked at between the
// stages and between the gains that are tried for the loudness. Where the rates differ, the dynamics work at rate, and the
// loudness and the ceiling hold for the result at out.
//
// After each of its stages, from StageResample (what it was given) to StageLoudness (its result), it calls tap with
// the signal, which is at rate up to StageCompressor and at out then. Only during the call may tap use the slice,
// and only to read it. A stage that is not enabled passes the signal on. tap may be nil; then the report has no curves,
// each of which is as long as the signal.
//
// Samples that are not finite are taken for silence, and a signal that passes full scale by more than 20 dB is
// brought to full scale first: no finite input leads to a result that is not.
func (c Chain) Process(
	ctx context.Context, x []float64, rate, out int, tap func(stage string, y []float64),
) (y []float64, r Report, err error) {
	watched := tap != nil
	if !watched {
		tap = func(string, []float64) {}
	}
	y = x
	sanitise(y)
	tap(StageResample, y)
	if r, err = c.shape(ctx, y, rate, watched, tap); err != nil {
		return nil, Report{}, fmt.Errorf("dsp: chain: %w", err)
	}
	if out != rate {
		if y, err = Resample(ctx, y, rate, out); err != nil {
			return nil, Report{}, fmt.Errorf("dsp: chain: %w", err)
		}
	}
	if c.Enabled {
		gain, reduction, err := Normalise(ctx, y, out, c.Loudness, Limiter{Ceiling: c.Ceiling})
		if err != nil {
			return nil, Report{}, fmt.Errorf("dsp: chain: %w", err)
		}
		r.LoudnessGain = gain
		if watched {
			r.Limiter = Curve{Rate: out, Reduction: reduction}
		}
	} else {
		r.LoudnessGain = c.levelOnly(y, out)
	}
	tap(StageLoudness, y)
	return y, r, nil
}

// shape is the chain from the band-pass to the compressor, in place. It keeps the curves of what is watched. A chain
// that is not enabled passes the signal on.
func (c Chain) shape(
	ctx context.Context, y []float64, rate int, watched bool, tap func(stage string, y []float64),
) (r Report, err error) {
	stages := []struct {
		name  string
		apply func()
	}{
		{StageBandpass, func() { c.Bandpass.Filter(y, rate) }},
		{StageLevel, func() { r.LevelGain = WorkingLevel(y, rate) }},
		{StageExpander, func() {
			if reduction := c.Expander.Apply(y, rate); watched {
				r.Expander = Curve{Rate: rate, Reduction: reduction}
			}
		}},
		{StagePresence, func() { c.Presence.Filter(y, rate) }},
		{StageCompressor, func() {
			if !watched {
				c.Multiband.compress(y, rate, [3][]float64{})
				return
			}
			for i, reduction := range c.Multiband.Apply(y, rate) {
				r.Compressor[i] = Curve{Rate: rate, Reduction: reduction}
			}
		}},
	}
	for _, stage := range stages {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		if c.Enabled {
			stage.apply()
		}
		tap(stage.name, y)
	}
	return r, nil
}

// levelOnly brings y, in place, to the loudness by one gain, and returns the gain in dB: as much as the true peak
// leaves room for below the ceiling.
func (c Chain) levelOnly(y []float64, rate int) (gain float64) {
	peak := TruePeak(y)
	if peak == 0 {
		return 0
	}
	room := Decibels(c.Ceiling / peak)
	if loudness := Loudness(y, rate); !math.IsInf(loudness, 0) {
		gain = c.Loudness - loudness
	}
	gain = min(gain, room)
	scale(y, Gain(gain))
	clamp(y, c.Ceiling) // of what rounding may leave above it
	return gain
}

// maxAmplitude is the highest amplitude that is taken for a signal: 20 dB above full scale, which the working level can
// still undo. Audio in floating point can have any.
const maxAmplitude = 10.0

// sanitise makes x, in place, a signal that every stage can take.
func sanitise(x []float64) {
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			x[i] = 0
		}
	}
	if peak := Peak(x); peak > maxAmplitude {
		for i := range x {
			x[i] /= peak
		}
	}
}
