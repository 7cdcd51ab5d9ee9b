package codec

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"pickup/dsp"
)

// isWAV tells whether data is a WAV file: RIFF (Multimedia Programming Interface and Data Specifications 1.0, 1991)
// or RF64 (EBU Tech 3306), which differs in the sizes alone.
func isWAV(data []byte) bool {
	return len(data) >= 12 && string(data[8:12]) == "WAVE" &&
		(string(data[:4]) == "RIFF" || string(data[:4]) == "RF64")
}

// unknownSize is where the sizes begin that mean nothing: writers to a pipe, who cannot come back to fill in the
// size, write 0xFFFFFFFF or something just below 2 GiB, or 0.
const unknownSize = 0x7FFF0000

// decodeWAV decodes the first data chunk of a WAV file. The sizes of chunks are taken for what they claim only as
// far as there is a file.
func decodeWAV(ctx context.Context, data []byte, play time.Duration) (Audio, error) {
	format, body, cut, err := chunks(data[12:])
	if err != nil {
		return Audio{}, err
	}
	f, err := parseWAVFormat(format)
	if err != nil {
		return Audio{}, err
	}
	if f.tag == wavMP3 {
		return decodeMP3(ctx, body, play)
	}
	samples, err := f.samples()
	if err != nil {
		return Audio{}, err
	}
	size := f.width * f.channels
	n := min(len(body)/size, samplesOf(min(play, maxLength)+margin, f.rate))
	a := Audio{Left: make([]float32, n), Rate: f.rate, Largest: float32(samples.largest)}
	a.Right = a.Left
	if f.channels == 2 {
		a.Right = make([]float32, n)
	}
	replaced := 0
	read := func(data []byte) float32 {
		v := samples.read(data)
		usable := finite(v)
		if usable != v {
			replaced++
		}
		return float32(usable)
	}
	for i := range n {
		a.Left[i] = read(body[i*size:])
		if f.channels == 2 {
			a.Right[i] = read(body[i*size+f.width:])
		}
	}
	if replaced > 0 {
		a.Notes = append(a.Notes, fmt.Sprintf("damaged: %d samples are not finite or more than 24 dB above full scale", replaced))
	}
	if cut {
		a.Notes = append(a.Notes, fmt.Sprintf("truncated after %v", position(len(body)/size, f.rate)))
	}
	return a, nil
}

// chunks finds the format and the audio among the chunks of a WAV file; cut tells that the audio is shorter than it
// claims to be. A chunk is a name of four bytes, a size of four bytes, so many bytes, and one more if they are odd.
func chunks(rest []byte) (format, body []byte, cut bool, err error) {
	for len(rest) >= 8 && (format == nil || body == nil) {
		name, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		have := int64(len(rest))
		switch {
		case name == "data" && (size == 0 && !isChunk(rest) || size >= unknownSize):
			size = have
		case name == "data" && size > have:
			cut = true
		}
		content := rest[:min(size, have)]
		switch {
		case name == "fmt " && format == nil:
			format = content
		case name == "data" && body == nil:
			body = content
		}
		rest = rest[min(size+size%2, have):]
	}
	if format == nil {
		return nil, nil, false, fmt.Errorf("damaged WAV: it has no fmt chunk; %s", convert)
	}
	if body == nil {
		return nil, nil, false, fmt.Errorf("damaged WAV: it has no data chunk; %s", convert)
	}
	return format, body, cut, nil
}

// isChunk tells whether data begins with a chunk: a name in letters, and a size that the file has.
func isChunk(data []byte) bool {
	return len(data) >= 8 && int64(binary.LittleEndian.Uint32(data[4:])) <= int64(len(data)-8) &&
		!bytes.ContainsFunc(data[:4], func(r rune) bool { return r < ' ' || r > '~' })
}

// The formats of the samples (RFC 2361, appendix A, and the header mmreg.h of Windows).
const (
	wavPCM        = 0x0001
	wavFloat      = 0x0003
	wavALaw       = 0x0006
	wavMuLaw      = 0x0007
	wavMP3        = 0x0055
	wavExtensible = 0xFFFE
)

// wavNames are formats that are refused, by the names people know.
var wavNames = map[int]string{
	0x0002: "Microsoft ADPCM", 0x0011: "IMA ADPCM", 0x0031: "GSM 6.10", 0x0040: "G.721 ADPCM", 0x0050: "MPEG layer I or II",
	0x0065: "G.722", 0x0092: "AC-3", 0x00FF: "AAC", 0x0161: "Windows Media Audio",
}

// wavFormat is what the fmt chunk says.
type wavFormat struct {
	tag      int
	channels int
	rate     int // in Hz
	width    int // of a sample of one channel in bytes
}

// parseWAVFormat reads a fmt chunk: format, channels, rate, bytes in a second, bytes in a sample of all channels and
// bits in a sample. The extensible form has the format in the first bytes of a GUID, 24 bytes on. A sample fills its
// bytes from the top, so that the number of bits in use does not matter.
func parseWAVFormat(data []byte) (wavFormat, error) {
	if len(data) < 16 {
		return wavFormat{}, fmt.Errorf("damaged WAV: its fmt chunk has %d bytes, at least 16 are needed; %s", len(data), convert)
	}
	le := binary.LittleEndian
	f := wavFormat{
		tag:      int(le.Uint16(data)),
		channels: int(le.Uint16(data[2:])),
		rate:     int(le.Uint32(data[4:])),
	}
	if f.tag == wavExtensible && len(data) >= 26 {
		f.tag = int(le.Uint16(data[24:]))
	}
	if f.tag == wavMP3 {
		return f, nil // the frames tell the rest
	}
	if f.channels != 1 && f.channels != 2 {
		return wavFormat{}, fmt.Errorf("WAV with %d channels: allowed are 1 and 2; %s", f.channels, convert)
	}
	if f.rate < dsp.MinRate || f.rate > dsp.MaxRate {
		return wavFormat{}, fmt.Errorf("WAV at %d Hz: allowed are %d to %d Hz; %s", f.rate, dsp.MinRate, dsp.MaxRate, convert)
	}
	f.width = (int(le.Uint16(data[14:])) + 7) / 8
	if block := int(le.Uint16(data[12:])); block%f.channels == 0 && block/f.channels > f.width {
		f.width = block / f.channels
	}
	return f, nil
}

// wavSamples is a kind of samples.
type wavSamples struct {
	read    func(data []byte) float64 // the sample at the beginning of data
	largest float64                   // that there is
}

// samples is the kind of samples that the format has.
func (f wavFormat) samples() (wavSamples, error) {
	type kind struct{ tag, width int }
	s, ok := map[kind]wavSamples{
		{wavPCM, 1}:   {sampleU8, largest8},
		{wavPCM, 2}:   {sample16, largest16},
		{wavPCM, 3}:   {sample24, largest24},
		{wavPCM, 4}:   {sample32, largest32},
		{wavFloat, 4}: {sampleFloat32, 1},
		{wavFloat, 8}: {sampleFloat64, 1},
		{wavALaw, 1}:  {sampleALaw, largestALaw},
		{wavMuLaw, 1}: {sampleMuLaw, largestMuLaw},
	}[kind{f.tag, f.width}]
	if ok {
		return s, nil
	}
	name := wavNames[f.tag]
	switch {
	case f.tag == wavPCM || f.tag == wavFloat || f.tag == wavALaw || f.tag == wavMuLaw:
		name = strconv.Itoa(8*f.width) + "-bit samples of format " + strconv.Itoa(f.tag)
	case name == "":
		name = fmt.Sprintf("samples of format %#04x", f.tag)
	}
	return wavSamples{}, fmt.Errorf("WAV with %s: allowed are PCM of 8, 16, 24 and 32 bits, float, mu-law and A-law; %s", name, convert)
}
