package sip

import "bytes"

// The library looks each parameter of a field up among those before it, so that what a
// field costs grows with the square of their number: a datagram of 60 KiB that is one
// From takes 0.2 s of the goroutine that reads for everybody. Beside that, each field of
// a message costs some allocations. So both are bounded before anything is parsed.

const (
	// maxParameters is how many semicolons, how many ampersands and how many quotation
	// marks one field or the start line may have. Credentials have about 20 quotation
	// marks, a Via of one proxy 4 semicolons, and of several in one line it fits 16.
	maxParameters = 64
	// maxSeparators is how many of each there may be in the whole header section: 70
	// proxies with a Via and a Record-Route each need half of it.
	maxSeparators = 1024
	// maxFields is how many lines the header section may have. Max-Forwards lets 70
	// proxies each add a Via and a Record-Route.
	maxFields = 512
)

// overfull reports whether a message has more fields, or more parameters in one of them,
// than anybody needs. Separators in quoted strings count, as the library does not leave
// them out either.
func overfull(data []byte) bool {
	head := data
	if end := bytes.Index(data, []byte("\r\n\r\n")); end >= 0 {
		head = data[:end]
	}
	if bytes.Count(head, []byte("\n")) > maxFields {
		return true
	}
	for _, separator := range []byte(`;&"`) {
		count := bytes.Count(head, []byte{separator})
		if count > maxSeparators || count > maxParameters && heaped(head, separator) {
			return true
		}
	}
	return false
}

// heaped reports whether one field has too many of the separator. The lines of a folded
// field are one (RFC 3261 section 7.3.1).
func heaped(head []byte, separator byte) bool {
	count := 0
	for i, c := range head {
		switch {
		case c == separator:
			if count++; count > maxParameters {
				return true
			}
		case c == '\n' && (i+1 == len(head) || head[i+1] != ' ' && head[i+1] != '\t'):
			count = 0
		}
	}
	return false
}
