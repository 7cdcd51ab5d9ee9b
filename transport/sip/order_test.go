package sip

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// Requests of a dialog that arrive together are handled in their order, whichever
// goroutine of the library runs first.
func TestRequestsOfADialogAreHandledInTheirOrder(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		for i := range 100 {
			c := w.caller()
			c.callID += fmt.Sprint(i)
			c.branch += c.callID
			c.answered()
			for n := range 5 {
				c.send("INFO", c.branched(fmt.Sprint(i, "-info-", n)), set("CSeq", fmt.Sprint(n+2, " INFO")))
			}
			c.send("BYE", c.branched(fmt.Sprint(i, "-bye")), set("CSeq", "7 BYE"))
			for range 6 {
				if m, _ := c.next(time.Minute); !strings.Contains(m.start, "200") {
					t.Errorf("call %d: got %q to %s, want 200", i, m.start, m.get("CSeq"))
				}
			}
			synctest.Wait()
			c.conn.Close()
		}
	})
}

// The transaction layer hands the requests over in the other order.
func TestRequestsWaitForTheirTurn(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.answered()
		leg := w.server.dialogs.all()[0]
		read := func(number uint32) *gosip.Request {
			req := leg.invite.Clone()
			req.CSeq().SeqNo, req.CSeq().MethodName, req.Method = number, gosip.INFO, gosip.INFO
			req.To().Params.Add("tag", tagOf(leg.invite.To().Params))
			w.server.queue(req)
			w.server.queue(req) // a repetition has no turn of its own
			return req
		}
		first, second := read(2), read(3)
		var handled []uint32
		for _, req := range []*gosip.Request{second, first} {
			go func() {
				defer leg.inTurn(req)()
				handled = append(handled, req.CSeq().SeqNo)
			}()
			synctest.Wait()
		}
		if fmt.Sprint(handled) != "[2 3]" {
			t.Errorf("handled: got %v, want 2 before 3", handled)
		}
		read(4) // is never handled
		begun := time.Now()
		leg.inTurn(read(5))()
		if got := time.Since(begun); got != turnPatience {
			t.Errorf("waited %v for a request that never came, want %v", got, turnPatience)
		}
		leg.inTurn(read(6))()
		if got := time.Since(begun); got != turnPatience || len(leg.turns) != 0 {
			t.Errorf("waited %v in all, and %d turns are left, want %v and none", got, len(leg.turns), turnPatience)
		}
		for n := range uint32(2 * maxTurns) {
			read(10 + n)
		}
		if got := len(leg.turns); got != maxTurns {
			t.Errorf("turns: got %d, want %d", got, maxTurns)
		}
		time.Sleep(turnPatience + 1)
		read(100)
		if got := len(leg.turns); got != 1 {
			t.Errorf("turns when the others are too old: got %d, want 1", got)
		}
		leg.turns = nil
		c.send("BYE", set("CSeq", "200 BYE"))
		c.want("200")
	})
}

// A request that is refused passes its turn on at once.
func TestRefusedRequestPassesItsTurn(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.answered()
		c.send("INFO", c.branched("first"), set("Require", "magic"))
		c.send("INFO", c.branched("second"), set("CSeq", "3 INFO"))
		begun := time.Now()
		got := map[string]bool{}
		for range 2 {
			m := c.want("SIP/2.0")
			got[strings.Fields(m.start)[1]+" "+m.get("CSeq")] = true
		}
		if !got["420 2 INFO"] || !got["200 3 INFO"] {
			t.Errorf("got %v, want 420 to 2 INFO and 200 to 3 INFO", got)
		}
		if took := time.Since(begun); took >= turnPatience {
			t.Errorf("answered after %v, want it at once", took)
		}
		c.send("BYE", set("CSeq", "4 BYE"))
		c.want("200")
	})
}

// A CANCEL that is handled before its INVITE waits for it.
func TestCancelWaitsForItsInvite(t *testing.T) {
	inWorld(t, func(c *call) {
		c.hear("cancelled")
	}, func(w *world) {
		c := w.caller()
		c.send("CANCEL")
		time.Sleep(cancelPatience / 2)
		c.send("INVITE")
		if m := c.want("200"); m.get("CSeq") != "1 CANCEL" {
			t.Errorf("CSeq of the 200: got %q, want 1 CANCEL", m.get("CSeq"))
		}
		c.want("487")
		c.send("ACK")
		c.wantSilence(time.Minute)
		w.wantCalls(1)
		c.send("CANCEL", c.branched("other"), set("CSeq", "2 CANCEL"))
		c.want("481")
		if got := len(w.server.dialogs.awaited); got != 0 {
			t.Errorf("dialogs that a CANCEL waits for: got %d, want 0", got)
		}
	})
}

// The same for a re-INVITE.
func TestCancelWaitsForItsReinvite(t *testing.T) {
	inWorld(t, func(c *call) {
		takesCall(c)
		c.hear("reoffered")
		time.Sleep(time.Second)
		if err := c.Reply([]byte(reply)); err != ErrCancelled {
			c.Errorf("Reply: got %v, want %v", err, ErrCancelled)
		}
		c.hear("bye")
	}, func(w *world) {
		for range 20 {
			phone := w.phone()
			call := establish(phone)
			time.Sleep(time.Second)
			call.Reinvite(offer)
			call.Cancel()
			got := fmt.Sprint(call.Next().Status(), call.Next().Status())
			if got != "200 487" {
				t.Fatalf("got %s, want 200 to the CANCEL and 487", got)
			}
			call.AckRefusal()
			time.Sleep(2 * time.Second)
			hangUp(call)
			phone.Close()
			time.Sleep(time.Minute)
		}
	})
}
