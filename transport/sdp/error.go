package sdp

import (
	"fmt"
	"strings"
)

// SIP status codes of refusals (RFC 3261 section 21.4).
const (
	badRequest    = 400
	notAcceptable = 488
)

// Warning codes (RFC 3261 section 20.43).
const (
	warnAddress   = 301 // incompatible network address format
	warnTransport = 302 // incompatible transport protocol
	warnMediaType = 304 // media type not available
	warnFormat    = 305 // incompatible media format
	warnMulticast = 330 // multicast not available
	warnOther     = 399 // miscellaneous
)

// maxText bounds an error's text in bytes, as most of it can be the peer's.
const maxText = 256

// Error is why a session description was refused.
type Error struct {
	Status  int // SIP status: 400 when it is malformed, 488 when we cannot do what it asks for
	Warning int // code for the Warning header, RFC 3261 section 20.43

	// Text is at most 256 bytes of printable ASCII without quote or backslash:
	// it can stand in a quoted string as it is. Bytes of the peer's outside of
	// that are written %XX.
	Text string
}

// Error returns the text with the status and the warning code.
func (e *Error) Error() string {
	return fmt.Sprintf("sdp: %s (status %d, warning %d)", e.Text, e.Status, e.Warning)
}

func malformed(format string, args ...any) *Error {
	return &Error{Status: badRequest, Warning: warnOther, Text: printable(fmt.Sprintf(format, args...))}
}

func refused(warning int, format string, args ...any) *Error {
	return &Error{Status: notAcceptable, Warning: warning, Text: printable(fmt.Sprintf(format, args...))}
}

// printable escapes what must not reach a header or a log, and cuts the rest.
func printable(s string) string {
	const ellipsis = "..."
	var b strings.Builder
	cut := 0 // where the ellipsis goes if the rest does not fit
	for _, c := range []byte(s) {
		if b.Len() <= maxText-len(ellipsis) {
			cut = b.Len()
		}
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
		if b.Len() > maxText {
			return b.String()[:cut] + ellipsis
		}
	}
	return b.String()
}
