package sip

import (
	"strings"
	"testing"
)

// RFC 3261 section 7.3.1: the names of parameters are case-insensitive. Responses with a
// transaction and without one go to the source port, and those that are made of the text.
func TestViaParametersInCapitals(t *testing.T) {
	inWorld(t, func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, func(w *world) {
		c := w.caller()
		for _, test := range []struct{ method, start, want string }{
			{"OPTIONS", "OPTIONS sip:a@b SIP/2.0", "200"},
			{"OPTIONS", "OPTIONS sip:a b SIP/2.0", "400"},
			{"INVITE", "INVITE sip:a@b SIP/2.0", "486"},
		} {
			c.send(test.method, starting(test.start), set("Via", "SIP/2.0/UDP 198.51.100.1:9;RPORT;Branch=z9hG4bK-p"))
			via := c.want(test.want).get("Via")
			if !strings.Contains(via, ";rport=5070;") || strings.Contains(via, "RPORT") || !strings.Contains(via, "received=198.51.100.1") {
				t.Errorf("%s: Via: got %q, want the source in it once", test.start, via)
			}
		}
		c.send("ACK", set("Via", "SIP/2.0/UDP 198.51.100.1:9;RPORT;Branch=z9hG4bK-p"))
	})
}
