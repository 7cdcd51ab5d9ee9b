package codec

import "io"

// reservoir makes each frame fit for a decoder that trusts everything. The main data of a frame may begin in the
// frames before it (ISO/IEC 11172-3, 2.4.2.7, main_data_begin: a distance in bytes back from the end of the side
// information, counted in main data only). Behind a hole they are not there, and the decoder would play whatever
// lies in their place. Such a frame is handed on without any sound; the overlap with its neighbours smooths the
// edges.
type reservoir struct {
	bytes int // of main data that the next frame may reach back to
}

// mend is a copy of a frame that can be decoded, and whether it still has its sound.
//
// The decoder has its own idea of intensity stereo, in which the other channel stays empty and the level is wrong.
// Without the flag it gives the common signal on the left alone: half the sum of both channels, which is what the
// telephone gets, is then exact.
func (r *reservoir) mend(f frame) (data []byte, whole bool) {
	data = append([]byte(nil), f.data...)
	if f.gap {
		r.bytes = 0
	}
	from, to := f.header.sideInfo()
	side := newSideInfo(f.header, data[from:to])
	begin, main := side.mainDataBegin(), len(data)-to
	whole = begin <= r.bytes && bytesOf(side.mainDataBits()) <= begin+main
	if !whole {
		begin = min(begin, r.bytes)
		clear(side.bits)
		side.setMainDataBegin(begin)
	}
	if f.header.intensity {
		data[3] &^= 0x10
	}
	r.bytes = begin + main
	return data, whole && !f.silent
}

// feeder hands mended frames to the decoder, which reads no byte ahead.
type feeder struct {
	frames    []frame
	next      int    // the frame after the one that is being read
	rest      []byte // what was not read of that
	reservoir reservoir
	whole     int // frames with their sound among those that were read
}

// Read implements io.Reader.
func (f *feeder) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		if f.next == len(f.frames) {
			return 0, io.EOF
		}
		var whole bool
		if f.rest, whole = f.reservoir.mend(f.frames[f.next]); whole {
			f.whole++
		}
		f.next++
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// fail gives the frame up that is being read: the next one begins anew.
func (f *feeder) fail() {
	f.rest = nil
	f.reservoir = reservoir{}
}
