package codec

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"pickup/dsp"
)

// StageSource is the first stage that an Observer sees: the file, mixed to one channel, at its own rate and beyond the
// play time. The others are dsp.Stages: dsp.StageEdges is what is encoded.
const StageSource = "source"

// Observer sees how a file is prepared: first what was decoded, then the stages of each band in order, and then its
// report; the two bands come at the same time, from two goroutines.
type Observer interface {
	// Decoded gets what is in the file, which reaches beyond the play time. a may be read until Decoded returns and must
	// not be written to.
	Decoded(a Audio)
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

// prepared is what became of a file.
type prepared struct {
	samples map[Band][]int16
	notes   []string // about what callers hear
}

// prepare brings the audio of a file, one channel at rate Hz, to the samples of each band, at the same time. Encoding in
// the formats and filling up to whole frames follow in newTrack. mono is used up.
func prepare(ctx context.Context, mono []float64, rate int, opt Options) (prepared, error) {
	paths := opt.paths()
	silent := dsp.Peak(mono) == 0
	signals, err := resample(ctx, mono, rate, paths)
	if err != nil {
		return prepared{}, err
	}
	outcomes, err := process(ctx, signals, paths)
	if err != nil {
		return prepared{}, err
	}
	p := prepared{samples: make(map[Band][]int16), notes: notes(paths, outcomes, silent)}
	for i, o := range outcomes {
		p.samples[paths[i].band] = o.samples
	}
	return p, nil
}

// resample brings mono to the rate of the chain of each band. For a chain that is enabled the offset of mono is taken away
// before: at both ends it would be a step for the filters. resample is done with mono before any chain begins, which need
// the memory.
func resample(ctx context.Context, mono []float64, rate int, paths []path) ([][]float64, error) {
	signals, errs := make([][]float64, len(paths)), make([]error, len(paths))
	for _, p := range paths {
		p.observe(StageSource, mono, rate)
	}
	if slices.ContainsFunc(paths, func(p path) bool { return p.chain.Enabled }) {
		dsp.RemoveOffset(mono, rate)
	}
	var running sync.WaitGroup
	for i, p := range paths {
		running.Go(func() {
			signals[i], errs[i] = dsp.Resample(ctx, mono, rationalRate(rate), p.rate)
		})
	}
	running.Wait()
	return signals, cmp.Or(errs...) // one of them, for errors are one line
}

// outcome is what comes out of a path.
type outcome struct {
	samples  []int16
	loudness float64 // in LUFS
}

// process makes the samples of each band of its signal. It uses the signals up.
func process(ctx context.Context, signals [][]float64, paths []path) ([]outcome, error) {
	outcomes, errs := make([]outcome, len(paths)), make([]error, len(paths))
	var running sync.WaitGroup
	for i, p := range paths {
		running.Go(func() {
			x := signals[i]
			signals[i] = nil
			outcomes[i], errs[i] = p.run(ctx, x)
		})
	}
	running.Wait()
	return outcomes, cmp.Or(errs...)
}

// run brings x, at the rate of the chain, to the samples of the band. What lies beyond the play time goes through all
// stages and is cut off only behind them, so that none of them has its end within what is heard. x is used up.
func (p path) run(ctx context.Context, x []float64) (outcome, error) {
	x, err := p.process(ctx, x)
	if err != nil {
		return outcome{}, err
	}
	x = cut(x, p.out, p.duration)
	dsp.FadeEdges(x, p.out, fadeIn, fadeOut)
	p.observe(dsp.StageEdges, x, p.out)
	return outcome{dsp.Quantise(x), dsp.Loudness(x, p.out)}, nil
}

// processes is false when the chain is left out.
func (p path) processes() bool { return p.chain != (dsp.Chain{}) }

// process sends x through the chain, to the rate of what comes out.
func (p path) process(ctx context.Context, x []float64) ([]float64, error) {
	if !p.processes() {
		p.observe(dsp.StageResample, x, p.rate)
		return dsp.Resample(ctx, x, p.rate, p.out)
	}
	if p.observer == nil {
		x, _, err := p.chain.Process(ctx, x, p.rate, p.out, nil)
		return x, err
	}
	x, report, err := p.chain.Process(ctx, x, p.rate, p.out, func(stage string, y []float64) {
		p.observe(stage, y, p.rateAt(stage))
	})
	if err != nil {
		return nil, err
	}
	p.observer.Report(p.band, report)
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

// rationalRate is a sample rate next to rate whose ratio to those of telephony is one of moderate numbers, which the size
// of the resampling filter depends on: a multiple of 4 below 20 kHz, and of 10 from there on. All the usual rates stay as
// they are. Others are played off by at most 0.05 %, a hundredth of a semitone.
func rationalRate(rate int) int {
	switch {
	case rate%25 == 0: // of the family of 11025 Hz
		return rate
	case rate < 20000:
		return (rate + 2) / 4 * 4
	}
	return (rate + 5) / 10 * 10
}

// cut is x without what lies beyond d, and never empty: a play time below one sample of G.711 keeps one. All bands keep
// the same time, so that their tracks have the same number of frames. x is not longer than maxLength where d is.
func cut(x []float64, rate int, d time.Duration) []float64 {
	keep := max(1, samplesOf(min(d, maxLength), narrowRate)) * (rate / narrowRate)
	return x[:min(len(x), keep)]
}
