package codec

// version is the field ID of a header, together with the bit that MPEG-2.5 takes from the sync word.
type version byte

const (
	mpeg25 version = 0 // not a standard of ISO: half the sample rates of MPEG-2
	mpeg2  version = 2 // ISO/IEC 13818-3
	mpeg1  version = 3 // ISO/IEC 11172-3
)

// header is what the four bytes before a frame of MPEG audio say about it.
type header struct {
	version   version
	layer     int  // 1 to 3
	rate      int  // in Hz
	kilobits  int  // bit rate in kbit/s; 0 is the free format, which has no length in its header
	size      int  // of the frame with its header, in bytes; 0 in the free format
	padded    bool // one slot longer than the bit rate says
	crc       bool // two bytes of checksum behind the header
	mono      bool
	midSide   bool // joint stereo by sum and difference
	intensity bool // joint stereo by one signal and its directions
}

// bitRates of the layers I, II and III, in kbit/s (ISO/IEC 11172-3, 2.4.2.3, and 13818-3, 2.4.2.3).
var bitRates = [2][3][15]int{
	{ // MPEG-1
		{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	},
	{ // MPEG-2 and MPEG-2.5
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	},
}

// parseHeader reads the header at the beginning of data; false when there is none, or one with reserved values.
func parseHeader(data []byte) (header, bool) {
	if len(data) < 4 || data[0] != 0xFF || data[1]&0xE0 != 0xE0 {
		return header{}, false
	}
	bitRate, rate, mode := data[2]>>4, data[2]>>2&3, data[3]>>6
	h := header{
		version: version(data[1] >> 3 & 3),
		layer:   4 - int(data[1]>>1&3),
		padded:  data[2]&2 != 0,
		crc:     data[1]&1 == 0,
		mono:    mode == 3,
	}
	if h.version == 1 || h.layer == 4 || bitRate == 15 || rate == 3 || data[3]&3 == 2 {
		return header{}, false
	}
	if mode == 1 {
		h.midSide, h.intensity = data[3]&0x20 != 0, data[3]&0x10 != 0
	}
	h.rate = [...]int{44100, 48000, 32000}[rate]
	switch h.version {
	case mpeg1:
		h.kilobits = bitRates[0][h.layer-1][bitRate]
	case mpeg2:
		h.kilobits = bitRates[1][h.layer-1][bitRate]
		h.rate /= 2
	default:
		h.kilobits = bitRates[1][h.layer-1][bitRate]
		h.rate /= 4
	}
	h.size = h.length()
	return h, true
}

// length is the length of the frame in bytes (ISO/IEC 11172-3, 2.4.3.1, and 13818-3, 2.4.3.1): what the bit rate
// gives for the playing time of the frame, in whole slots, and one slot more if it is padded.
func (h header) length() int {
	if h.kilobits == 0 {
		return 0
	}
	padding := 0
	if h.padded {
		padding = 1
	}
	if h.layer == 1 {
		return (12*1000*h.kilobits/h.rate + padding) * 4
	}
	if h.layer == 3 && h.version != mpeg1 {
		return 72*1000*h.kilobits/h.rate + padding
	}
	return 144*1000*h.kilobits/h.rate + padding
}

// like tells whether a frame with this header can follow one with the other in the same stream. Bit rate and
// channel mode may change from frame to frame.
func (h header) like(other header) bool {
	return h.version == other.version && h.layer == other.layer && h.rate == other.rate
}

// channels in the frame.
func (h header) channels() int {
	if h.mono {
		return 1
	}
	return 2
}

// granules of 576 samples in a frame of layer III.
func (h header) granules() int {
	if h.version == mpeg1 {
		return 2
	}
	return 1
}

// samples of each channel in a frame of layer III.
func (h header) samples() int { return 576 * h.granules() }

// sideInfo is where the side information of a frame of layer III begins and ends (ISO/IEC 11172-3, 2.4.1.7, and
// 13818-3, 2.4.1.7), in bytes from the beginning of the frame. The main data follow.
func (h header) sideInfo() (from, to int) {
	from = 4
	if h.crc {
		from += 2
	}
	switch {
	case h.version == mpeg1 && !h.mono:
		return from, from + 32
	case h.version != mpeg1 && h.mono:
		return from, from + 9
	}
	return from, from + 17
}
