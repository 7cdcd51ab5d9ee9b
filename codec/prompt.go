package codec

import (
	"context"
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

// newPrompt has the track of each format, all of which have the same number of frames. It is an error when the context
// ends before they are made.
func newPrompt(ctx context.Context, source string, formats []Format, track func(Format) *Track) (*Prompt, error) {
	p := &Prompt{source: source, tracks: make(map[string]*Track)}
	for _, f := range formats {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("encode: %w", err)
		}
		t := track(f)
		p.tracks[f.Name] = t
		p.frames = t.Frames()
	}
	return p, nil
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
// damaged, that callers hear nothing of it, or at another loudness than they should. There are none for a sound file. The slice is shared and must not be written to.
func (p *Prompt) Notes() []string { return p.notes }
