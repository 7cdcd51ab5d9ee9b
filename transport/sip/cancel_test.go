package sip

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestCancelBeforeTheAnswer(t *testing.T) {
	inWorld(t, func(c *call) {
		c.ring()
		c.hear("cancelled")
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		tag := c.want("180").tag()
		c.to = "<sip:pickup@192.0.2.1>" // a CANCEL has no tag of ours
		c.send("CANCEL")
		if m := c.want("200"); m.get("CSeq") != "1 CANCEL" || m.tag() != tag {
			t.Errorf("response to CANCEL: got CSeq %q and tag %q, want 1 CANCEL and %q", m.get("CSeq"), m.tag(), tag)
		}
		if m := c.want("487"); m.tag() != tag {
			t.Errorf("tag of the 487: got %q, want %q", m.tag(), tag)
		}
		c.send("ACK")
		c.wantSilence(time.Minute)
	})
}

// The server's answer and the caller's CANCEL cross. Whoever is first, one final
// response stands, and only that one is repeated.
func TestCancelRacesTheAnswer(t *testing.T) {
	t.Run("CANCEL first", func(t *testing.T) {
		proceed := make(chan struct{})
		inWorld(t, func(c *call) {
			c.ring()
			<-proceed // the handler does not know yet
			c.accept()
			c.hear("cancelled")
			if err := c.hear("answer failed").err; !errors.Is(err, ErrCancelled) {
				c.Errorf("answer: got %v, want ErrCancelled", err)
			}
		}, func(w *world) {
			proceed = make(chan struct{})
			c := w.caller()
			c.send("INVITE")
			c.want("180")
			c.send("CANCEL")
			c.want("200")
			c.want("487")
			close(proceed)
			for range 4 {
				c.want("487")
			}
			c.send("ACK")
			c.wantSilence(time.Minute)
		})
	})
	t.Run("200 first", func(t *testing.T) {
		inWorld(t, takesCalls, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			c.want("180")
			c.send("CANCEL") // crosses the 200
			c.want("200")
			if m := c.want("200"); m.get("CSeq") != "1 CANCEL" {
				t.Errorf("CSeq: got %q, want the CANCEL's", m.get("CSeq"))
			}
			c.send("ACK", c.branched("ack"))
			c.wantSilence(10 * time.Second)
			c.send("BYE")
			c.want("200")
		})
	})
	t.Run("CANCEL while the 200 is handed over", func(t *testing.T) {
		inWorld(t, func(c *call) {
			// The 200 is chosen, then the CANCEL is taken: the transaction refuses the
			// 200 but keeps it for its repetitions.
			c.sending.Lock()
			c.claim(accepted)
			c.hear("cancelled")
			time.Sleep(time.Second)
			if err := c.send(c.build(200)); !errors.Is(err, ErrCancelled) {
				c.Errorf("sending: got %v, want ErrCancelled", err)
			}
			c.sending.Unlock()
		}, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			time.Sleep(5 * time.Millisecond) // it arrives
			c.send("CANCEL")
			c.want("200 OK") // to the CANCEL
			c.want("487")
			for range 5 {
				c.want("487")
			}
			c.send("ACK")
			c.wantSilence(time.Minute)
			w.wantSent("SIP/2.0 200", 0)
		})
	})
}

func TestCancelAfterRejectionChangesNothing(t *testing.T) {
	inWorld(t, func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("486")
		c.send("CANCEL")
		c.want("200")
		c.want("486")
		c.send("ACK")
		c.wantSilence(time.Minute)
	})
}

func TestRejectionAfterCancelLeavesThe487(t *testing.T) {
	inWorld(t, func(c *call) {
		c.hear("cancelled")
		c.must(c.Reject(Refusal{Status: 486}))
		c.ring()
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		time.Sleep(5 * time.Millisecond) // it arrives
		c.send("CANCEL")
		c.want("200")
		c.want("487")
		c.want("487")
		c.send("ACK")
		c.wantSilence(time.Minute)
	})
}

func TestUnknownCancel(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.send("CANCEL", c.branched("nothing"))
		c.want("481")
		w.wantCalls(0)
	})
}

func TestCancelTogetherWithItsInvite(t *testing.T) {
	inWorld(t, func(c *call) {
		_, _ = c.Ring(nil)
		c.hear("cancelled")
	}, func(w *world) {
		for range 50 {
			c := w.caller()
			c.callID += strings.Repeat("x", w.calls)
			c.branch += c.callID
			c.send("INVITE")
			c.send("CANCEL")
			for done := false; !done; {
				m, ok := c.next(time.Minute)
				if !ok {
					t.Fatal("got nothing, want 487")
				}
				switch {
				case strings.Contains(m.start, "487"):
					c.to = m.get("To")
					c.send("ACK")
					done = true
				case strings.Contains(m.start, "481"):
					t.Fatal("got 481, want the CANCEL to wait for its INVITE")
				}
			}
			synctest.Wait()
			c.conn.Close()
		}
	})
}
