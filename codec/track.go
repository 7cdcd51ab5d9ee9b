package codec

// Track is a prompt in one format, cut into frames. It is immutable; any number of calls may read it at once.
type Track struct {
	format  Format
	payload frames // at least one
	repeat  frames // as many, for every time but the first; nil if there is no difference
	silence frames // what follows the end in silence, of which the last repeats; at least one
}

// frames are whole frames, one behind the other.
type frames []byte

// count is their number.
func (f frames) count() int { return len(f) / frameBytes }

// at is frame n, without room to grow into the next one.
func (f frames) at(n int) []byte {
	n *= frameBytes
	return f[n : n+frameBytes : n+frameBytes]
}

// newTrack encodes samples and fills the last frame up with silence. There is at least one sample.
func newTrack(f Format, samples []int16) *Track {
	if rest := len(samples) % f.frameSamples(); rest > 0 {
		samples = append(samples[:len(samples):len(samples)], make([]int16, f.frameSamples()-rest)...)
	}
	switch f {
	case PCMU:
		return newG711Track(f, samples, EncodeMuLaw)
	case PCMA:
		return newG711Track(f, samples, EncodeALaw)
	}
	return newG722Track(samples)
}

// newG711Track encodes by one of the laws, which have no memory: frames can follow one another in any order.
func newG711Track(f Format, samples []int16, law func(int16) byte) *Track {
	return &Track{format: f, payload: compand(samples, law), silence: silentFrame(f)}
}

// Frames is the number of frames until the track repeats, at least 1.
func (t *Track) Frames() int { return t.payload.count() }

// Frame is the payload of frame n, counted from 0: FrameDuration of audio in 160 bytes. Beyond the last frame the track
// begins anew, so that a prompt shorter than the play time repeats. The slice is shared by all callers and must not be
// written to. Frame does not allocate.
func (t *Track) Frame(n int) []byte {
	if n >= t.Frames() && t.repeat != nil {
		return t.repeat.at(n % t.Frames())
	}
	return t.payload.at(n % t.Frames())
}

// ThenSilence is the track played once.
func (t *Track) ThenSilence() Once { return Once{t} }

// Once is a track that does not repeat: silence follows its last frame for as long as frames are asked for. It is
// immutable; any number of calls may read it at once.
type Once struct{ track *Track }

// Frame is the payload of frame n, counted from 0, as that of Track.Frame; beyond the last frame of the track it is
// silence in its format. The slice is shared by all callers and must not be written to. Frame does not allocate.
func (o Once) Frame(n int) []byte {
	beyond := n - o.track.Frames()
	if beyond < 0 {
		return o.track.payload.at(n)
	}
	return o.track.silence.at(min(beyond, o.track.silence.count()-1))
}
