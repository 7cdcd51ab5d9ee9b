package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// alone is a request that leads to no call.
type alone struct {
	name, method string
	change       func(string) string
	want         string
}

// signedAsWell has the requests come with credentials that are for no challenge of ours.
func signedAsWell(tests []alone) (signed []alone) {
	for _, test := range tests {
		change := test.change
		test.name += ", with credentials"
		test.change = func(s string) string {
			if change != nil {
				s = change(s)
			}
			return strings.Replace(s, "\r\nCSeq", "\r\nAuthorization: Digest x\r\nCSeq", 1)
		}
		signed = append(signed, test)
	}
	return signed
}

// Whatever leads to no call leaves nothing in the library, and a repetition of it gets
// the same response.
func TestWhatStandsAloneLeavesNothing(t *testing.T) {
	tests := []alone{
		{"OPTIONS", "OPTIONS", nil, "200"},
		{"unknown method", "SUBSCRIBE", nil, "405"},
		{"BYE without a dialog", "BYE", nil, "481"},
		{"BYE in an unknown dialog", "BYE", strange, "481"},
		{"INVITE in an unknown dialog", "INVITE", strange, "481"},
		{"INVITE with an unknown extension", "INVITE", func(s string) string {
			return strings.Replace(s, "\r\nCSeq", "\r\nRequire: magic\r\nCSeq", 1)
		}, "420"},
		{"INVITE without Contact", "INVITE", func(s string) string { return strings.Replace(s, "\r\nContact", "\r\nX-Contact", 1) }, "400"},
		{"two From", "OPTIONS", func(s string) string { return strings.Replace(s, "\r\nFrom", "\r\nFrom: <sip:x@y>;tag=1\r\nFrom", 1) }, "400"},
	}
	tests = append(tests, signedAsWell(tests)...)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				c := w.caller()
				text := c.compose(test.method).String()
				if test.change != nil {
					text = test.change(text)
				}
				var tag string
				for i := range 20 {
					c.raw(text)
					m := c.want(test.want)
					if tag == "" {
						tag = m.tag()
					}
					if m.tag() != tag || tag == "" {
						t.Fatalf("To tag of response %d: got %q, want %q", i, m.tag(), tag)
					}
				}
				if got := w.server.Stats(); got.Transactions != 0 || got.Requests != 20 {
					t.Errorf("got %d transactions and %d requests, want 0 and 20", got.Transactions, got.Requests)
				}
				if got := w.server.transport.Pool("udp").Size(); got != 1 {
					t.Errorf("addresses in the pool: got %d, want 1, that of the socket", got)
				}
				c.wantSilence(time.Minute)
				w.wantCalls(0)
			})
		})
	}
}

func strange(s string) string {
	return strings.Replace(s, "\r\nTo: <sip:pickup@192.0.2.1>", "\r\nTo: <sip:pickup@192.0.2.1>;tag=stranger", 1)
}

// A CANCEL may be earlier than its INVITE, so the first of them are waited with.
func TestCancelsOfNothingAreBounded(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		for i := range 10 * earlyCancels {
			c.callID = fmt.Sprint("cancel-", i)
			c.send("CANCEL", c.branched(c.callID))
		}
		time.Sleep(cancelPatience / 2)
		if got := w.server.Stats().Transactions; got != 2*earlyCancels {
			t.Errorf("transactions: got %d, want %d", got, 2*earlyCancels)
		}
		time.Sleep(cancelPatience)
		if got := w.server.Stats().Transactions; got != 0 {
			t.Errorf("transactions later: got %d, want 0", got)
		}
		if got := len(w.sent("SIP/2.0 481")); got != 10*earlyCancels {
			t.Errorf("answers: got %d, want %d", got, 10*earlyCancels)
		}
	})
}

// A call over the limit costs nothing that lasts, and its ACK meets silence.
func TestOverloadLeavesNothing(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.want("200")
		c.send("ACK")
		time.Sleep(time.Second)
		before := w.server.Stats().Transactions
		w.overload = Refusal{Status: 503, RetryAfter: 5 * time.Second}
		for i := range 100 {
			o := newCaller(t, c.conn, serverAddr, fmt.Sprint("over-", i))
			o.send("INVITE")
			if m := o.want("503"); m.get("Retry-After") != "5" {
				t.Errorf("Retry-After: got %q, want 5", m.get("Retry-After"))
			}
			o.send("ACK")
		}
		c.wantSilence(time.Second)
		if got := w.server.Stats().Transactions; got != before {
			t.Errorf("transactions: got %d, want the %d from before", got, before)
		}
		c.send("BYE") // the call that is up is as it was
		c.want("200")
		w.wantCalls(1)
	})
}

// TestTransactionsAreBounded has calls that leave their transactions behind.
func TestTransactionsAreBounded(t *testing.T) {
	inBoundedWorld(t, ACL{}, Limits{Transactions: 10}, func(c *call) {
		c.accept()
		c.hear("acked")
		c.hear("bye")
	}, func(w *world) {
		c := w.caller()
		refused := 0
		for i := range 10 {
			if invited(c, fmt.Sprint("call-", i)) != "200" {
				refused++
				continue
			}
			c.send("ACK")
			c.send("BYE", c.branched("bye-"+c.callID))
			c.want("200")
		}
		if refused != 5 {
			t.Errorf("refused: got %d of 10, want 5: each call leaves two transactions", refused)
		}
		c.send("OPTIONS", c.branched("options"), set("To", "<sip:pickup@192.0.2.1>"))
		if m := c.want("503"); m.get("Retry-After") == "" {
			t.Error("OPTIONS: got a 503 without Retry-After, want what an INVITE gets")
		}
		time.Sleep(70 * time.Second)
		if got := w.server.Stats().Transactions; got != 0 {
			t.Errorf("transactions after 70 s: got %d, want 0", got)
		}
		if got := invited(c, "later"); got != "200" {
			t.Errorf("after 70 s: got %s, want 200", got)
		}
		c.send("ACK")
		c.send("BYE")
		c.want("200")
	})
}

// An INVITE with the branch of another one, but from another place, is no repetition of
// it: it gets its 482 without a transaction.
func TestMergedInviteFromElsewhereLeavesNothing(t *testing.T) {
	inWorld(t, func(c *call) {
		c.ring()
		c.hear("cancelled")
	}, func(w *world) {
		c := w.caller()
		text := c.compose("INVITE").String()
		c.raw(text)
		c.want("180")
		before := w.server.Stats().Transactions
		for port := range 20 {
			c.raw(strings.Replace(text, "198.51.100.1:5070;", fmt.Sprintf("198.51.100.1:%d;rport;", 6000+port), 1))
			c.want("482")
		}
		if got := w.server.Stats().Transactions; got != before {
			t.Errorf("transactions: got %d, want %d", got, before)
		}
		c.send("CANCEL")
	})
}

// A BYE that is repeated when its call is long over gets its 200 again.
func TestRepeatedByeOfAnOldCall(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.want("200")
		c.send("ACK")
		time.Sleep(time.Minute) // the transaction of the INVITE is over
		bye := c.send("BYE")
		c.want("200")
		time.Sleep(20 * time.Second)
		c.raw(bye.String())
		c.want("200")
	})
}
