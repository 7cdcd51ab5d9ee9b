package sdp

import (
	"strconv"
	"strings"
)

// repair rewrites a description that does not conform as one that does, with the
// same streams in the same order and with all that decides about them: addresses,
// times, attributes. RFC 8866 section 5 wants v=, o=, s= and t= and all lines in a
// fixed order; peers leave out what is of no use to a call, sort and indent to
// their own taste, end lines in their own way, and add types that nobody else
// knows. What is of no use to us is not taken over: o=, s=, i=, u=, e=, p=, b=,
// r=, z=, k=, and whatever else is no v=, c=, t=, a= or m=.
//
// Text that does not begin with v=0 is no session description of ours, and text
// with a zero byte is no text: both are beyond repair. An m= line with another
// fault than that its formats are missing keeps it.
func repair(text string) (repaired string, ok bool) {
	session, timing, begun := &section{}, "", false
	sections := []*section{session}
	for line := range strings.FieldsFuncSeq(text, isLineEnd) {
		kind, value, found := strings.Cut(strings.Trim(line, " \t"), "=")
		value = strings.Trim(value, " \t")
		if !begun && line != "" {
			if kind != "v" || value != "0" {
				return "", false
			}
			begun = true
		}
		last := sections[len(sections)-1]
		switch {
		case !found || value == "":
		case kind == "m":
			sections = append(sections, &section{media: words(value)})
		case kind == "c":
			last.connection = "c=" + strings.Join(words(value), " ")
		case kind == "a":
			last.attributes = append(last.attributes, "a="+value)
		case kind == "t" && timing == "": // of the session, even behind a stream
			timing = times(value)
		}
	}
	if timing == "" {
		timing = "t=0 0" // a session without bounds, RFC 8866 section 5.9
	}
	lines := []string{"v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", session.connection, timing}
	lines = append(lines, session.attributes...)
	for _, s := range sections[1:] {
		lines = append(append(lines, s.mediaLine(), s.connection), s.attributes...)
	}
	return join(lines), begun && !strings.Contains(text, "\x00")
}

// section is the session's part of a description, or the part of one stream.
type section struct {
	media      []string // words of the m= line; none in the session's part
	connection string   // last c= line, empty when there is none
	attributes []string // a= lines
}

// mediaLine returns the m= line. When it has no formats they are the payload
// types that the stream describes. A stream that is refused whatever its formats
// are gets one for the sake of the syntax.
func (s *section) mediaLine() string {
	const transport = 3 // words up to the formats
	line := s.media
	if len(line) == transport {
		line = append(line, s.described()...)
	}
	if len(line) == transport {
		whole := append(line, "0")
		if parsed, err := parseStream(strings.Join(whole, " ")); err == nil && !parsed.usable() {
			line = whole
		}
	}
	return "m=" + strings.Join(line, " ")
}

// described returns the payload types that have an a=rtpmap line, in its order.
func (s *section) described() (formats []string) {
	for _, line := range s.attributes {
		value, ok := strings.CutPrefix(line, "a=rtpmap:")
		number, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		if _, err := strconv.ParseUint(number, 10, 7); ok && err == nil {
			formats = append(formats, number)
		}
	}
	return formats
}

// times returns the t= line of a start and a stop time, empty when they are none.
func times(value string) string {
	fields := words(value)
	if len(fields) != 2 {
		return ""
	}
	for _, field := range fields {
		if _, err := strconv.ParseUint(field, 10, 63); err != nil {
			return ""
		}
	}
	return "t=" + strings.Join(fields, " ")
}

// join ends each line that is not empty.
func join(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		if line != "" {
			b.WriteString(line + "\r\n")
		}
	}
	return b.String()
}

func isLineEnd(r rune) bool { return r == '\r' || r == '\n' }

// words splits a value at blanks and tabs.
func words(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' })
}
