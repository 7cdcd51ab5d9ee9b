package codec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/hajimehoshi/go-mp3"
)

// decodeMP3 decodes the MPEG audio in data, from the sample on that went into the encoder, if that is known.
func decodeMP3(ctx context.Context, data []byte, play time.Duration) (Audio, error) {
	s, err := scan(data, play)
	if err != nil {
		return Audio{}, err
	}
	frames, err := repairFrames(s.frames)
	if err != nil {
		return Audio{}, err
	}
	d := newDecoding(frames)
	for d.feeder.next < len(frames) {
		err := d.run(ctx)
		if ctx.Err() != nil {
			return Audio{}, fmt.Errorf("decode: %w", ctx.Err())
		}
		if err != nil {
			d.failed++
			d.feeder.fail()
		}
		// A frame that cannot be decoded is silent.
		whole := d.feeder.next * s.header.samples()
		d.left = append(d.left, make([]float32, whole-len(d.left))...)
		if !d.mono {
			d.right = append(d.right, make([]float32, whole-len(d.right))...)
		}
	}
	if lost := d.lost(); 2*lost > len(frames) {
		return Audio{}, fmt.Errorf("damaged MP3: %d of %d frames cannot be decoded; %s", lost, len(frames), convert)
	}
	to := max(0, min(len(d.left), s.end()))
	from := min(s.start(), to)
	if d.mono {
		d.right = d.left
	}
	return Audio{
		Left: d.left[from:to], Right: d.right[from:to], Rate: s.header.rate,
		Largest: float32(largest16), Notes: s.notes(d.lost()),
	}, nil
}

// decoding is what has come out of the decoder so far.
type decoding struct {
	feeder      feeder
	failed      int       // frames on which the decoder gave up
	mono        bool      // no frame has two channels; then right stays empty
	left, right []float32 // full scale ±1
}

// newDecoding has room for all of the frames.
func newDecoding(frames []frame) *decoding {
	d := &decoding{
		feeder: feeder{frames: frames},
		mono:   !slices.ContainsFunc(frames, func(f frame) bool { return !f.header.mono }),
	}
	samples := 0
	for _, f := range frames {
		samples += f.header.samples()
	}
	d.left = make([]float32, 0, samples)
	if !d.mono {
		d.right = make([]float32, 0, samples)
	}
	return d
}

// run decodes until the frames are at an end, one of them is refused or the context ends. The decoder panics on some damaged
// frames: that is an error like any other.
func (d *decoding) run(ctx context.Context) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("decoder: %v", fault)
		}
	}()
	// A plain reader: given a seeker, the decoder would first walk through the whole file for its length.
	decoder, err := mp3.NewDecoder(struct{ io.Reader }{&d.feeder})
	if err != nil {
		return err
	}
	// Of four bytes a sample: 16 bits, little endian, left and right, whether there are two channels or one.
	pcm := make([]byte, 4*d.feeder.frames[0].header.samples())
	for ctx.Err() == nil {
		n, err := io.ReadFull(decoder, pcm)
		for i := 0; i+4 <= n; i += 4 {
			d.left = append(d.left, float32(sample16(pcm[i:])))
			if !d.mono {
				d.right = append(d.right, float32(sample16(pcm[i+2:])))
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// lost is the number of frames without their sound.
func (d *decoding) lost() int { return d.feeder.next - d.feeder.whole + d.failed }

// notes says what is wrong with a file that can be played: with so many of its frames silent.
func (s *stream) notes(lost int) []string {
	var notes []string
	length := func(samples int) time.Duration { return position(samples, s.header.rate) }
	switch {
	case s.holes == 1:
		notes = append(notes, fmt.Sprintf("damaged: what is no audio was skipped after %v", s.firstHole))
	case s.holes > 1:
		notes = append(notes, fmt.Sprintf("damaged: what is no audio was skipped in %d places, first after %v", s.holes, s.firstHole))
	}
	if lost > 0 {
		notes = append(notes, fmt.Sprintf("damaged: %v in all cannot be decoded and are silent", length(lost*s.header.samples())))
	}
	switch missing := s.info.frames > s.total && s.holes == 0; {
	case missing:
		notes = append(notes, fmt.Sprintf("truncated after %v of %v", length(s.end()-s.start()), length(s.claimed()-s.start())))
	case s.cut:
		notes = append(notes, fmt.Sprintf("truncated after %v", length(s.end()-s.start())))
	}
	return notes
}
