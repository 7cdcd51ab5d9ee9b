package codec

import (
	"fmt"
	"time"

	"pickup/dsp"
)

// Options says what to make of an audio source.
type Options struct {
	// Duration is the play time. Audio beyond it is dropped and the end faded out; audio shorter than it is
	// kept whole and repeats. It must be more than 0.
	Duration time.Duration
	// Formats to encode in, each once: those of Formats.
	Formats []Format
	// Chain is what the audio of a file goes through for G.711, and Wide for G.722. A chain that is not Enabled still sets
	// the level. The zero Chain leaves even that as it is: what comes out can then be compared with the file.
	Chain, Wide dsp.Chain
	// Rate is the sample rate in Hz at which Chain works: 8000 or 16000, and 8000 if it is 0. Wide works at 16000 Hz.
	Rate int
	// Observer sees the audio of a file at each stage, unless it is nil.
	Observer Observer
}

// check is an error unless the options can be obeyed.
func (o Options) check() error {
	if o.Duration <= 0 {
		return fmt.Errorf("play time %v: it must be more than 0", o.Duration)
	}
	if o.Rate != 0 && o.Rate != narrowRate && o.Rate != wideRate {
		return fmt.Errorf("rate %d Hz: allowed are %d and %d", o.Rate, narrowRate, wideRate)
	}
	if err := checkFormats(o.Formats); err != nil {
		return err
	}
	for _, p := range o.paths() {
		if err := p.chain.Check(p.rate); err != nil && p.processes() {
			return fmt.Errorf("%s band: %w", p.band, err)
		}
	}
	return nil
}

// generated is the play time of generated audio: no more of it is kept than of a file, and it repeats.
func (o Options) generated() time.Duration { return min(o.Duration, maxLength) }

// wholeFrames is d rounded up to whole frames.
func wholeFrames(d time.Duration) time.Duration {
	return (d + FrameDuration - 1) / FrameDuration * FrameDuration
}
