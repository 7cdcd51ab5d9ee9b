package codec

import "fmt"

// decoderLength is the length of a frame as the decoder computes it: it adds the byte of padding before it halves
// the length of MPEG-1. At 22050 Hz, the only rate of MPEG-2 with padding, this makes padded frames one byte short
// at every other bit rate, and what follows is played as noise.
func (h header) decoderLength() int {
	if h.version == mpeg1 {
		return h.size
	}
	n := 144 * 1000 * h.kilobits / h.rate
	if h.padded {
		n++
	}
	return n >> 1
}

// misread tells whether the decoder is wrong about the length of a frame.
func misread(frames []frame) bool {
	for _, f := range frames {
		if f.header.decoderLength() != f.header.size {
			return true
		}
	}
	return false
}

// halfRotated tells whether a frame may have short blocks in mid/side stereo. There the decoder turns sum and
// difference into left and right only up to the last value that was coded, though sorting the values of short blocks
// has moved some beyond it: the highest sounds of an attack come out at the wrong level.
func halfRotated(frames []frame) bool {
	for _, f := range frames {
		from, to := f.header.sideInfo()
		if f.header.midSide && hasShort(newSideInfo(f.header, f.data[from:to])) {
			return true
		}
	}
	return false
}

func hasShort(s sideInfo) bool {
	for part := range s.parts {
		if s.short(part) {
			return true
		}
	}
	return false
}

// repairFrames is the frames in a form that the decoder plays right. At the highest bit rate there may be no room to mend
// mid/side stereo, but there the values that are coded go up to where no telephone does.
func repairFrames(frames []frame) ([]frame, error) {
	if halfRotated(frames) {
		if repacked, err := repack(frames, true); err == nil {
			return repacked, nil
		}
	}
	if misread(frames) {
		return repack(frames, false)
	}
	return frames, nil
}

// repackedBitRate is the index of the highest bit rate, 160 kbit/s in MPEG-2 and 320 kbit/s in MPEG-1.
const repackedBitRate = 14

// repack lays the main data of frames out anew, in frames of the highest bit rate without padding, about whose length
// the decoder is right and in which there is room for the main data of any usual stream. The sound does not change by
// a bit: nothing that is decoded depends on where the main data of a frame lie. Each block of main data goes behind
// the one before it, and as near to its frame as main_data_begin can tell. It is an error if there is more than fits,
// which takes a stream of the highest bit rate that uses every byte. With rotate, mid/side stereo is mended as well,
// which takes a little more room.
func repack(frames []frame, rotate bool) ([]frame, error) {
	var in reservoir
	var source, target []byte // the main data of the stream, and of the new one
	used := 0                 // bytes of target
	out := make([]frame, len(frames))
	for i, f := range frames {
		data, whole := in.mend(f)
		from, to := f.header.sideInfo()
		side := newSideInfo(f.header, data[from:to])
		start := len(source) - side.mainDataBegin()
		source = append(source, data[to:]...)
		block := source[start : start+bytesOf(side.mainDataBits())]
		if rotate && f.header.midSide {
			block = widen(side, block)
		}

		header, room := repackedHeader(data)
		begin := min(len(target)-used, side.maxBegin())
		used = len(target) - begin
		target = append(target, make([]byte, room)...)
		if used+len(block) > len(target) {
			return nil, fmt.Errorf("%v at its highest bit rate, with frames that the decoder cannot be given whole; %s", f.header, convert)
		}
		used += copy(target[used:], block)
		side.setMainDataBegin(begin)
		h, _ := parseHeader(header)
		out[i] = frame{header: h, data: append(header, side.bits...), gap: i == 0, silent: !whole}
	}
	for i := range out {
		room := out[i].header.size - len(out[i].data)
		out[i].data = append(out[i].data, target[:room]...)
		target = target[room:]
	}
	return out, nil
}

// repackedHeader is the header of the new frame for another, and the room for main data in it.
func repackedHeader(data []byte) ([]byte, int) {
	header := append([]byte(nil), data[:4]...)
	header[1] |= 1                                         // no checksum
	header[2] = repackedBitRate<<4 | header[2]&^(0xF0|0x2) // no padding
	h, _ := parseHeader(header)
	_, to := h.sideInfo()
	return header, h.size - to
}

// widen is a block of main data of a frame in mid/side stereo in which each granule with short blocks has zeros coded
// up to the highest frequency, so that the decoder rotates all there is. The zeros are ones in the bit stream; what
// is more than the granule can hold is not read. The side information is told the new lengths.
func widen(side sideInfo, block []byte) []byte {
	const channels, granule = 2, 576
	var out bitField
	written, read := 0, 0
	put := func(n int, bit func(i int) int) {
		out = append(out, make([]byte, bytesOf(written+n)-len(out))...)
		for i := range n {
			out.set(written+i, 1, bit(i))
		}
		written += n
	}
	for part := range side.parts {
		length := side.length(part)
		put(length, func(i int) int { return bitField(block).get(read+i, 1) })
		read += length
		first := part / channels * channels
		last := first + 1
		if side.length(last) == 0 {
			last = first // an empty channel has no values to go on with
		}
		if part != last || length == 0 || !side.short(first) && !side.short(first+1) {
			continue
		}
		zeros := granule / 4
		if side.longQuads(part) {
			zeros = granule
		}
		zeros = min(zeros, 1<<part23Bits-1-length)
		put(zeros, func(int) int { return 1 })
		side.setLength(part, length+zeros)
	}
	return out
}
