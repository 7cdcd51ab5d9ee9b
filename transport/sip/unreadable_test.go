package sip

import (
	"testing"
	"time"
)

// RFC 3261 section 18.3, over UDP.
func TestLengthOfADatagram(t *testing.T) {
	tests := []struct {
		name   string
		change change
		want   string // empty: nothing
	}{
		{"too long", set("Content-Length", "9999"), "400"},
		{"one too long", set("Content-Length", "1"), "400"},
		{"huge", set("Content-Length", "99999999999999999999"), "400"},
		{"negative", set("Content-Length", "-1"), "400"},
		{"no number", set("l", "x"), "400"},
		{"surplus bytes", func(m *message) { m.body = "surplus" }, "200"},
		{"none", without("Content-Length"), "200"},
		{"folded", set("Content-Length", "\r\n 0"), "200"},
		{"a response", starting("SIP/2.0 200 OK"), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				c := w.caller()
				changes := []change{test.change}
				if test.want == "" {
					changes = append(changes, set("Content-Length", "9999"))
				}
				c.send("OPTIONS", changes...)
				if test.want == "" {
					c.wantSilence(time.Second)
					return
				}
				m := c.want(test.want)
				if m.get("CSeq") != "2 OPTIONS" || m.get("Call-ID") != "call-1" || m.tag() == "" {
					t.Errorf("got\n%v\nwant what the request has", m)
				}
				c.wantSilence(time.Second)
			})
		})
	}
}

// The surplus of an INVITE is no part of its session description.
func TestSurplusBytesAreNotTheOffer(t *testing.T) {
	inWorld(t, func(c *call) {
		if string(c.Offer()) != offer {
			c.Errorf("offer: got %q, want %q", c.Offer(), offer)
		}
		takesCalls(c)
	}, func(w *world) {
		c := w.caller()
		c.answered(func(m *message) { m.body += "surplus" })
		c.send("BYE")
		c.want("200")
	})
}

// RFC 3261 section 8.1.1.5; RFC 4475 section 3.1.2.4.
func TestCSeqThatIsTooGreat(t *testing.T) {
	for _, number := range []string{"2147483648", "4294967295", "36893488147419103232", "-1", "x"} {
		for _, method := range []string{"OPTIONS", "INVITE", "BYE"} {
			t.Run(number+" "+method, func(t *testing.T) {
				inWorld(t, takesCalls, func(w *world) {
					c := w.caller()
					c.send(method, set("CSeq", number+" "+method))
					m := c.want("400")
					if got := m.all("CSeq"); len(got) != 1 || got[0] != number+" "+method {
						t.Errorf("CSeq: got %q, want that of the request", got)
					}
					if method == "INVITE" {
						c.send("ACK", set("CSeq", number+" ACK"))
					}
					c.wantSilence(time.Minute)
					w.wantCalls(0)
				})
			})
		}
	}
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.answered(set("CSeq", "2147483646 INVITE"))
		c.send("ACK", c.branched("real"), set("CSeq", "2147483646 ACK"))
		c.send("BYE", set("CSeq", "2147483647 BYE"))
		c.want("200")
	})
}
