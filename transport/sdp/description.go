package sdp

import (
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// Limits on what a peer can make us work on.
const (
	maxBody  = 64 << 10 // bytes
	maxMedia = 64       // media descriptions
)

// description is a peer's session description.
type description struct {
	session sdp.SessionDescription
	streams []*stream // one for each m= line, in order
}

// stream is one m= line of a peer with what belongs to it.
type stream struct {
	media   string // audio, video, image ...
	port    uint16 // 0: refused, or not to be used
	proto   string // RTP/AVP, UDP/TLS/RTP/SAVPF, udptl ...
	formats []string

	// details are the other lines of the stream. Only those of a stream that
	// is usable are parsed; for others it is nil.
	details *sdp.MediaDescription
}

// usable tells whether the stream is audio over a transport that we have.
//
// RTP/AVPF is RTP/AVP with leave to send feedback early (RFC 4585). Sending
// none of it and not reacting to it conforms as long as the answer has no
// a=rtcp-fb (its section 4.2), so we accept the profile and name it in the
// answer, instead of failing a call whose media we could play.
func (s *stream) usable() bool {
	return s.media == "audio" && s.port != 0 && (s.proto == "RTP/AVP" || s.proto == "RTP/AVPF")
}

// parse reads a session description, in a second attempt what [repair] makes of
// it. When both fail, the error is about the text as the peer wrote it.
func parse(body []byte) (*description, *Error) {
	if len(body) == 0 {
		return nil, malformed("the session description is empty")
	}
	if len(body) > maxBody {
		return nil, malformed("the session description has %d bytes, at most %d are allowed", len(body), maxBody)
	}
	d, fault := parseStrict(string(body))
	if fault == nil {
		return d, nil
	}
	if repaired, ok := repair(string(body)); ok {
		if d, err := parseStrict(repaired); err == nil {
			return d, nil
		}
	}
	return nil, fault
}

// parseStrict reads a description that conforms. Streams that are not usable will
// only be refused, for which their m= line is enough, so the library sees the
// session and the usable streams; it knows neither m=image nor transports like
// udptl and would refuse the whole.
func parseStrict(text string) (*description, *Error) {
	d := &description{}
	var known strings.Builder // what the library is to parse
	skip := false
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if strings.ContainsAny(line, "\r\x00") {
			return nil, malformed("a line has a control character: %s", line)
		}
		if value, ok := strings.CutPrefix(line, "m="); ok {
			if len(d.streams) == maxMedia {
				return nil, malformed("the session description has more than %d media", maxMedia)
			}
			s, err := parseStream(value)
			if err != nil {
				return nil, err
			}
			d.streams = append(d.streams, s)
			skip = !s.usable()
		}
		if line != "" && !skip {
			known.WriteString(line + "\r\n")
		}
	}
	if err := d.session.UnmarshalString(known.String()); err != nil {
		return nil, malformed("the session description cannot be parsed: %v", err)
	}
	if err := d.assign(); err != nil {
		return nil, err
	}
	return d, nil
}

// assign gives the parsed media descriptions to the usable streams.
func (d *description) assign() *Error {
	details := d.session.MediaDescriptions
	for _, s := range d.streams {
		if !s.usable() {
			continue
		}
		if len(details) == 0 {
			return malformed("the session description cannot be parsed: it ends early")
		}
		s.details, details = details[0], details[1:]
	}
	return nil
}

// parseStream reads the value of an m= line (RFC 8866 section 5.14):
// media, port with an optional number of ports, transport, formats.
func parseStream(value string) (*stream, *Error) {
	fields := words(value)
	if len(fields) < 4 {
		return nil, malformed("m=%s: want media, port, transport and at least one format", value)
	}
	for i, field := range fields {
		if i >= 2 {
			field = strings.ReplaceAll(field, "/", "")
		}
		if i != 1 && !isToken(field) {
			return nil, malformed("m=%s: %s is not a token", value, field)
		}
	}
	number, count, counted := strings.Cut(fields[1], "/")
	port, err := strconv.ParseUint(number, 10, 16)
	if err == nil && counted {
		_, err = strconv.ParseUint(count, 10, 16)
	}
	if err != nil {
		return nil, malformed("m=%s: port %s is not within 0 to 65535", value, fields[1])
	}
	return &stream{media: fields[0], port: uint16(port), proto: fields[2], formats: fields[3:]}, nil
}

// maxToken bounds media and transport in bytes, as the answer repeats them.
const maxToken = 64

// isToken tells whether s is a token of RFC 8866 section 9, and not longer than
// any that has a meaning.
func isToken(s string) bool {
	if len(s) > maxToken {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte(`"(),/:;<=>?@[\]`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// direction returns the direction of a stream as the peer sees it. An attribute
// of the stream wins over one of the session, which is but the default for all
// streams; neither means sendrecv (RFC 8866 section 6.7).
func (d *description) direction(s *stream) Direction {
	for _, attributes := range [][]sdp.Attribute{s.details.Attributes, d.session.Attributes} {
		for _, a := range attributes {
			if direction, ok := parseDirection(strings.TrimSpace(a.Key)); ok {
				return direction
			}
		}
	}
	return SendRecv
}

// usableStreams returns the streams that can be negotiated, or why there are none.
func (d *description) usableStreams() (streams []*stream, err *Error) {
	audio, offered := 0, ""
	for _, s := range d.streams {
		if s.usable() {
			streams = append(streams, s)
		}
		if s.media == "audio" {
			audio++
			if s.port != 0 && offered == "" {
				offered = s.proto
			}
		}
	}
	switch {
	case len(streams) > 0:
		return streams, nil
	case audio == 0:
		return nil, refused(warnMediaType, "no audio among the %d media; only audio is available", len(d.streams))
	case offered == "":
		return nil, refused(warnMediaType, "every audio stream has port 0; one audio stream is needed")
	default:
		return nil, refused(warnTransport, "audio comes over %s; only RTP/AVP and RTP/AVPF are available", offered)
	}
}
