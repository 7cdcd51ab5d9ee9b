package codec

import (
	"bytes"
	"fmt"
	"time"
)

// syncFrames is the number of headers that must follow one another, each at the end of the frame before it, until
// bytes are taken for MPEG audio: a lone sync word turns up in any large file.
const syncFrames = 3

// frame is one frame of layer III, with its header.
type frame struct {
	header header
	data   []byte // a part of the file, as long as the header says
	gap    bool   // it does not follow the frame before it: bytes are missing or were skipped
	silent bool   // it has lost its sound
}

// stream is an MP3 without all that is not audio.
type stream struct {
	header    header  // of the first frame
	frames    []frame // of audio, from the first on, as many as were asked for
	total     int     // frames of audio in the file
	info      infoTag
	holes     int           // places where bytes between frames were skipped
	firstHole time.Duration // where the first of them is
	cut       bool          // the last frame is not whole
}

// scan walks through an MP3 before it is decoded, because the decoder plays some files wrongly without telling. It
// gives the frames of the first play and a margin, or says why the file cannot be played. It looks at the whole
// file: what can be played does not depend on the play time.
func scan(data []byte, play time.Duration) (*stream, error) {
	data = withoutTrailingTags(data)
	at := leadingTags(data)
	padding := len(data[at:]) - len(bytes.TrimLeft(data[at:], "\x00"))
	if !consecutive(data[at+padding:]) {
		at = 0 // a tag with a wrong size, or something else behind it: search for frames everywhere
	}
	n := synchronise(data[at:])
	if n < 0 {
		return nil, notMPEG(data)
	}
	first, _ := parseHeader(data[at+n:])
	if err := first.playable(); err != nil {
		return nil, err
	}
	s := &stream{header: first}
	return s, s.walk(data[at+n:], play)
}

// walk collects the frames of data, which begins with one.
func (s *stream) walk(data []byte, play time.Duration) error {
	gap := true // nothing is known before the first frame
	for at := 0; at < len(data); {
		h, ok := parseHeader(data[at:])
		if !ok || !h.like(s.header) || h.size == 0 {
			n, hole := skip(data[at:])
			if n < 0 {
				return nil // what is left at the end has no frames
			}
			at += n
			if hole {
				gap = true
				if err := s.hole(data[at:]); err != nil {
					return err
				}
			}
			continue
		}
		if at+h.size > len(data) {
			s.cut = true
			return nil
		}
		if err := s.add(frame{header: h, data: data[at : at+h.size], gap: gap}, play); err != nil {
			return err
		}
		gap = false
		at += h.size
	}
	return nil
}

// skip is the distance to the next frames or tag in data, which does not begin with a frame, and whether they lie
// behind something else than a tag; -1 when there are none.
func skip(data []byte) (n int, hole bool) {
	n = min(leadingTag(data), len(data))
	if n > 0 && (consecutive(data[n:]) || leadingTag(data[n:]) > 0) {
		return n, false
	}
	return synchronise(data), true
}

// hole takes note that bytes were skipped up to data, where frames go on; an error when these are of another kind.
func (s *stream) hole(data []byte) error {
	h, _ := parseHeader(data)
	at := position(s.total*s.header.samples(), s.header.rate)
	if !h.like(s.header) {
		return fmt.Errorf("changes from %v to %v after %v, where the decoder would play on at the wrong speed; %s",
			s.header, h, at, convert)
	}
	if s.holes == 0 {
		s.firstHole = at
	}
	s.holes++
	return nil
}

// add takes a frame. The first one may be a tag, and what comes after the play time is counted only.
func (s *stream) add(f frame, play time.Duration) error {
	if s.total == 0 && s.info == (infoTag{}) {
		if tag, ok := parseInfoTag(f); ok {
			s.info = tag
			return nil
		}
	}
	if f.header.intensity && (f.header.midSide || f.header.version != mpeg1) {
		return fmt.Errorf("uses intensity stereo in a way that the decoder plays wrongly (%v); %s", f.header, convert)
	}
	if s.total*f.header.samples() < s.start()+samplesOf(min(play, maxLength)+margin, f.header.rate) {
		if len(s.frames) == 0 {
			f.gap = true // a tag in front of it holds no audio
		}
		s.frames = append(s.frames, f)
	}
	s.total++
	return nil
}

// start is the number of samples in front that the encoder and the decoder have added. Without the extension of
// LAME it is not known: then all is kept, a few hundredths of a second of silence.
func (s *stream) start() int {
	if !s.info.trimmed {
		return 0
	}
	return s.info.delay + decoderDelay
}

// end is the number of samples before the padding at the end. In a file that is not as long as its tag says, the
// padding is not where it should be, or not there at all.
func (s *stream) end() int {
	if s.info.frames == s.total {
		return s.claimed()
	}
	return s.total * s.header.samples()
}

// claimed is what end would be by the tag alone.
func (s *stream) claimed() int {
	return s.info.frames*s.header.samples() - max(0, s.info.padding-decoderDelay)
}

// synchronise is the distance to the first of syncFrames consecutive frames in data, -1 if there are none.
func synchronise(data []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(data[at:], 0xFF)
		if i < 0 {
			return -1
		}
		at += i
		if consecutive(data[at:]) {
			return at
		}
	}
}

// consecutive tells whether data begins with syncFrames frames of the same kind.
func consecutive(data []byte) bool {
	first, ok := parseHeader(data)
	if !ok {
		return false
	}
	h := first
	for range syncFrames - 1 {
		if h.size == 0 || h.size > len(data) {
			return false
		}
		data = data[h.size:]
		if h, ok = parseHeader(data); !ok || !h.like(first) {
			return false
		}
	}
	return h.size > 0
}
