package sip

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// maxMessage is the longest message on a connection, in bytes: what fits into a
// datagram. The header section alone may be no longer either.
const maxMessage = 65535

// maxLengthField is the longest Content-Length, in bytes, that is unfolded. Nobody
// needs more white space.
const maxLengthField = 256

// What ends a connection, because there is no boundary to go on from.
var (
	errNoMessage = errors.New("not a SIP message")
	errLength    = errors.New("a message needs one Content-Length that says how long it is")
	errNoLength  = fmt.Errorf("%w: there is none", errLength)
	errTooLong   = errors.New("a message is at most " + strconv.Itoa(maxMessage) + " bytes long")
)

// framer cuts a stream of bytes into messages (RFC 3261 section 18.3). It copies
// nothing that it does not keep. The zero value is at the start of a stream.
type framer struct {
	data    []byte // what came and is in no message yet
	scanned int    // bytes of data that are known to have no end of a header section
	head    int    // length of the header section of the message that is coming in; 0: unknown
	size    int    // length of that message
}

// add appends what came.
func (f *framer) add(p []byte) { f.data = append(f.data, p...) }

// ping asks for a sign of life (RFC 5626 section 4.4.1), which is a CRLF.
var ping = []byte("\r\n\r\n")

// started reports whether a part of a message is there, and not only of a ping.
func (f *framer) started() bool { return !bytes.HasPrefix(ping, f.data) }

// pings takes the CRLFs before a message away (RFC 3261 section 7.5) and counts the
// pings among them.
func (f *framer) pings() int {
	count := 0
	for {
		switch {
		case bytes.HasPrefix(f.data, ping):
			count++
			f.drop(len(ping))
		case len(f.data) > 2 && bytes.HasPrefix(f.data, ping[:2]) && f.data[2] != '\r':
			f.drop(2)
		default:
			return count
		}
	}
}

// pong takes a CRLF away that answers a ping of ours, and not one that begins a ping of
// the peer.
func (f *framer) pong() bool {
	if !bytes.HasPrefix(f.data, ping[:2]) || len(f.data) > 2 && f.data[2] == '\r' {
		return false
	}
	f.drop(2)
	return true
}

// next takes one complete message away, nil when there is none yet. On an error the
// header section at fault stands at the front of data, when head is not 0.
func (f *framer) next() (message []byte, err error) {
	if err := f.measure(); err != nil {
		return nil, err
	}
	if f.head == 0 || len(f.data) < f.size {
		return nil, nil
	}
	message = bytes.Clone(f.data[:f.size])
	f.drop(f.size)
	return message, nil
}

// measure finds how long the message is that is coming in.
func (f *framer) measure() error {
	if f.head > 0 || !f.started() {
		return nil
	}
	if !isToken(f.data[:1]) {
		return errNoMessage
	}
	from := max(0, f.scanned-3)
	end := bytes.Index(f.data[from:], []byte("\r\n\r\n"))
	if end < 0 {
		f.scanned = len(f.data)
		if len(f.data) > maxMessage {
			return errTooLong
		}
		return nil
	}
	head := from + end + 4
	if !plausible(f.data[:head]) {
		return errNoMessage
	}
	f.head = head
	length, err := contentLength(f.data[:head])
	if err != nil {
		return err
	}
	if f.size = head + length; f.size > maxMessage {
		return errTooLong
	}
	return nil
}

// refused is the header section at fault.
func (f *framer) refused() []byte { return f.data[:f.head] }

// resume is false: nobody knows where a message ends whose length is wrong.
func (f *framer) resume() bool { return false }

// wrap changes nothing: a message says itself how long it is.
func (f *framer) wrap(p []byte) []byte { return p }

// farewell is nothing.
func (f *framer) farewell(error) []byte { return nil }

// drop takes the first n bytes away, and gives memory back that nothing needs.
func (f *framer) drop(n int) {
	f.data = f.data[n:]
	if len(f.data) == 0 {
		f.data = nil
	}
	f.scanned, f.head, f.size = 0, 0, 0
}

// contentLength is the length of the body that the header section promises: "The
// Content-Length header field MUST be used with stream oriented transports" (RFC
// 3261 section 18.3). Two of them may mean two things to two readers.
func contentLength(head []byte) (int, error) {
	length := -1
	lines := bytes.Split(head, []byte("\r\n"))
	for i, line := range lines {
		name, content, _ := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		if i == 0 || !bytes.EqualFold(name, []byte("Content-Length")) && !bytes.EqualFold(name, []byte("l")) {
			continue
		}
		for _, more := range lines[i+1:] { // a folded line (RFC 3261 section 7.3.1)
			if len(more) == 0 || more[0] != ' ' && more[0] != '\t' {
				break
			}
			content = append(bytes.Clone(content), more...)
			if len(content) > maxLengthField {
				return 0, errLength
			}
		}
		n, err := strconv.ParseUint(string(bytes.Trim(content, " \t")), 10, 31)
		if errors.Is(err, strconv.ErrRange) {
			return 0, errTooLong
		}
		if err != nil || length >= 0 {
			return 0, errLength
		}
		length = int(n)
	}
	if length < 0 {
		return 0, errNoLength
	}
	return length, nil
}
