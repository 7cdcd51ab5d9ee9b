package sip

import (
	"strconv"
	"strings"
	"time"
)

// maxInfoLength bounds the length of a digit that a peer names: nobody holds a key for
// more than a minute.
const maxInfoLength = time.Minute

// infoDigit is a digit in the body of an INFO. No RFC describes it; key is 0 when the
// body names none.
type infoDigit struct {
	key    byte
	length time.Duration
}

// parseDigit reads the body of either type: lines as "Signal=5" and "Duration=160", the
// length in milliseconds, or the bare digit. Peers differ in case, blanks and line
// ends, and some send the bare digit under the name of the other type.
func parseDigit(body string) (d infoDigit) {
	for line := range strings.FieldsFuncSeq(body, func(r rune) bool { return r == '\r' || r == '\n' }) {
		name, text, found := strings.Cut(line, "=")
		if !found {
			name, text = "signal", name
		}
		text = strings.TrimSpace(text)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "signal":
			if d.key == 0 {
				d.key = keyOf(text)
			}
		case "duration":
			if ms, err := strconv.ParseUint(text, 10, 16); err == nil {
				d.length = min(time.Duration(ms)*time.Millisecond, maxInfoLength)
			}
		}
	}
	return d
}

// keyOf reads a digit as it is, or as the number of its event (RFC 4733 section 3.2),
// which some peers send from 10 on.
func keyOf(text string) byte {
	if number, err := strconv.ParseUint(text, 10, 8); err == nil && len(text) == 2 && number >= 10 && number <= 16 {
		return "*#ABCD!"[number-10]
	}
	if len(text) != 1 || !strings.ContainsAny(text, "0123456789*#ABCDabcd!") {
		return 0
	}
	return strings.ToUpper(text)[0]
}
