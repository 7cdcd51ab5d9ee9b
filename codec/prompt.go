package codec

import (
	"fmt"
	"time"
)

// Prompt is one piece of audio, encoded in every format that was asked for. It is immutable; any number of calls
// may read it at once.
type Prompt struct {
	source string
	tracks map[string]*Track
	frames int
	notes  []string
}

// newPrompt encodes samples at telephoneRate in each format.
func newPrompt(source string, samples []int16, notes []string, formats []Format) *Prompt {
	p := &Prompt{source: source, tracks: make(map[string]*Track), notes: notes}
	for _, f := range formats {
		t := newTrack(f, samples)
		p.tracks[f.Name] = t
		p.frames = t.Frames()
	}
	return p
}

// Track is the prompt in the format of this name ("PCMU", "PCMA"); false when it was not loaded in that format.
func (p *Prompt) Track(name string) (*Track, bool) {
	t, ok := p.tracks[name]
	return t, ok
}

// Duration is the playing time until the prompt repeats, in whole frames.
func (p *Prompt) Duration() time.Duration { return time.Duration(p.frames) * FrameDuration }

// Source says where the audio came from: the path of a file, or BuiltinSource.
func (p *Prompt) Source() string { return p.source }

// Notes say, each in one line, what is wrong with a file that is played nevertheless: where it is cut off or
// damaged. There are none for a sound file. The slice is shared and must not be written to.
func (p *Prompt) Notes() []string { return p.notes }

// Options says what to make of an audio file.
type Options struct {
	// Duration is the play time. Audio beyond it is dropped and the end faded out; audio shorter than it is
	// kept whole and repeats. It must be more than 0.
	Duration time.Duration
	// Formats to encode in, each once: PCMU, PCMA.
	Formats []Format
}

// check is an error unless the options can be obeyed.
func (o Options) check() error {
	if o.Duration <= 0 {
		return fmt.Errorf("play time %v: it must be more than 0", o.Duration)
	}
	return checkFormats(o.Formats)
}
