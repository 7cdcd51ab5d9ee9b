package codec

// Track is a prompt in one format, cut into frames. It is immutable; any number of calls may read it at once.
type Track struct {
	format  Format
	payload []byte // whole frames, at least one
	size    int    // of a frame in bytes
}

// newTrack encodes samples and fills the last frame up with silence.
func newTrack(f Format, samples []int16) *Track {
	return &Track{format: f, payload: f.encode(samples), size: f.frameSize()}
}

// Format is what the frames are encoded in.
func (t *Track) Format() Format { return t.format }

// Frames is the number of different frames, at least 1.
func (t *Track) Frames() int { return len(t.payload) / t.size }

// Frame is the payload of frame n, counted from 0: FrameDuration of audio, 160 bytes of G.711. Beyond the last
// frame the track begins anew, so that a prompt shorter than the play time repeats. The slice is shared by all
// callers and must not be written to. Frame does not allocate.
func (t *Track) Frame(n int) []byte {
	at := n % t.Frames() * t.size
	return t.payload[at : at+t.size : at+t.size]
}
