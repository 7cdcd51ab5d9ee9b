package codec

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// Remedies that end the errors about a file.
const (
	convert = `convert it: "ffmpeg -i IN -ar 44100 -b:a 128k OUT.mp3" or "lame --resample 44.1 -b 128 IN OUT.mp3"`
	shorten = `shorten it: "ffmpeg -i IN -t 600 -ar 44100 -b:a 128k OUT.mp3"`
)

// syncFrames is the number of headers that must follow one another, each at the end of the frame before it, until
// bytes are taken for MPEG audio: a lone sync word turns up in any large file.
const syncFrames = 3

// playableRates are the sample rates that the decoder handles, in Hz. It has no MPEG-2.5 (8000 to 12000 Hz). At
// 22050 Hz, where frames are padded by a byte now and then, it computes the length of a padded frame one byte
// short at many bit rates and plays noise without an error, so that the rate is refused as a whole; the other
// MPEG-2 rates have no padding.
var playableRates = []int{16000, 24000, 32000, 44100, 48000}

// scan looks at an MP3 before it is decoded, because the decoder plays some files wrongly without telling. It
// gives the data from the first frame on, or says why the file cannot be played. It judges the file by its first
// frames.
func scan(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, errors.New("empty file")
	}
	frames := sync(skipTags(data))
	if frames == nil {
		return nil, fmt.Errorf("not an MP3: no MPEG layer III frames in it; %s", convert)
	}
	h, _ := parseHeader(frames)
	if !slices.Contains(playableRates, h.rate) {
		return nil, fmt.Errorf("sample rate of %d Hz: allowed in an MP3 are 16000, 24000, 32000, 44100 and 48000 Hz; %s",
			h.rate, convert)
	}
	return frames, nil
}

// skipTags is data behind the ID3v2 tags at its beginning (ID3v2.4.0 structure, 3.1: ten bytes of header, the
// size in four bytes of seven bits, and ten bytes of footer if flag 0x10 is set). A tag that claims to be longer
// than the file is left in place: the search for frames passes over it.
func skipTags(data []byte) []byte {
	for len(data) >= 10 && bytes.HasPrefix(data, []byte("ID3")) {
		size := 10
		if data[5]&0x10 != 0 {
			size = 20
		}
		size += int(data[6]&0x7F)<<21 | int(data[7]&0x7F)<<14 | int(data[8]&0x7F)<<7 | int(data[9]&0x7F)
		if size > len(data) {
			break
		}
		data = data[size:]
	}
	return data
}

// sync is data from the first of syncFrames consecutive frames on, nil if there are none.
func sync(data []byte) []byte {
	for {
		i := bytes.IndexByte(data, 0xFF)
		if i < 0 {
			return nil
		}
		data = data[i:]
		if consecutive(data) {
			return data
		}
		data = data[1:]
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
		if h.size > len(data) {
			return false
		}
		data = data[h.size:]
		if h, ok = parseHeader(data); !ok || h.version != first.version || h.rate != first.rate {
			return false
		}
	}
	return true
}

// header is what the four bytes before a frame of layer III say about it.
type header struct {
	version byte // the field ID: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5
	rate    int  // in Hz
	size    int  // of the frame with its header, in bytes
}

// kilobits are the bit rates of layer III (ISO/IEC 11172-3, 2.4.2.3, and 13818-3, 2.4.2.3), of MPEG-1 and of
// MPEG-2. Index 0 is the free format, which has no length in its header.
var kilobits = [2][15]int{
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// parseHeader reads the header at the beginning of data; false when there is none of layer III with a bit rate.
func parseHeader(data []byte) (header, bool) {
	if len(data) < 4 || data[0] != 0xFF || data[1]&0xE0 != 0xE0 {
		return header{}, false
	}
	version, layer := data[1]>>3&3, data[1]>>1&3
	bitrate, rate, padding := data[2]>>4, data[2]>>2&3, int(data[2]>>1&1)
	if version == 1 || layer != 1 || bitrate == 0 || bitrate == 15 || rate == 3 || data[3]&3 == 2 {
		return header{}, false // reserved values, another layer, free format
	}
	h := header{version: version, rate: [...]int{44100, 48000, 32000}[rate]}
	// The length of a frame, ISO/IEC 11172-3, 2.4.3.1: 144·bitrate/rate bytes, and one more if it is padded.
	// MPEG-2 has half as many samples in a frame, hence 72.
	switch version {
	case 3:
		h.size = 144*1000*kilobits[0][bitrate]/h.rate + padding
	case 2:
		h.rate /= 2
		h.size = 72*1000*kilobits[1][bitrate]/h.rate + padding
	default:
		h.rate /= 4
		h.size = 72*1000*kilobits[1][bitrate]/h.rate + padding
	}
	return h, true
}
