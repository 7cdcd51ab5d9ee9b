package codec

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// FrameDuration is the playing time of one frame, which is the payload of one RTP packet (RFC 3551, 4.2: the
// default packetization interval is 20 ms).
const FrameDuration = 20 * time.Millisecond

// frameBytes is the length of one frame in bytes. All formats have 64 kbit/s.
const frameBytes = 64000 / 8 * int(FrameDuration/time.Millisecond) / 1000

// Sample rates in Hz.
const (
	narrowRate = 8000  // of G.711 (ITU-T G.711, clause 2)
	wideRate   = 16000 // of G.722 (ITU-T G.722, 1.3)
)

// Format is a way to encode audio for RTP. Formats are plain values and can be compared.
type Format struct {
	Name        string // encoding name of RFC 3551 as SDP writes it
	PayloadType uint8  // static RTP payload type (RFC 3551, 6)
	ClockRate   int    // of the RTP timestamps, in Hz
	SampleRate  int    // of the audio, in Hz
}

// Band is the width of the sound of a format. The audio of a file is prepared once for each band.
type Band string

// The two bands.
const (
	Narrow Band = "narrow" // up to 4 kHz: G.711
	Wide   Band = "wide"   // up to 8 kHz: G.722
)

// Band is which band the format belongs to.
func (f Format) Band() Band {
	if f.SampleRate == wideRate {
		return Wide
	}
	return Narrow
}

// PCMU is G.711 mu-law (RFC 3551, 4.5.14).
var PCMU = Format{Name: "PCMU", PayloadType: 0, ClockRate: narrowRate, SampleRate: narrowRate}

// PCMA is G.711 A-law (RFC 3551, 4.5.14).
var PCMA = Format{Name: "PCMA", PayloadType: 8, ClockRate: narrowRate, SampleRate: narrowRate}

// G722 is G.722 at 64 kbit/s. Its RTP clock has half of its sample rate: the value "was erroneously assigned in RFC 1890
// and must remain unchanged for backward compatibility" (RFC 3551, 4.5.2).
var G722 = Format{Name: "G722", PayloadType: 9, ClockRate: 8000, SampleRate: wideRate}

// Formats are all formats that a prompt can be encoded in, as a new slice.
func Formats() []Format { return []Format{PCMU, PCMA, G722} }

// FormatNamed is the format with this encoding name, as RFC 3551 writes it; false when there is none.
func FormatNamed(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// Decode decodes payload, of any number of frames that follow one another from the first on, to 16-bit samples at
// SampleRate: what a caller hears. A format that is none of Formats gives no samples.
func (f Format) Decode(payload []byte) []int16 {
	switch f {
	case PCMU:
		return expand(payload, DecodeMuLaw)
	case PCMA:
		return expand(payload, DecodeALaw)
	case G722:
		return DecodeG722(payload)
	}
	return nil
}

// expand decodes each code by the law of G.711.
func expand(codes []byte, law func(byte) int16) []int16 {
	samples := make([]int16, len(codes))
	for i, c := range codes {
		samples[i] = law(c)
	}
	return samples
}

// compand encodes each sample by the law of G.711.
func compand(samples []int16, law func(int16) byte) []byte {
	codes := make([]byte, len(samples))
	for i, s := range samples {
		codes[i] = law(s)
	}
	return codes
}

// frameSamples is the number of samples in a frame.
func (f Format) frameSamples() int {
	return f.SampleRate * int(FrameDuration/time.Millisecond) / 1000
}

// checkFormats is an error unless every format can be encoded and none is asked for twice.
func checkFormats(formats []Format) error {
	known := Formats()
	if len(formats) == 0 {
		return fmt.Errorf("no format asked for: allowed are %s", namesOf(known))
	}
	for i, f := range formats {
		if !slices.Contains(known, f) {
			return fmt.Errorf("unknown format %q: allowed are %s", f.Name, namesOf(known))
		}
		if slices.Contains(formats[:i], f) {
			return fmt.Errorf("format %s asked for twice", f.Name)
		}
	}
	return nil
}

// namesOf lists the names of formats for people.
func namesOf(formats []Format) string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}
