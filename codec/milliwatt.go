package codec

import (
	"bytes"
	"context"
	"fmt"

	"pickup/dsp"
)

// MilliwattSource is the Source of the digital milliwatt.
const MilliwattSource = "milliwatt"

// milliwatts are the periods of the sine of 1 kHz "at a nominal level of 0 dBm0" (ITU-T G.711, tables 5 and 6), as they
// are sent.
var milliwatts = map[Format][]byte{
	PCMA: {0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4},
	PCMU: {0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E},
}

// LoadMilliwatt makes a prompt of the digital milliwatt, for measurements of level: the codes that ITU-T G.711 defines, and
// in G.722 a sine of the same frequency and level. It fills the play time of opt, at most 10 minutes of it, and repeats
// without a seam (in G.722 once).
func LoadMilliwatt(ctx context.Context, opt Options) (*Prompt, error) {
	if err := opt.check(); err != nil {
		return nil, fmt.Errorf("codec: %s: %w", MilliwattSource, err)
	}
	length := wholeFrames(opt.generated())
	return newPrompt(ctx, MilliwattSource, opt.Formats, func(f Format) *Track {
		period := milliwatts[f]
		if period == nil {
			sine := sines([]int{10 * 1000}, dBm0(0), samplesOf(length, f.SampleRate), f.SampleRate)
			return newTrack(f, dsp.Quantise(sine))
		}
		payload := bytes.Repeat(period, samplesOf(length, f.SampleRate)/len(period))
		return &Track{format: f, payload: payload, silence: silentFrame(f)}
	})
}
