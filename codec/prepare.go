package codec

import (
	"errors"
	"slices"
	"sync"
	"time"

	"pickup/dsp"
)

// Band is the width of the sound of a format. The audio of a file is prepared once for each band.
type Band string

// The two bands.
const (
	Narrow Band = "narrow" // up to 4 kHz: G.711
	Wide   Band = "wide"   // up to 8 kHz: G.722
)

// Band is which band the format belongs to.
func (f Format) Band() Band {
	if f.SampleRate == wideRate {
		return Wide
	}
	return Narrow
}

// StageSource is the first stage that an Observer sees: the file, mixed to one channel, at its own rate and beyond the
// play time. The others are dsp.Stages: dsp.StageEdges is what is encoded.
const StageSource = "source"

// Observer sees how a file is prepared. The stages of a band come in order, and then its report; the two bands come at
// the same time, from two goroutines.
type Observer interface {
	// Stage gets the audio of a band behind a stage: samples with full scale at ±1, at rate Hz. x may be read until
	// Stage returns and must not be written to. Before dsp.StageEdges it reaches beyond the play time.
	Stage(band Band, stage string, x []float64, rate int)
	// Report gets what the chain of a band did. It is not called for a chain that is left out.
	Report(band Band, r dsp.Report)
}

// Lengths of the fades at the two ends of a prompt: short enough not to be heard as such, long enough not to click.
const (
	fadeIn  = 5 * time.Millisecond
	fadeOut = 20 * time.Millisecond
)

// path is the way of the audio of a file to the samples of one band.
type path struct {
	band     Band
	chain    dsp.Chain
	rate     int // of the chain, in Hz
	out      int // of the samples that come out, in Hz
	duration time.Duration
	observer Observer
}

// paths are one for each band that the formats need.
func (o Options) paths() []path {
	narrow := path{band: Narrow, chain: o.Chain, rate: narrowRate, out: narrowRate}
	if o.Rate != 0 {
		narrow.rate = o.Rate
	}
	wide := path{band: Wide, chain: o.Wide, rate: wideRate, out: wideRate}
	var needed []path
	for _, p := range []path{narrow, wide} {
		if slices.ContainsFunc(o.Formats, func(f Format) bool { return f.Band() == p.band }) {
			p.duration, p.observer = o.Duration, o.Observer
			needed = append(needed, p)
		}
	}
	return needed
}

// prepare mixes the audio of a file to one channel, once, and brings it to the samples of each band, at the same time.
// Encoding in the formats and filling up to whole frames follow in newTrack.
func prepare(a Audio, opt Options) (map[Band][]int16, error) {
	mono := dsp.Mono(a.Left, a.Right)
	paths := opt.paths()
	results := make([][]int16, len(paths))
	errs := make([]error, len(paths))
	var running sync.WaitGroup
	for i, p := range paths {
		running.Go(func() { results[i], errs[i] = p.run(mono, a.Rate) })
	}
	running.Wait()
	samples := make(map[Band][]int16)
	for i, p := range paths {
		samples[p.band] = results[i]
	}
	return samples, errors.Join(errs...)
}

// run brings x, at rate Hz, to the samples of the band. What lies beyond the play time goes through all stages and
// is cut off only behind them, so that none of them has its end within what is heard.
func (p path) run(x []float64, rate int) ([]int16, error) {
	p.observe(StageSource, x, rate)
	x, err := dsp.Resample(x, handyRate(rate), p.rate)
	if err != nil {
		return nil, err
	}
	if x, err = p.process(x); err != nil {
		return nil, err
	}
	x = cut(x, p.out, p.duration)
	dsp.FadeEdges(x, p.out, fadeIn, fadeOut)
	p.observe(dsp.StageEdges, x, p.out)
	return dsp.Quantise(x), nil
}

// processes is false when the chain is left out.
func (p path) processes() bool { return p.chain != (dsp.Chain{}) }

// process sends x through the chain, to the rate of what comes out.
func (p path) process(x []float64) ([]float64, error) {
	if !p.processes() {
		p.observe(dsp.StageResample, x, p.rate)
		return dsp.Resample(x, p.rate, p.out)
	}
	x, report := p.chain.Process(x, p.rate, p.out, func(stage string, y []float64) {
		p.observe(stage, y, p.rateAt(stage))
	})
	if p.observer != nil {
		p.observer.Report(p.band, report)
	}
	return x, nil
}

// rateAt is the sample rate behind a stage of the chain.
func (p path) rateAt(stage string) int {
	if stage == dsp.StageLoudness {
		return p.out
	}
	return p.rate
}

// observe shows x to the observer, if there is one.
func (p path) observe(stage string, x []float64, rate int) {
	if p.observer != nil {
		p.observer.Stage(p.band, stage, x, rate)
	}
}

// handyRate is a sample rate next to rate whose ratio to those of telephony is one of moderate numbers, which the size of
// the resampling filter depends on: even, and from 20 kHz on a multiple of 10. All the usual rates stay as they are.
// Others are played off by at most 0.025 %, as by a sound card whose clock is not the best.
func handyRate(rate int) int {
	switch {
	case rate%25 == 0: // of the family of 11025 Hz
		return rate
	case rate < 20000:
		return (rate + 1) / 2 * 2
	}
	return (rate + 5) / 10 * 10
}

// cut is x without what lies beyond d, and never empty: a play time below one sample of G.711 keeps one. All bands keep
// the same time, so that their tracks have the same number of frames. x is not longer than maxLength where d is.
func cut(x []float64, rate int, d time.Duration) []float64 {
	keep := max(1, samplesOf(min(d, maxLength), narrowRate)) * (rate / narrowRate)
	return x[:min(len(x), keep)]
}
