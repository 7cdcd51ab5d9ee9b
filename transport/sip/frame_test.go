package sip

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// framed is a message of a stream.
func framed(body string, fields ...string) string {
	return "OPTIONS sip:x SIP/2.0\r\n" + strings.Join(append(fields, fmt.Sprintf("Content-Length: %d", len(body))), "\r\n") + "\r\n\r\n" + body
}

func TestFramerFindsMessagesInAnySegmentation(t *testing.T) {
	long := framed(strings.Repeat("x", maxMessage-len(framed(strings.Repeat("x", 60000)))+60000))
	tests := []struct {
		name, stream string
		want         []string
		pings        int
	}{
		{"one", framed("v=0"), []string{framed("v=0")}, 0},
		{"two at once", framed("v=0\r\n\r\n") + framed(""), []string{framed("v=0\r\n\r\n"), framed("")}, 0},
		{"CRLF before and between", "\r\n" + framed("a") + "\r\n" + framed("b"), []string{framed("a"), framed("b")}, 0},
		{"ping before and between", "\r\n\r\n" + framed("a") + "\r\n\r\n\r\n\r\n" + framed("b") + "\r\n\r\n", []string{framed("a"), framed("b")}, 4},
		{"compact and odd case", "OPTIONS sip:x SIP/2.0\r\nL :\t3 \r\n\r\nabc", []string{"OPTIONS sip:x SIP/2.0\r\nL :\t3 \r\n\r\nabc"}, 0},
		{"folded", "OPTIONS sip:x SIP/2.0\r\nContent-Length:\r\n 3\r\n\r\nabc", []string{"OPTIONS sip:x SIP/2.0\r\nContent-Length:\r\n 3\r\n\r\nabc"}, 0},
		{"response", "SIP/2.0 200 OK\r\nl:0\r\n\r\n", []string{"SIP/2.0 200 OK\r\nl:0\r\n\r\n"}, 0},
		{"the longest", long, []string{long}, 0},
	}
	for _, test := range tests {
		for _, size := range []int{1, 2, 3, 7, 1000, len(test.stream)} {
			t.Run(fmt.Sprintf("%s by %d", test.name, size), func(t *testing.T) {
				var f framer
				var got []string
				pings := 0
				for rest := test.stream; rest != ""; {
					n := min(size, len(rest))
					f.add([]byte(rest[:n]))
					rest = rest[n:]
					for {
						pings += f.pings()
						message, err := f.next()
						if err != nil {
							t.Fatalf("got %v, want messages", err)
						}
						if message == nil {
							break
						}
						got = append(got, string(message))
					}
				}
				if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", test.want) {
					t.Errorf("messages: got %d of them, want %d:\n%.300q", len(got), len(test.want), got)
				}
				if pings != test.pings {
					t.Errorf("pings: got %d, want %d", pings, test.pings)
				}
				if f.started() {
					t.Errorf("rest: got %q, want none", f.data)
				}
			})
		}
	}
}

func TestFramerRefusesWhatHasNoBoundary(t *testing.T) {
	head := "OPTIONS sip:x SIP/2.0\r\n"
	tests := []struct {
		name, stream string
		want         error
	}{
		{"no length", head + "Via: x\r\n\r\n", errLength},
		{"two lengths", head + "Content-Length: 0\r\nl: 5\r\n\r\n", errLength},
		{"two equal lengths", head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", errLength},
		{"negative", head + "Content-Length: -1\r\n\r\n", errLength},
		{"signed", head + "Content-Length: +1\r\n\r\n", errLength},
		{"no number", head + "Content-Length: 5x\r\n\r\n", errLength},
		{"empty", head + "Content-Length:\r\n\r\n", errLength},
		{"folded without end", head + "Content-Length: 5" + strings.Repeat("\r\n ", 1000) + "\r\n\r\n", errLength},
		{"list", head + "Content-Length: 5, 5\r\n\r\n", errLength},
		{"4 GiB", head + "Content-Length: 4294967296\r\n\r\n", errTooLong},
		{"2^64 + 1", head + "Content-Length: 18446744073709551617\r\n\r\n", errTooLong},
		{"too long by one", head + fmt.Sprintf("Content-Length: %d\r\n\r\n", maxMessage-len(head)-25+1), errTooLong},
		{"endless header", head + strings.Repeat("X: y\r\n", maxMessage/6), errTooLong},
		{"endless line", strings.Repeat("x", maxMessage+1), errTooLong},
		{"web", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", errNoMessage},
		{"TLS", "\x16\x03\x01\x02", errNoMessage},
		{"line feeds", "\n\n\n\n\n", errNoMessage},
		{"bare line feed in a field", head + "Via: x\nEvil: y\r\nContent-Length: 0\r\n\r\n", errNoMessage},
		{"zero bytes", "\x00\x00\x00\x00", errNoMessage},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var f framer
			f.add([]byte(test.stream))
			f.pings()
			if message, err := f.next(); !errors.Is(err, test.want) || message != nil {
				t.Errorf("got %q and %v, want %v", message, err, test.want)
			}
		})
	}
}

// FuzzFramer cuts a stream in two ways, which must make no difference, and expects
// nothing to be lost or to grow.
func FuzzFramer(f *testing.F) {
	f.Add([]byte(framed("v=0")+"\r\n\r\n"+framed("")), uint8(3))
	f.Add([]byte("\r\n\r\n\r\nOPTIONS"), uint8(1))
	f.Add([]byte("OPTIONS sip:x SIP/2.0\r\nl: 9999999999\r\n\r\n"), uint8(50))
	for i, message := range tortures(f) {
		f.Add(message, uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		whole, wholeErr := frames(t, data, len(data)+1)
		parts, partsErr := frames(t, data, int(size)+1)
		if fmt.Sprintf("%q", whole) != fmt.Sprintf("%q", parts) || !errors.Is(partsErr, wholeErr) {
			t.Errorf("in parts of %d bytes: got %q and %v, want %q and %v", int(size)+1, parts, partsErr, whole, wholeErr)
		}
	})
}

func frames(t *testing.T, data []byte, size int) (messages []string, err error) {
	var f framer
	for len(data) > 0 {
		n := min(size, len(data))
		f.add(data[:n])
		data = data[n:]
		for {
			f.pings()
			message, err := f.next()
			if err != nil {
				return messages, err
			}
			if message == nil {
				break
			}
			messages = append(messages, string(message))
		}
		if len(f.data) > maxMessage+size {
			t.Fatalf("kept: got %d bytes, want at most a message", len(f.data))
		}
	}
	return messages, nil
}
