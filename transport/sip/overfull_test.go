package sip

import (
	"strings"
	"testing"
	"time"
)

// A message with more parameters or fields than anybody needs is not parsed.
func TestOverfullRequestIsRefused(t *testing.T) {
	const most = maxParameters
	uri := func(more string) string { return stuffed("OPTIONS", more, "", "") }
	after := func(more string) string { return stuffed("OPTIONS", "", more, "") }
	fields := func(more string) string { return stuffed("OPTIONS", "", "", more) }
	via := "Via: SIP/2.0/UDP h;branch=z9hG4bK%d" + strings.Repeat(";a", 15) + "\r\n"
	tests := []struct {
		name, text, want string
	}{
		{"parameters of From", after(strings.Repeat(";a=1", most)), "400"},
		{"as many as may be", after(strings.Repeat(";a=1", most-1)), "200"},
		{"in folded lines", after(strings.Repeat(";a=1\r\n ", most)), "400"},
		{"in two fields", after(";a" + "\r\nX: 1" + strings.Repeat(";a=1", most)), "200"},
		{"quoted strings", after(";" + strings.Repeat(`a="1"`, most/2+1)), "400"},
		{"parameters of the URI", uri(strings.Repeat(";a=1", most+1)), "400"},
		{"headers of the URI", uri("?a=1" + strings.Repeat("&a=1", most+1)), "400"},
		{"parameters of Via", fields("Via: SIP/2.0/UDP h" + strings.Repeat(";a", most+1) + "\r\n"), "400"},
		{"parameters of all Via", fields(strings.Repeat(via, maxSeparators/16+1)), "400"},
		{"fields", fields(strings.Repeat("X: 1\r\n", maxFields)), "400"},
		{"body", strings.Replace(fields("Content-Length: 9000\r\n"), "\r\n\r\n", "\r\n\r\n"+strings.Repeat(";&\"", 3000), 1), "200"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				c := w.caller()
				c.raw(test.text)
				c.want(test.want)
				refused := uint64(0)
				if test.want == "400" {
					refused = 1
				}
				if got := w.server.Stats().Malformed; got != refused {
					t.Errorf("malformed: got %d, want %d", got, refused)
				}
			})
		})
	}
}

// Also one whose first Via is overfull, which would be parsed for its answer.
func TestOverfullViaIsRepeatedUnread(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		via := "SIP/2.0/UDP 198.51.100.1:5070" + numbered(1000, ";a%d=1")
		c.send("OPTIONS", set("Via", via))
		if got := c.want("400").get("Via"); got != via {
			t.Errorf("Via: got %q, want it as it was", got)
		}
	})
}

// A response to a request of ours is dropped: the request is repeated.
func TestOverfullResponseIsDropped(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.raw("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1" + numbered(1000, ";a%d=1") +
			"\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n\r\n")
		c.wantSilence(time.Second)
		if got := w.server.Stats().Malformed; got != 1 {
			t.Errorf("malformed: got %d, want 1", got)
		}
	})
}
