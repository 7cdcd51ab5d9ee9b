package sip

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// mute is where answers end.
type mute struct{}

func (mute) transport() string           { return "UDP" }
func (mute) remote() netip.AddrPort      { return callerAddr }
func (mute) local() netip.AddrPort       { return serverAddr }
func (mute) send([]byte, netip.AddrPort) {}

// BenchmarkLongestDatagram is what one datagram costs the goroutine that reads.
func BenchmarkLongestDatagram(b *testing.B) {
	const room = 62000
	via := "Via: SIP/2.0/UDP h;branch=z9hG4bK1" + numbered(60*5, ";a%d=1")
	datagrams := []struct{ name, text string }{
		{"short", stuffed("OPTIONS", "", "", "")},
		{"body", stuffed("OPTIONS", "", "", "") + strings.Repeat("x", room)},
		{"parameters of From", stuffed("OPTIONS", "", numbered(room, ";a%d=1"), "")},
		{"parameters of the URI", stuffed("OPTIONS", numbered(room, ";a%d=1"), "", "")},
		{"headers of the URI", stuffed("OPTIONS", "?"+numbered(room, "a%d=1&"), "", "")},
		{"quoted strings", stuffed("OPTIONS", "", ";"+numbered(room, `a%d="x"`), "")},
		{"quoted strings, allowed", stuffed("OPTIONS", "", ";"+numbered(200, `a%d="x"`)+strings.Repeat("x", room), "")},
		{"many Via", stuffed("OPTIONS", "", "", numbered(room, via+";b%d\r\n"))},
		{"many Via, allowed", stuffed("OPTIONS", "", "", numbered(room/4, "Via: SIP/2.0/UDP h;branch=z9hG4bK%d\r\n"))},
		{"short Via", stuffed("OPTIONS", "", "", numbered(room, "v:%d\r\n"))},
		{"short fields", stuffed("OPTIONS", "", "", numbered(room, "a: %d\r\n"))},
		{"elements of Contact", stuffed("INVITE", "", "", "Contact: "+numbered(room, "<sip:a@b%d>,")+"<sip:a@b>\r\n")},
		{"elements of Require", stuffed("OPTIONS", "", "", "Require: "+numbered(room, "a%d,")+"b\r\n")},
		{"folds", stuffed("OPTIONS", "", "", "X: "+numbered(room, "\r\n %d")+"\r\n")},
	}
	for _, d := range datagrams {
		b.Run(d.name, func(b *testing.B) {
			s, err := NewServer(Config{Handler: &world{}})
			if err != nil {
				b.Fatal(err)
			}
			data := []byte(d.text)
			b.ReportAllocs()
			for b.Loop() {
				s.answerAlone(data)
			}
		})
	}
}

// answerAlone does what filter does.
func (s *Server) answerAlone(data []byte) {
	if !plausible(data) {
		panic("the datagram is dropped at once")
	}
	if beyond(data) {
		s.refuseUnread(mute{}, data)
		return
	}
	if !s.front(tidy(data), mute{}) {
		panic("the library is given the datagram")
	}
}

// numbered repeats a text with growing numbers up to a length in bytes.
func numbered(length int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < length; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// stuffed is a request with something more in its URI, behind its From and behind its
// other fields.
func stuffed(method, uri, from, more string) string {
	return method + " sip:a@b" + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1:5070;branch=z9hG4bK1\r\n" +
		"Max-Forwards: 70\r\nFrom: <sip:a@b>;tag=1" + from + "\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 " + method + "\r\n" + more + "\r\n"
}
