package sip

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"pickup/transport/sip/siptest"
)

// reply is what the scripted calls answer a change of the session with.
const reply = answer + "a=changed\r\n"

// renegotiates answers the call and every change of its session until the BYE. An
// offer with the word "refuse" is refused.
func renegotiates(c *call) {
	c.ring()
	c.accept()
	c.hear("acked")
	for {
		switch e := c.next(); {
		case e.name == "reoffered" && strings.Contains(e.text, "refuse"):
			c.must(c.Refuse(Refusal{Status: 488, Warning: Warning{305, "no codec"}}))
		case e.name == "reoffered":
			c.must(c.Reply([]byte(reply)))
		case e.name == "reanswered" && e.text == offer, e.name == "digit":
		case e.name == "ack timeout":
			c.hangUp()
			c.hear("bye answered")
			return
		case e.name == "bye":
			return
		default:
			c.Errorf("event: got %+v, want a change of the session or its end", e)
			return
		}
	}
}

// phone is a scripted caller at the usual address.
func (w *world) phone() *siptest.Caller { return w.phoneAt(callerAddr) }

func (w *world) phoneAt(addr netip.AddrPort) *siptest.Caller {
	w.Helper()
	conn, err := w.network.Listen(addr)
	if err != nil {
		w.Fatal(err)
	}
	return siptest.NewCaller(w.T, conn, serverAddr)
}

// establish calls and is answered.
func establish(phone *siptest.Caller) *siptest.Call {
	call := phone.Invite(offer)
	call.Want(180)
	call.Want(200)
	call.Ack()
	return call
}

// hangUp ends the call from the caller's side.
func hangUp(call *siptest.Call) {
	call.Bye()
	call.Want(200)
}

// wantRetryAfter checks the time of RFC 3261 section 14.2.
func wantRetryAfter(t *testing.T, m siptest.Message) {
	t.Helper()
	if n, err := strconv.Atoi(m.Get("Retry-After")); err != nil || n < 0 || n > 10 {
		t.Errorf("Retry-After: got %q, want 0 to 10", m.Get("Retry-After"))
	}
}

func TestReinviteIsAnswered(t *testing.T) {
	inWorld(t, renegotiates, func(w *world) {
		call := establish(w.phone())
		begun := time.Now()
		call.Reinvite(offer, "Record-Route: <sip:198.51.100.9;lr>")
		ok := call.Want(200)
		for name, want := range map[string]string{
			"Contact": "<sip:192.0.2.1:5060>", "Allow": allow, "Supported": supported, "Content-Type": sessionDescription, "CSeq": "2 INVITE",
		} {
			if got := ok.All(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		if string(ok.Body) != reply {
			t.Errorf("body: got %q, want %q", ok.Body, reply)
		}
		for _, want := range []time.Duration{500, 1500, 3500, 7500, 11500} {
			if got := call.Want(200).At.Sub(begun) - 2*time.Millisecond; got != want*time.Millisecond {
				t.Errorf("200 repeated: got it after %v, want %v", got, want*time.Millisecond)
			}
		}
		call.Ack()
		call.WantNothing(time.Minute)
		hangUp(call)
	})
}

func TestReinviteIsAcknowledgedOnItsOwnBranchToo(t *testing.T) {
	inWorld(t, renegotiates, func(w *world) {
		call := establish(w.phone())
		call.Reinvite(offer)
		call.Want(200)
		call.AckRefusal()
		call.WantNothing(time.Minute)
		hangUp(call)
	})
}

// An ACK of the first INVITE that comes late is none of the re-INVITE.
func TestLateAckDoesNotAcknowledgeTheReinvite(t *testing.T) {
	inWorld(t, renegotiates, func(w *world) {
		phone := w.phone()
		call := establish(phone)
		late := call.Request("ACK", call.NewBranch(), "")
		call.Reinvite(offer)
		call.Want(200)
		phone.Send(late)
		call.Want(200)
		call.Ack()
		call.WantNothing(time.Minute)
		hangUp(call)
	})
}

func TestReinviteWithoutOfferTakesTheAnswerFromItsAck(t *testing.T) {
	heard := make(chan string, 8)
	inWorld(t, func(c *call) {
		takesCall(c)
		if got := c.hear("reoffered").text; got != "" {
			c.Errorf("offer: got %q, want none", got)
		}
		c.must(c.Reply([]byte(reply)))
		heard <- c.hear("reanswered").text
		c.hear("bye")
	}, func(w *world) {
		call := establish(w.phone())
		call.Reinvite("")
		call.Want(200)
		call.AckWith(answer)
		call.AckWith(answer)
		call.WantNothing(time.Minute)
		hangUp(call)
	})
	if got := <-heard; got != answer {
		t.Errorf("answer: got %q, want the body of the ACK", got)
	}
}

// takesCall answers and hears the ACK.
func takesCall(c *call) {
	c.ring()
	c.accept()
	c.hear("acked")
}

func TestRefusedReinviteLeavesTheCall(t *testing.T) {
	inWorld(t, renegotiates, func(w *world) {
		call := establish(w.phone())
		call.Reinvite("refuse")
		refusal := call.Want(488)
		if got, want := refusal.Get("Warning"), `305 192.0.2.1:5060 "no codec"`; got != want {
			t.Errorf("Warning: got %q, want %q", got, want)
		}
		call.Want(488) // repeated until its ACK (RFC 3261 section 17.2.1)
		call.AckRefusal()
		call.WantNothing(time.Minute)
		hangUp(call)
	})
}

func TestReinviteWithoutAckEndsTheCall(t *testing.T) {
	inWorld(t, renegotiates, func(w *world) {
		call := establish(w.phone())
		call.Reinvite(offer)
		first := call.Want(200).At
		for range 10 {
			call.Want(200)
		}
		bye := call.WantRequest("BYE")
		if got, want := bye.At.Sub(first), 32*time.Second; got != want {
			t.Errorf("BYE: got it %v after the 200, want %v", got, want)
		}
		call.Reply(bye, 200)
		call.WantNothing(time.Minute)
	})
}

func TestReinviteIsRefusedWhenTheMailboxIsFull(t *testing.T) {
	inWorld(t, func(c *call) {
		c.refuse = true // the first change
		takesCall(c)
		c.hear("reoffered")
		c.must(c.Reply([]byte(reply)))
		c.hear("bye")
	}, func(w *world) {
		call := establish(w.phone())
		call.Reinvite(offer)
		wantRetryAfter(t, call.Want(500))
		call.AckRefusal()
		call.Reinvite(offer)
		call.Want(200)
		call.Ack()
		hangUp(call)
	})
}

func TestReplyNeedsAChange(t *testing.T) {
	inWorld(t, func(c *call) {
		takesCall(c)
		if err := c.Reply(nil); !errors.Is(err, ErrState) {
			c.Errorf("Reply: got %v, want ErrState", err)
		}
		if err := c.Refuse(Refusal{Status: 488}); !errors.Is(err, ErrState) {
			c.Errorf("Refuse: got %v, want ErrState", err)
		}
		c.hear("reoffered")
		if err := c.Refuse(Refusal{Status: 200}); err == nil || errors.Is(err, ErrState) {
			c.Errorf("Refuse with 200: got %v, want an error about the status", err)
		}
		c.must(c.Reply([]byte(reply)))
		if err := c.Reply(nil); !errors.Is(err, ErrState) {
			c.Errorf("second Reply: got %v, want ErrState", err)
		}
		c.hear("bye")
	}, func(w *world) {
		call := establish(w.phone())
		time.Sleep(time.Second) // the handler has tried
		call.Reinvite(offer)
		call.Want(200)
		call.Ack()
		hangUp(call)
	})
}

// A repeated re-INVITE is the same change, before and after its answer.
func TestRepeatedReinviteChangesNothing(t *testing.T) {
	inWorld(t, func(c *call) {
		takesCall(c)
		c.hear("reoffered")
		time.Sleep(time.Second)
		c.must(c.Reply([]byte(reply)))
		c.hear("bye") // and no second "reoffered"
	}, func(w *world) {
		call := establish(w.phone())
		call.Reinvite(offer)
		call.Resend()
		call.Want(200)
		call.Resend()
		call.Ack()
		call.Resend()
		call.WantNothing(time.Minute)
		hangUp(call)
	})
}
