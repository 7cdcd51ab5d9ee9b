package codec

import (
	"fmt"
	"slices"
	"time"
)

// FrameDuration is the playing time of one frame, which is the payload of one RTP packet (RFC 3551, 4.2: the
// default packetization interval is 20 ms).
const FrameDuration = 20 * time.Millisecond

// telephoneRate is the sample rate of G.711 in Hz (ITU-T G.711, clause 2).
const telephoneRate = 8000

// Format is a way to encode audio for RTP. Formats are plain values and can be compared.
type Format struct {
	Name        string // encoding name of RFC 3551 as SDP writes it
	PayloadType uint8  // static RTP payload type (RFC 3551, 6)
	ClockRate   int    // of the RTP timestamps, in Hz
	SampleRate  int    // of the audio, in Hz
	Silence     byte   // the code of a sample of value zero
}

// PCMU is G.711 mu-law (RFC 3551, 4.5.14).
var PCMU = Format{Name: "PCMU", PayloadType: 0, ClockRate: telephoneRate, SampleRate: telephoneRate, Silence: 0xFF}

// PCMA is G.711 A-law (RFC 3551, 4.5.14).
var PCMA = Format{Name: "PCMA", PayloadType: 8, ClockRate: telephoneRate, SampleRate: telephoneRate, Silence: 0xD5}

// companders has the law of each format that a prompt can be encoded in.
var companders = map[Format]func(int16) byte{
	PCMU: EncodeMuLaw,
	PCMA: EncodeALaw,
}

// frameSize is the length of one frame in bytes: G.711 has one byte for each sample.
func (f Format) frameSize() int {
	return f.SampleRate * int(FrameDuration/time.Millisecond) / 1000
}

// encode is samples in the format f, filled up with silence to whole frames.
func (f Format) encode(samples []int16) []byte {
	compand := companders[f]
	size := f.frameSize()
	payload := make([]byte, 0, (len(samples)+size-1)/size*size)
	for _, s := range samples {
		payload = append(payload, compand(s))
	}
	for len(payload)%size != 0 {
		payload = append(payload, f.Silence)
	}
	return payload
}

// checkFormats is an error unless every format can be encoded and none is asked for twice.
func checkFormats(formats []Format) error {
	if len(formats) == 0 {
		return fmt.Errorf("no format asked for: allowed are PCMU and PCMA")
	}
	for i, f := range formats {
		if companders[f] == nil {
			return fmt.Errorf("unknown format %q: allowed are PCMU and PCMA", f.Name)
		}
		if slices.Contains(formats[:i], f) {
			return fmt.Errorf("format %s asked for twice", f.Name)
		}
	}
	return nil
}
