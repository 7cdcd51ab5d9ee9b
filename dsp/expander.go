package dsp

import (
	"math"
	"time"
)

// The timing of the expander. The look-ahead is longer than the opening, so that a sound that begins clearly above
// the threshold finds the expander open; the hold outlasts the pauses inside words.
const (
	expanderAverage = 10 * time.Millisecond  // time constant of the mean square
	expanderAhead   = 5 * time.Millisecond   // how far the detector looks into the future
	expanderHold    = 200 * time.Millisecond // how long it stays open below the lower threshold
	expanderOpen    = 2 * time.Millisecond   // from the floor to 1
	expanderClose   = 100 * time.Millisecond // from 1 to the floor
)

// Expander lowers the noise of pauses: a downward expander that follows the envelope and never the single sample.
//
// Its detector is the mean square over 10 ms of what comes up to 5 ms later, as the amplitude of the sine that has
// it. It opens, within 2 ms, when this level reaches Threshold, and closes, within 100 ms, when the level has been
// below half of Threshold (6 dB lower) for 200 ms. Between its two gains it moves along a raised cosine, without a
// step.
//
// Threshold is an amplitude relative to full scale; 0 is off. Floor is the gain when closed, 0 to 1; 1 is off.
type Expander struct{ Threshold, Floor float64 }

// Apply changes x in place, closed at first, and returns by how many dB, 0 or more, every sample was reduced. Where that
// is 0 the sample is untouched. rate is the sample rate in Hz.
func (e Expander) Apply(x []float64, rate int) (reduction []float64) {
	gain := e.follow(x, rate)
	toReduction(gain)
	return gain
}

// follow changes x in place and returns the gain of every sample, from Floor to 1.
func (e Expander) follow(x []float64, rate int) (gain []float64) {
	gain = make([]float64, len(x))
	if e.Threshold <= 0 || e.Floor >= 1 {
		for i := range gain {
			gain[i] = 1
		}
		return gain
	}
	g := newGate(e.Threshold, rate)
	ahead := int(samplesIn(expanderAhead, rate))
	for i := -ahead; i < len(x); i++ {
		v := 0.0
		if i+ahead < len(x) {
			v = x[i+ahead]
		}
		openness := g.next(v)
		if i >= 0 {
			gain[i] = e.gain(openness)
			x[i] *= gain[i]
		}
	}
	return gain
}

// gain is the gain for an openness from 0 to 1.
func (e Expander) gain(openness float64) float64 {
	if openness == 1 {
		return 1
	}
	s := math.Sin(math.Pi / 2 * openness)
	return e.Floor + float64((1-e.Floor)*s*s)
}

// gate decides, sample by sample, whether the expander is open.
type gate struct {
	upper, lower     float64 // thresholds of the mean square, to open and to stay open
	keep             float64 // of the mean square, per sample
	hold             float64 // samples
	opening, closing float64 // steps of openness per sample

	meanSquare float64
	open       bool
	quiet      float64 // samples since the level was last above the lower threshold
	openness   float64
}

func newGate(threshold float64, rate int) *gate {
	power := threshold * threshold / 2 // the mean square of a sine of this amplitude
	return &gate{
		upper:   power,
		lower:   power / 4,
		keep:    retention(expanderAverage, rate),
		hold:    samplesIn(expanderHold, rate),
		opening: 1 / samplesIn(expanderOpen, rate),
		closing: 1 / samplesIn(expanderClose, rate),
	}
}

// next takes a sample and returns the openness, from 0 to 1.
func (g *gate) next(v float64) float64 {
	g.meanSquare = float64(g.keep*g.meanSquare) + float64((1-g.keep)*v*v)
	if g.meanSquare < negligible {
		g.meanSquare = 0
	}
	switch {
	case g.meanSquare >= g.upper:
		g.open, g.quiet = true, 0
	case g.meanSquare >= g.lower:
		g.quiet = 0
	default:
		g.quiet++
		g.open = g.open && g.quiet < g.hold
	}
	if g.open {
		g.openness = min(1, g.openness+g.opening)
	} else {
		g.openness = max(0, g.openness-g.closing)
	}
	return g.openness
}
