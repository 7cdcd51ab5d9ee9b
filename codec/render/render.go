package render

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pickup/codec"
	"pickup/dsp"
)

// Load prepares audio with the options that it is given; they have an Observer that has to stay in them. The functions
// of package codec whose names begin with Load are such functions once their source is chosen.
type Load func(context.Context, codec.Options) (*codec.Prompt, error)

// Options says what to render.
type Options struct {
	// Audio is how calls get their audio. Its Formats and Observer are not used.
	Audio codec.Options
	// Format is the format of the call.
	Format codec.Format
	// Stage, unless empty, is the stage whose signal is kept: one of Stages.
	Stage string
	// Plot keeps the signals that a picture needs.
	Plot bool
	// Progress is told how many of all steps are done, unless it is nil.
	Progress func(done, all int)
}

// Result is what came out.
type Result struct {
	// Heard is what a caller hears of one pass of the prompt, at the SampleRate of the format.
	Heard []int16
	// Payload is the same as it is sent, without RTP headers.
	Payload []byte
	// Stage is the signal behind the stage that was asked for, of the play time at most.
	Stage Signal
	// Before is the source, mixed to one channel, of the play time at most; empty without Options.Plot and for generated
	// audio.
	Before Signal
	// After is Heard as a Signal; empty without Options.Plot.
	After Signal
	// Chain is what the chain did over time, and the zero Report where there was none.
	Chain dsp.Report
	// Report has the numbers.
	Report Report
}

// Stages are the names of all stages in order: codec.StageSource and dsp.Stages.
func Stages() []string { return append([]string{codec.StageSource}, dsp.Stages()...) }

// CheckStage is an error that lists the stages unless there is one of this name.
func CheckStage(name string) error {
	if !slices.Contains(Stages(), name) {
		return fmt.Errorf("unknown stage %q: allowed are %s", name, strings.Join(Stages(), ", "))
	}
	return nil
}

// Render prepares the audio of load in one format. Errors are those of load, among them that the context ended, and of a
// stage that there is not.
func Render(ctx context.Context, load Load, opt Options) (*Result, error) {
	if opt.Stage != "" {
		if err := CheckStage(opt.Stage); err != nil {
			return nil, err
		}
	}
	w := &watch{opt: opt, steps: len(Stages()) + 2}
	audio := opt.Audio
	audio.Formats = []codec.Format{opt.Format}
	audio.Observer = w
	prompt, err := load(ctx, audio)
	if err != nil {
		return nil, err
	}
	track, ok := prompt.Track(opt.Format.Name)
	if !ok {
		return nil, fmt.Errorf("render: %s: not prepared in %s", prompt.Source(), opt.Format.Name)
	}
	if opt.Stage != "" && w.stage.Samples == nil {
		return nil, fmt.Errorf("%s is generated: no stage of it can be written", prompt.Source())
	}
	r := &Result{Payload: payload(track), Before: w.source, Stage: w.stage, Chain: w.chain}
	r.Heard = opt.Format.Decode(r.Payload)
	w.step()
	heard := Signal{dsp.Samples(r.Heard), opt.Format.SampleRate}
	if opt.Plot {
		r.After = heard
	}
	after := measure(heard.Samples, heard.Rate)
	after.ClippedSamples = clipped(heard.Samples, largestSample(opt.Format))
	chain, err := w.report(ctx, heard)
	if err != nil {
		return nil, fmt.Errorf("render: %s: %w", prompt.Source(), err)
	}
	r.Report = Report{
		Source: prompt.Source(),
		Codec:  opt.Format.Name,
		Before: w.before,
		After:  after,
		Chain:  chain,
		Notes:  append([]string{}, prompt.Notes()...),
	}
	w.step()
	return r, nil
}

// payload is one pass of the track.
func payload(track *codec.Track) []byte {
	var b []byte
	for n := range track.Frames() {
		b = append(b, track.Frame(n)...)
	}
	return b
}

// fullScale16 is the largest sample of 16 bits.
const fullScale16 = float64(1<<15-1) / (1 << 15)

// largestSample is the largest sample that the format can decode to, relative to full scale of 16 bits.
func largestSample(f codec.Format) float64 {
	switch f {
	case codec.PCMU:
		return float64(codec.DecodeMuLaw(0x80)) / (1 << 15)
	case codec.PCMA:
		return float64(codec.DecodeALaw(0xAA)) / (1 << 15)
	}
	return fullScale16
}

// watch sees one band go through its stages. It is a codec.Observer. As all stages of a band come from one goroutine
// and before load returns, it needs no lock.
type watch struct {
	opt         Options
	steps, done int

	clipped  int // samples of the source
	before   *Measure
	source   Signal
	resample Signal // at the rate of the chain
	stage    Signal
	chain    dsp.Report
	chained  bool
}

// Decoded implements codec.Observer.
func (w *watch) Decoded(a codec.Audio) {
	// A source may be loaded a second time, for example when a download was not accepted.
	*w = watch{opt: w.opt, steps: w.steps}
	channel := func(x []float32) int { return clipped(played(x, a.Rate, w.opt.Audio.Duration), a.Largest) }
	w.clipped = channel(a.Left)
	if len(a.Left) > 0 && &a.Left[0] != &a.Right[0] { // which are one slice for a file with one channel
		w.clipped += channel(a.Right)
	}
}

// Stage implements codec.Observer.
func (w *watch) Stage(_ codec.Band, stage string, x []float64, rate int) {
	x = played(x, rate, w.opt.Audio.Duration)
	switch stage {
	case codec.StageSource:
		before := measure(x, rate)
		before.ClippedSamples = w.clipped
		w.before = &before
		if w.opt.Plot {
			w.source = Signal{slices.Clone(x), rate}
		}
	case dsp.StageResample:
		w.resample = Signal{slices.Clone(x), rate}
	}
	if stage == w.opt.Stage {
		w.stage = Signal{slices.Clone(x), rate}
	}
	w.step()
}

// Report implements codec.Observer.
func (w *watch) Report(_ codec.Band, r dsp.Report) {
	for _, curve := range []*dsp.Curve{&r.Expander, &r.Compressor[0], &r.Compressor[1], &r.Compressor[2], &r.Limiter} {
		curve.Reduction = played(curve.Reduction, curve.Rate, w.opt.Audio.Duration)
	}
	w.chain, w.chained = r, true
}

// step tells that one more step is done.
func (w *watch) step() {
	w.done++
	if w.opt.Progress != nil {
		w.opt.Progress(min(w.done, w.steps), w.steps)
	}
}
