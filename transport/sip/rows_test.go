package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// RFC 3261 section 17.2.1: Timer G repeats a refusal, and Timer H ends that.
func TestRefusalIsRepeatedUntilItIsGivenUp(t *testing.T) {
	inWorld(t, func(c *call) { c.must(c.Reject(Refusal{Status: 603})) }, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		for range 11 {
			c.want("603")
		}
		c.wantSilence(time.Minute)
		w.wantSent("SIP/2.0 603", 0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5)
	})
}

// RFC 3261 section 9.2: a CANCEL means the INVITE of its branch.
func TestCancelOfAnotherBranchCancelsNothing(t *testing.T) {
	inWorld(t, func(c *call) {
		c.ring()
		time.Sleep(time.Second)
		c.accept()
		c.hear("acked")
		c.hear("bye")
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.to = "<sip:pickup@192.0.2.1>" // a CANCEL has no tag of ours
		c.send("CANCEL", c.branched("other"))
		c.want("481")
		c.want("200")
		c.send("ACK")
		c.send("BYE")
		c.want("200")
	})
}

// RFC 3261 section 7.3: everything unusual that is allowed, in one call.
func TestCallInCompactForm(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.raw("INVITE sip:pickup@192.0.2.1 SIP/2.0\r\n" +
			"v  : SIP / 2.0 / UDP\r\n 198.51.100.1:5070 ;branch=z9hG4bK-compact,\r\n\tSIP/2.0/UDP far.invalid\r\n" +
			"F: \"A\r\n  lice\" <sip:alice@198.51.100.1>\r\n ; tag = alice\r\nT:<sip:pickup@192.0.2.1>\r\ni:call-1\r\ncSEQ: 0001\r\n INVITE\r\n" +
			"M: <sip:alice@198.51.100.1:5070>\r\nC: Application/SDP\r\nmax-FORWARDS: 0070\r\nk:\r\n" +
			fmt.Sprintf("L: 0%d", len(offer)) + "\r\n\r\n" + offer)
		c.want("180")
		ok := c.want("200")
		if got := strings.Join(ok.all("Via"), ", "); !strings.Contains(got, "far.invalid") || strings.Index(got, "far.invalid") < strings.Index(got, "198.51.100.1") {
			t.Errorf("Via: got %q, want both in their order", got)
		}
		c.send("ACK", c.branched("ack"))
		c.send("BYE")
		c.want("200")
		w.wantCalls(1)
	})
}

// RFC 5118 section 4.9.
func TestMappedAddressKeepsItsBrackets(t *testing.T) {
	inWorld(t, hangsUp(200), func(w *world) {
		c := w.caller()
		c.to = "<sip:pickup@[::ffff:192.0.2.1]>"
		from := set("From", "<sip:alice@[::ffff:198.51.100.1]>;tag=alice")
		c.send("INVITE", from, set("Via", "SIP/2.0/UDP [::ffff:198.51.100.1]:5070;branch=z9hG4bK-mapped"), set("Contact", "<sip:alice@[::ffff:198.51.100.1]:5070>"))
		ok := c.want("200")
		for name, want := range map[string]string{
			"Via": "SIP/2.0/UDP [::ffff:198.51.100.1]:5070;branch=", "From": "<sip:alice@[::ffff:198.51.100.1]>;", "To": "<sip:pickup@[::ffff:192.0.2.1]>;",
		} {
			if got := ok.get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		c.send("ACK", from)
		c.reply(c.want("BYE sip:alice@[::ffff:198.51.100.1]:5070 SIP/2.0"), "200 OK")
	})
}
