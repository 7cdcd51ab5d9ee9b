package sip

import (
	"fmt"
	"strconv"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// Reason is why a side ends a call, the value of a Reason header field (RFC 3326).
type Reason struct {
	Protocol string // "Q.850" or "SIP"
	Cause    int    // of the protocol
	Text     string // for a human; may be empty. That of a peer is escaped and bounded
}

func (r Reason) String() string {
	s := fmt.Sprintf("%s;cause=%d", r.Protocol, r.Cause)
	if r.Text != "" {
		s += ";text=" + quoted(r.Text)
	}
	return s
}

// maxReasons is how many reasons of a request are read. RFC 3326 section 2 has one a
// protocol, and two protocols.
const maxReasons = 4

// reasonsOf reads the reasons of a BYE or CANCEL. Those of other protocols, and what
// cannot be read, are left out: a reason changes nothing in the call.
func reasonsOf(req *gosip.Request) []Reason {
	var reasons []Reason
	for _, h := range req.GetHeaders("Reason") {
		for rest := h.Value(); rest != "" && len(reasons) < maxReasons; {
			var element string
			element, rest = cutOutside(rest, ',')
			if r, ok := parseReason(element); ok {
				reasons = append(reasons, r)
			}
		}
	}
	return reasons
}

// parseReason reads protocol *(SEMI reason-params) of RFC 3326 section 2.
func parseReason(text string) (r Reason, ok bool) {
	protocol, rest := cutOutside(text, ';')
	switch {
	case strings.EqualFold(protocol, "Q.850"):
		r.Protocol = "Q.850"
	case strings.EqualFold(protocol, "SIP"):
		r.Protocol = "SIP"
	default:
		return Reason{}, false
	}
	for rest != "" {
		var parameter string
		parameter, rest = cutOutside(rest, ';')
		name, value, _ := strings.Cut(parameter, "=")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "cause":
			cause, err := strconv.ParseUint(value, 10, 16)
			if err != nil || cause > 699 { // the greatest of both protocols
				return Reason{}, false
			}
			r.Cause = int(cause)
		case "text":
			r.Text = clean(unescape(value))
		}
	}
	return r, r.Cause > 0
}

// cutOutside takes the text before the first separator that is not in a quoted string.
func cutOutside(s string, separator byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:])
		}
	}
	return strings.TrimSpace(s), ""
}

// unescape reads a quoted-string of RFC 3261 section 25.1; what is none stays.
func unescape(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i < len(s)-2 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
