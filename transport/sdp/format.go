package sdp

import (
	"fmt"
	"strconv"
	"strings"
)

// telephoneEvent is the format of RFC 4733 that we know.
var telephoneEvent = Codec{Name: "telephone-event", PayloadType: 101, ClockRate: 8000}

// staticFormats are the payload types that need no a=rtpmap (RFC 3551 section
// 6); those we do not play make the text of a refusal clear.
var staticFormats = map[uint8]string{
	0: "PCMU/8000", 3: "GSM/8000", 4: "G723/8000", 5: "DVI4/8000", 6: "DVI4/16000", 7: "LPC/8000",
	8: "PCMA/8000", 9: "G722/8000", 10: "L16/44100/2", 11: "L16/44100", 12: "QCELP/8000", 13: "CN/8000",
	14: "MPA/90000", 15: "G728/8000", 16: "DVI4/11025", 17: "DVI4/22050", 18: "G729/8000",
}

// format is one payload type of an m= line.
type format struct {
	number   uint8
	encoding string // name/clock rate, or name/clock rate/channels; empty when unknown
}

// payloads returns the payload types of a usable stream in the peer's order,
// each once. What is not a payload type, or has leading zeros, is left out.
func (s *stream) payloads() (formats []format) {
	encodings := s.encodings()
	var seen [128]bool
	for _, text := range s.formats {
		number, err := strconv.ParseUint(text, 10, 7)
		if err != nil || seen[number] || text != strconv.FormatUint(number, 10) {
			continue
		}
		seen[number] = true
		formats = append(formats, format{uint8(number), encodings[number]})
	}
	return formats
}

// encodings returns the encoding of each payload type: that of its first
// a=rtpmap, else the static one.
func (s *stream) encodings() (encodings [128]string) {
	for _, a := range s.details.Attributes {
		if a.Key != "rtpmap" {
			continue
		}
		text, encoding, _ := strings.Cut(strings.TrimSpace(a.Value), " ")
		number, err := strconv.ParseUint(text, 10, 7)
		if err == nil && encodings[number] == "" {
			encodings[number] = strings.TrimSpace(encoding)
		}
	}
	for number, encoding := range staticFormats {
		if encodings[number] == "" {
			encodings[number] = encoding
		}
	}
	return encodings
}

// is tells whether the format is the codec. Names are compared without regard
// to case (RFC 4855 section 3), and one channel is the default (RFC 8866
// section 6.6).
func (f format) is(c Codec) bool {
	encoding := strings.TrimSuffix(f.encoding, "/1")
	return strings.EqualFold(encoding, c.String())
}

func (f format) String() string {
	if f.encoding == "" {
		return fmt.Sprintf("payload type %d", f.number)
	}
	return fmt.Sprintf("%s (%d)", f.encoding, f.number)
}

// preferOurs returns the first of our codecs that the peer has, with the peer's
// payload type.
func preferOurs(formats []format, codecs []Codec) (Codec, bool) {
	for _, c := range codecs {
		if f, ok := find(formats, c); ok {
			c.PayloadType = f.number
			return c, true
		}
	}
	return Codec{}, false
}

// preferTheirs returns the first format of the peer that we have. An offerer
// "SHOULD use the first media format listed in the answer" when it sends
// (RFC 3264 section 7).
func preferTheirs(formats []format, codecs []Codec) (Codec, bool) {
	for _, f := range formats {
		for _, c := range codecs {
			if f.is(c) {
				c.PayloadType = f.number
				return c, true
			}
		}
	}
	return Codec{}, false
}

func find(formats []format, c Codec) (format, bool) {
	for _, f := range formats {
		if f.is(c) {
			return f, true
		}
	}
	return format{}, false
}

// list joins what is there with commas, for the text of a refusal.
func list[T fmt.Stringer](items []T) string {
	if len(items) == 0 {
		return "none"
	}
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = item.String()
	}
	return strings.Join(texts, ", ")
}
