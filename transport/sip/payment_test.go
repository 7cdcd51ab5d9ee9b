package sip

import (
	"fmt"
	"testing"
	"time"
)

// The caller of the shortest INVITE hears a 200, and at last the BYE.
func TestShortInviteHearsItsAnswer(t *testing.T) {
	inBoundedWorld(t, ACL{}, Limits{Amplification: 8}, func(c *call) {
		c.ring()
		c.accept()
		c.hear("ack timeout")
		c.hangUp()
		c.hear("bye answered")
	}, func(w *world) {
		c := w.caller()
		c.raw("INVITE sip:a@b SIP/2.0\r\nv:SIP/2.0/UDP 198.51.100.1:5070;branch=z9hG4bK1\r\nf:<sip:a@b>;tag=1\r\n" +
			"t:<sip:a@b>\r\ni:1\r\nCSeq:1 INVITE\r\nm:<sip:a@b>\r\nl:0\r\n\r\n")
		time.Sleep(2 * time.Minute)
		for start, least := range map[string]int{"SIP/2.0 180": 1, "SIP/2.0 200": 1, "BYE": 1} {
			if got := len(w.sent(start)); got < least {
				t.Errorf("%s: got %d, want one at the least", start, got)
			}
		}
		if _, out := w.traffic(); out > 8*leastInvite {
			t.Errorf("bytes sent: got %d, want at most %d", out, 8*leastInvite)
		}
	})
}

// Only an INVITE has so much to hear.
func TestPayment(t *testing.T) {
	for text, want := range map[string]int{
		"INVITE sip:a@b SIP/2.0\r\n":                           leastInvite,
		"INVITE " + fmt.Sprintf("%*s", leastInvite, "SIP/2.0"): len("INVITE ") + leastInvite,
		"OPTIONS sip:a@b SIP/2.0\r\n":                          25,
		"INVITEsip:a@b SIP/2.0\r\n":                            23,
	} {
		if got := payment([]byte(text)); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}
