package sip

import (
	"bytes"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// RFC 3261 section 25.1 allows white space between the parts of a Via, and RFC 4475
// section 3.1.1.1 has it. The library takes it for parts of the host and of the names of
// parameters, so it is taken out before.

// tidy gives the message with Via fields that the library understands. It is the same
// one when nothing has to be done, as with nearly all.
func tidy(data []byte) []byte {
	end := bytes.Index(data, []byte("\r\n\r\n"))
	if end < 0 || !untidy(data[:end]) {
		return data
	}
	lines := strings.Split(unfold(string(data[:end])), "\r\n")
	for i, line := range lines {
		if name, value, found := strings.Cut(line, ":"); i > 0 && found && isVia(name) {
			lines[i] = "Via: " + tidyVia(value)
		}
	}
	return append([]byte(strings.Join(lines, "\r\n")), data[end:]...)
}

// isVia reports whether it is the name of the field.
func isVia(name string) bool {
	name = strings.TrimSpace(name)
	return strings.EqualFold(name, "Via") || strings.EqualFold(name, "v")
}

// untidy reports whether a Via of the header section has white space beside a separator,
// or is folded.
func untidy(head []byte) bool {
	_, rest, _ := bytes.Cut(head, []byte("\r\n"))
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		if len(line) == 0 || line[0] != 'V' && line[0] != 'v' {
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if !isVia(string(name)) {
			continue
		}
		folded := len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t')
		if folded || bytes.ContainsAny(value, " \t") && spaced(value) {
			return true
		}
	}
	return false
}

// spaced reports whether there is white space beside a separator.
func spaced(value []byte) bool {
	for _, separator := range []string{"/", ";", "=", ",", ":"} {
		for _, blank := range []string{" ", "\t"} {
			if bytes.Contains(value, []byte(blank+separator)) || bytes.Contains(value, []byte(separator+blank)) {
				return true
			}
		}
	}
	return false
}

// tidyVia takes the white space out of a Via, but for the blank before the sent-by. What
// has a quoted string, or is no Via, stays as it is.
func tidyVia(value string) string {
	value = strings.TrimSpace(value)
	if strings.ContainsRune(value, '"') {
		return value
	}
	elements := strings.Split(value, ",")
	for i, element := range elements {
		protocol := strings.SplitN(element, "/", 3)
		if len(protocol) != 3 {
			return value
		}
		transport, rest, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(protocol[2], "\t", " ")), " ")
		elements[i] = squeeze(protocol[0]) + "/" + squeeze(protocol[1]) + "/" + transport + " " + squeeze(rest)
	}
	return strings.Join(elements, ", ")
}

// squeeze takes all white space away.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// lowerNames writes the names of the parameters that are looked for in lower case: they
// are case-insensitive (RFC 3261 section 7.3.1), and the library compares their bytes.
func lowerNames(params gosip.HeaderParams) {
	for i, p := range params {
		for _, name := range []string{"branch", "rport", "received"} {
			if strings.EqualFold(p.K, name) {
				params[i].K = name
			}
		}
	}
}
