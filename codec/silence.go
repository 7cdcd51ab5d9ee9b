package codec

import (
	"bytes"
	"context"
	"fmt"
)

// SilenceSource is the Source of silence.
const SilenceSource = "silence"

// LoadSilence makes a prompt of silence. It fills the play time of opt, at most 10 minutes of it, and repeats.
func LoadSilence(ctx context.Context, opt Options) (*Prompt, error) {
	if err := opt.check(); err != nil {
		return nil, fmt.Errorf("codec: %s: %w", SilenceSource, err)
	}
	n := int(wholeFrames(opt.generated()) / FrameDuration)
	return newPrompt(ctx, SilenceSource, opt.Formats, func(f Format) *Track {
		silence := silentFrame(f)
		return &Track{format: f, payload: bytes.Repeat(silence, n), silence: silence}
	})
}

// silenceCodes are those of zero, or with the A-law of the smallest value. In G.722 it is the code that is a difference of
// zero for the predictors of both sub-bands, which leak towards it.
var silenceCodes = map[Format]byte{PCMU: 0xFF, PCMA: 0xD5, G722: 0xFD}

// silentFrame is a frame of silence that may be repeated.
func silentFrame(f Format) frames { return bytes.Repeat([]byte{silenceCodes[f]}, frameBytes) }
