package codec

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// signatures are beginnings of files that people take for an MP3, or that have its name.
var signatures = []struct {
	at    int
	magic string
	name  string
}{
	{0, "fLaC", "a FLAC file"},
	{0, "OggS", "an Ogg file (Vorbis, Opus)"},
	{4, "ftyp", "an MP4 or M4A file"},
	{8, "AVI ", "an AVI file"},
	{0, "RIFX", "a big-endian WAV file"},
	{0, "FORM", "an AIFF file"},
	{0, ".snd", "an AU file"},
	{0, "caff", "a CAF file"},
	{0, "wvpk", "a WavPack file"},
	{0, "MAC ", "a Monkey's Audio file"},
	{0, "#!AMR", "an AMR file"},
	{0, "\x1A\x45\xDF\xA3", "a Matroska or WebM file"},
	{0, "\x30\x26\xB2\x75", "a WMA file"},
	{0, "MThd", "a MIDI file"},
	{0, "ADIF", "an AAC file"},
	{0, "\x0B\x77", "an AC-3 file"},
	{0, "%PDF", "a PDF file"},
	{0, "PK\x03\x04", "a ZIP archive"},
	{0, "\x1F\x8B", "a gzip archive"},
	{0, "\x89PNG", "a PNG image"},
	{0, "\xFF\xD8\xFF", "a JPEG image"},
	{0, "#EXTM3U", "a playlist"},
	{0, "[playlist]", "a playlist"},
}

// foreign is the name of what data is if it is certainly not MPEG audio, and "" otherwise. Tags may stand in front
// of other formats too.
func foreign(data []byte) string {
	body := data[leadingTags(data):]
	for _, s := range signatures {
		if len(body) > s.at && bytes.HasPrefix(body[s.at:], []byte(s.magic)) {
			return s.name
		}
	}
	if isADTS(body) {
		return "an AAC file"
	}
	return ""
}

// notMPEG is the error about data in which there are no frames of MPEG audio with a length.
func notMPEG(data []byte) error {
	body := data[leadingTags(data):]
	const long = 512 // enough to know a text
	start := bytes.TrimPrefix(bytes.TrimSpace(body[:min(long, len(body))]), []byte("\xEF\xBB\xBF"))
	what := ""
	switch {
	case isFreeFormat(body):
		return fmt.Errorf("an MP3 in free format, that is without a bit rate, which the decoder cannot play; %s", convert)
	case len(body) == 0:
		what = "a tag without audio"
	case len(bytes.Trim(body, "\x00")) == 0:
		what = "nothing but zeros"
	case bytes.HasPrefix(start, []byte("<")) && isText(start):
		what = "an HTML or XML page"
	case isText(start):
		what = "a text file"
	default:
		return fmt.Errorf("not an MP3 or WAV: no MPEG layer III frames in it; %s", convert)
	}
	return fmt.Errorf("not an MP3 or WAV: it is %s; %s", what, convert)
}

// isADTS tells whether data begins with three AAC frames (ISO/IEC 13818-7, 6.2): a sync word of 12 bits, a layer of
// 00, and a length of 13 bits at bit 30.
func isADTS(data []byte) bool {
	for range syncFrames {
		if len(data) < 7 || data[0] != 0xFF || data[1]&0xF6 != 0xF0 {
			return false
		}
		size := int(data[3]&3)<<11 | int(data[4])<<3 | int(data[5])>>5
		if size < 7 || size > len(data) {
			return false
		}
		data = data[size:]
	}
	return true
}

// isFreeFormat tells whether data soon has a header of layer III without a bit rate that comes again twice at the
// same distance, up to the byte of padding.
func isFreeFormat(data []byte) bool {
	const reach, longest = 64 << 10, 4 << 10 // how far to search, and the length of a frame
	data = data[:min(len(data), reach)]
	for tries := 0; tries < 16; tries++ {
		at := nextFree(data)
		if at < 0 {
			return false
		}
		data = data[at:]
		for from := 4; from < min(longest, len(data)); {
			n := nextFree(data[from:])
			if n < 0 {
				break
			}
			from += n
			for _, distance := range [...]int{from, from - 1, from + 1} {
				if again := from + distance; again < len(data) && nextFree(data[again:min(again+4, len(data))]) == 0 {
					return true
				}
			}
			from++
		}
		data = data[1:]
	}
	return false
}

// nextFree is the distance to the next header of layer III in free format, -1 if there is none.
func nextFree(data []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(data[at:], 0xFF)
		if i < 0 {
			return -1
		}
		at += i
		if h, ok := parseHeader(data[at:]); ok && h.layer == 3 && h.kilobits == 0 {
			return at
		}
	}
}

// isText tells whether data looks like text in UTF-8; the last character may be cut off.
func isText(data []byte) bool {
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			return !utf8.FullRune(data)
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		data = data[n:]
	}
	return true
}

// String names the kind of stream that a header belongs to.
func (h header) String() string {
	name := map[version]string{mpeg1: "MPEG-1", mpeg2: "MPEG-2", mpeg25: "MPEG-2.5"}[h.version]
	return fmt.Sprintf("%s layer %s at %d Hz", name, [...]string{"", "I", "II", "III"}[h.layer], h.rate)
}

// playable is an error unless the decoder knows this kind of stream. It has no MPEG-2.5 and no layers but III.
func (h header) playable() error {
	if h.layer != 3 {
		return fmt.Errorf("not an MP3 (MPEG layer III): it is %v; %s", h, convert)
	}
	if h.version == mpeg25 {
		return fmt.Errorf("%v: sample rates allowed in an MP3 are 16000, 22050, 24000, 32000, 44100 and 48000 Hz; %s", h, convert)
	}
	return nil
}
