package codec

import (
	"fmt"
	"time"

	"pickup/dsp"
)

// Prompt is one piece of audio, encoded in every format that was asked for. It is immutable; any number of calls
// may read it at once.
type Prompt struct {
	source string
	tracks map[string]*Track
	frames int
	notes  []string
}

// newPrompt has the track of each format, all of which have the same number of frames.
func newPrompt(source string, formats []Format, track func(Format) *Track) *Prompt {
	p := &Prompt{source: source, tracks: make(map[string]*Track)}
	for _, f := range formats {
		t := track(f)
		p.tracks[f.Name] = t
		p.frames = t.Frames()
	}
	return p
}

// Track is the prompt in the format of this name ("PCMU", "PCMA", "G722"); false when it was not loaded in that format.
func (p *Prompt) Track(name string) (*Track, bool) {
	t, ok := p.tracks[name]
	return t, ok
}

// Duration is the playing time until the prompt repeats, in whole frames. It is the same for all tracks.
func (p *Prompt) Duration() time.Duration { return time.Duration(p.frames) * FrameDuration }

// Source says where the audio came from: the path of a file, BuiltinSource, MilliwattSource, SilenceSource, or a [Tone] as
// text.
func (p *Prompt) Source() string { return p.source }

// Notes say, each in one line, what is wrong with a file that is played nevertheless: where it is cut off or
// damaged. There are none for a sound file. The slice is shared and must not be written to.
func (p *Prompt) Notes() []string { return p.notes }

// Options says what to make of an audio source.
type Options struct {
	// Duration is the play time. Audio beyond it is dropped and the end faded out; audio shorter than it is
	// kept whole and repeats. It must be more than 0.
	Duration time.Duration
	// Formats to encode in, each once: those of Formats.
	Formats []Format
	// Chain is what the audio of a file goes through for G.711, and Wide for G.722. The zero Chain leaves it as it is.
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

// generated is the play time of audio that is made and not read: no more of it is kept than of a file, and it repeats.
func (o Options) generated() time.Duration { return min(o.Duration, maxLength) }

// wholeFrames is d rounded up to whole frames.
func wholeFrames(d time.Duration) time.Duration {
	return (d + FrameDuration - 1) / FrameDuration * FrameDuration
}
