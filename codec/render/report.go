package render

import (
	"context"
	"slices"

	"pickup/codec"
	"pickup/dsp"
)

// Report has the numbers of a rendering. As JSON its names carry their units, and null stands for what does not exist.
type Report struct {
	Source string `json:"source"`
	Codec  string `json:"codec"`
	// Before is the source, mixed to one channel and no longer than the play time; nil for generated audio.
	Before *Measure `json:"before"`
	// After is what a caller hears.
	After Measure `json:"after"`
	// Chain is nil when there was no chain.
	Chain *ChainReport `json:"chain"`
	// Notes say what is wrong with a source that is played nevertheless.
	Notes []string `json:"notes"`
}

// ChainReport is what the chain did.
type ChainReport struct {
	// Enabled is false for a chain that only set the level; then Expander, Bands and Limiter did nothing.
	Enabled bool `json:"enabled"`
	// SampleRateHz is that at which it worked.
	SampleRateHz int `json:"sample_rate_hz"`
	// LevelGainDB is the gain to the working level.
	LevelGainDB Value `json:"level_gain_db"`
	// LoudnessGainDB is the gain to the loudness, before the limiter.
	LoudnessGainDB Value `json:"loudness_gain_db"`
	// ExpanderClosedShare is in which part of the time the expander is nearer to its floor than to 1.
	ExpanderClosedShare Value `json:"expander_closed_share"`
	// Bands are those of the compressor, the lowest first, without those above half the sample rate of what is heard.
	Bands []CompressorBand `json:"bands"`
	// Limiter is by how much the limiter reduced the gain.
	Limiter Reduction `json:"limiter"`
}

// CompressorBand is a band of the compressor.
type CompressorBand struct {
	// FromHz and ToHz are its edges; the first band begins at 0, the last one ends at half the lower sample rate.
	FromHz Value `json:"from_hz"`
	ToHz   Value `json:"to_hz"`
	// BeforeDBFS and AfterDBFS are the effective levels in the band; a full-scale sine has -3 dBFS, as in LUFS.
	BeforeDBFS Value `json:"before_dbfs"`
	AfterDBFS  Value `json:"after_dbfs"`
	Reduction
}

// Reduction is by how much a gain was reduced over the play time.
type Reduction struct {
	MeanDB Value `json:"reduction_mean_db"`
	MaxDB  Value `json:"reduction_max_db"`
}

// report is what the chain did to the signal that a caller hears.
func (w *watch) report(ctx context.Context, heard Signal) (*ChainReport, error) {
	if !w.chained {
		return nil, nil
	}
	chain := w.opt.Audio.Chain
	if w.opt.Format.Band() == codec.Wide {
		chain = w.opt.Audio.Wide
	}
	bands, err := w.bands(ctx, chain.Multiband.Crossover, heard)
	if err != nil {
		return nil, err
	}
	return &ChainReport{
		Enabled:             chain.Enabled,
		SampleRateHz:        w.resample.Rate,
		LevelGainDB:         Value(w.chain.LevelGain),
		LoudnessGainDB:      Value(w.chain.LoudnessGain),
		ExpanderClosedShare: Value(closedShare(w.chain.Expander.Reduction, chain.Expander.Floor)),
		Bands:               bands,
		Limiter:             reduction(w.chain.Limiter),
	}, nil
}

// bands is what the compressor did in each band that can be heard.
func (w *watch) bands(ctx context.Context, crossover dsp.Crossover, heard Signal) ([]CompressorBand, error) {
	before, err := w.resample.within(ctx, heard.Rate)
	if err != nil {
		return nil, err
	}
	// The crossover has the rate of the chain: half the rate of what is heard may be below its edges.
	after, err := dsp.Resample(ctx, heard.Samples, heard.Rate, w.resample.Rate)
	if err != nil {
		return nil, err
	}
	levelsBefore := levels(crossover, before)
	levelsAfter := levels(crossover, Signal{after, w.resample.Rate})
	nyquist := float64(min(w.resample.Rate, heard.Rate)) / 2
	edges := [...]float64{0, crossover.Low, crossover.High, nyquist}
	var bands []CompressorBand
	for i := range levelsAfter {
		if edges[i] >= nyquist {
			break
		}
		bands = append(bands, CompressorBand{
			FromHz:     Value(edges[i]),
			ToHz:       Value(min(edges[i+1], nyquist)),
			BeforeDBFS: levelsBefore[i],
			AfterDBFS:  levelsAfter[i],
			Reduction:  reduction(w.chain.Compressor[i]),
		})
	}
	return bands, nil
}

// within is the signal without what lies above half of another sample rate.
func (s Signal) within(ctx context.Context, rate int) (Signal, error) {
	if rate >= s.Rate {
		return s, nil
	}
	narrow, err := dsp.Resample(ctx, s.Samples, s.Rate, rate)
	if err != nil {
		return Signal{}, err
	}
	s.Samples, err = dsp.Resample(ctx, narrow, rate, s.Rate)
	return s, err
}

// levels are the effective levels of the signal in the bands of a crossover.
func levels(crossover dsp.Crossover, s Signal) (l [3]Value) {
	low, mid, high := crossover.Split(s.Samples, s.Rate)
	for i, band := range [...][]float64{low, mid, high} {
		l[i] = Value(dsp.Decibels(rms(band)))
	}
	return l
}

// reduction sums a curve up; one without values reduced nothing.
func reduction(c dsp.Curve) Reduction {
	if len(c.Reduction) == 0 {
		return Reduction{}
	}
	return Reduction{MeanDB: Value(mean(c.Reduction)), MaxDB: Value(slices.Max(c.Reduction))}
}

// closedShare is the part of the samples whose gain is nearer to the floor than to 1.
func closedShare(decibels []float64, floor float64) float64 {
	if len(decibels) == 0 || floor >= 1 {
		return 0
	}
	middle := -dsp.Decibels((1 + floor) / 2)
	closed := 0
	for _, v := range decibels {
		if v > middle {
			closed++
		}
	}
	return float64(closed) / float64(len(decibels))
}
