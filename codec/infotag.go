package codec

import (
	"bytes"
	"encoding/binary"
)

// decoderDelay is what every decoder of layer III adds in front by the overlap of its filter banks, in samples.
const decoderDelay = 529

// infoTag is what the first frame says about the others when it is no audio but a tag in the shape of a frame.
type infoTag struct {
	frames         int  // of audio in the file; 0 if unknown
	trimmed        bool // delay and padding are known
	delay, padding int  // what the encoder has added at either end, in samples
}

// parseInfoTag reads the tag in a frame; false when the frame is audio. Three kinds are in use: Xing (called Info
// in files of a constant bit rate), with an extension by LAME that knows delay and padding, and VBRI by Fraunhofer,
// whose field for the delay is not reliable.
func parseInfoTag(f frame) (infoTag, bool) {
	// The tag stands behind the side information of a frame without a checksum, whether it has one or not.
	plain := f.header
	plain.crc = false
	_, at := plain.sideInfo()
	if tag, ok := parseXing(f.data[min(at, len(f.data)):]); ok {
		return tag, true
	}
	// VBRI stands where it does in MPEG-1 with two channels, in files of all kinds.
	if at := 4 + 32; len(f.data) >= at+18 && bytes.HasPrefix(f.data[at:], []byte("VBRI")) {
		return infoTag{frames: frameCount(f.data[at+14:])}, true
	}
	return infoTag{}, false
}

// parseXing reads a Xing tag: flags that say which of four fields follow, the fields, and the extension, which
// begins with the name of the encoder in nine bytes and has delay and padding, of 12 bits each, at byte 21.
func parseXing(data []byte) (infoTag, bool) {
	if !bytes.HasPrefix(data, []byte("Xing")) && !bytes.HasPrefix(data, []byte("Info")) || len(data) < 8 {
		return infoTag{}, false
	}
	flags := data[7]
	data = data[8:]
	tag := infoTag{}
	for bit, size := range [...]int{4, 4, 100, 4} { // frames, bytes, table of contents, quality
		if flags>>bit&1 == 0 {
			continue
		}
		if len(data) < size {
			return tag, true
		}
		if bit == 0 {
			tag.frames = frameCount(data)
		}
		data = data[size:]
	}
	if len(data) < 24 {
		return tag, true
	}
	switch string(data[:4]) {
	case "LAME", "Lavf", "Lavc": // LAME itself and the writers that follow it
		tag.trimmed = true
		tag.delay = int(data[21])<<4 | int(data[22])>>4
		tag.padding = int(data[22]&0x0F)<<8 | int(data[23])
	}
	return tag, true
}

// frameCount is a number of frames; what no file of the permitted size can have counts as unknown.
func frameCount(data []byte) int {
	if n := binary.BigEndian.Uint32(data); n < maxSize {
		return int(n)
	}
	return 0
}
