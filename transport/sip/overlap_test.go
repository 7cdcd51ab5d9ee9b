package sip

import (
	"errors"
	"testing"
	"time"

	"pickup/transport/sip/siptest"
)

// takesItsTime answers a change of the session after a second.
func takesItsTime(c *call) {
	takesCall(c)
	for e := c.next(); e.name == "reoffered" || e.name == "reanswered"; e = c.next() {
		if e.name == "reoffered" {
			time.Sleep(time.Second)
			c.must(c.Reply([]byte(reply)))
		}
	}
}

// RFC 3261 section 14.2 and RFC 3311 section 5.2.
func TestChangesThatOverlap(t *testing.T) {
	tests := []struct {
		name   string
		before func(*siptest.Call) // leaves the call in the midst of something
		method string
		body   string
		want   int
		after  func(*siptest.Call)
	}{
		{"INVITE while an INVITE is unanswered", reinvites(offer), "INVITE", offer, 500, goesOn},
		{"UPDATE while an INVITE is unanswered", reinvites(offer), "UPDATE", offer, 500, goesOn},
		{"UPDATE without offer while an INVITE is unanswered", reinvites(offer), "UPDATE", "", 200, goesOn},
		{"INVITE while an UPDATE is unanswered", updates, "INVITE", offer, 500, wants200},
		{"UPDATE while an UPDATE is unanswered", updates, "UPDATE", offer, 500, wants200},
		{"UPDATE without offer while an UPDATE is unanswered", updates, "UPDATE", "", 500, wants200},
		{"INVITE while a 200 is unacknowledged", isAnswered(offer), "INVITE", offer, 500, acknowledges},
		{"UPDATE while a 200 is unacknowledged", isAnswered(offer), "UPDATE", offer, 200, acknowledges},
		{"INVITE while our offer is unanswered", isAnswered(""), "INVITE", offer, 500, acknowledges},
		{"UPDATE while our offer is unanswered", isAnswered(""), "UPDATE", offer, 491, acknowledges},
		{"UPDATE without offer while our offer is unanswered", isAnswered(""), "UPDATE", "", 200, acknowledges},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesItsTime, func(w *world) {
				call := establish(w.phone())
				time.Sleep(time.Minute) // nothing of the beginning is left
				test.before(call)
				other := call.Aside(test.method, test.body)
				m := call.Next()
				for m.Method() != test.method { // a repeated 200
					m = call.Next()
				}
				if m.Status() != test.want {
					t.Fatalf("response: got %q, want %d", m.Start, test.want)
				}
				if test.want == 500 {
					wantRetryAfter(t, m)
				}
				if test.method == "INVITE" {
					other.AckRefusal()
				}
				test.after(call)
				call.WantNothing(time.Minute)
				hangUp(call)
			})
		})
	}
}

func reinvites(body string) func(*siptest.Call) {
	return func(call *siptest.Call) { call.Reinvite(body); time.Sleep(100 * time.Millisecond) }
}

func updates(call *siptest.Call) { call.Do("UPDATE", offer); time.Sleep(100 * time.Millisecond) }

func isAnswered(body string) func(*siptest.Call) {
	return func(call *siptest.Call) { call.Reinvite(body); call.Want(200) }
}

func goesOn(call *siptest.Call)   { call.Want(200); call.Ack() }
func wants200(call *siptest.Call) { call.Want(200) }

// acknowledges the 200, which may have been repeated meanwhile.
func acknowledges(call *siptest.Call) {
	call.AckWith(answer)
	time.Sleep(100 * time.Millisecond)
	call.Drain()
}

func TestChangesBeforeTheFirstAckArePutOff(t *testing.T) {
	tests := []struct {
		name, invite, method, body string
		want                       int
	}{
		{"INVITE", offer, "INVITE", offer, 500},
		{"UPDATE", offer, "UPDATE", offer, 500},
		{"UPDATE without offer", offer, "UPDATE", "", 200},
		{"UPDATE while our offer is unanswered", "", "UPDATE", offer, 491},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				call := w.phone().Invite(test.invite)
				call.Want(180)
				call.Want(200)
				other := call.Aside(test.method, test.body)
				if m := call.Want(test.want); test.want == 500 {
					wantRetryAfter(t, m)
				}
				if test.method == "INVITE" {
					other.AckRefusal()
				}
				call.Ack()
				call.WantNothing(time.Minute)
				hangUp(call)
			})
		})
	}
}

// RFC 3261 section 15.1.2: what is pending when the dialog ends gets 487.
func TestChangeThatIsPendingWhenTheDialogEnds(t *testing.T) {
	for _, method := range []string{"INVITE", "UPDATE"} {
		t.Run(method+" when the caller hangs up", func(t *testing.T) {
			inWorld(t, func(c *call) {
				takesCall(c)
				c.hear("reoffered")
				c.hear("bye")
				if err := c.Reply([]byte(reply)); !errors.Is(err, ErrCancelled) {
					c.Errorf("Reply: got %v, want ErrCancelled", err)
				}
			}, func(w *world) {
				call := establish(w.phone())
				other := call.Aside(method, offer)
				time.Sleep(time.Second)
				call.Bye()
				call.Want(487)
				if method == "INVITE" {
					other.AckRefusal()
				}
				call.Want(200)
				call.WantNothing(time.Minute)
			})
		})
		t.Run(method+" when the server hangs up", func(t *testing.T) {
			inWorld(t, func(c *call) {
				takesCall(c)
				c.hear("reoffered")
				c.hangUp()
				c.must(c.Refuse(Refusal{Status: 488}))
				c.hear("bye answered")
			}, func(w *world) {
				call := establish(w.phone())
				other := call.Aside(method, offer)
				call.Want(487)
				if method == "INVITE" {
					other.AckRefusal()
				}
				bye := call.WantRequest("BYE")
				late := call.Aside(method, offer)
				call.Want(481)
				if method == "INVITE" {
					late.AckRefusal()
				}
				call.Reply(bye, 200)
				call.WantNothing(time.Minute)
			})
		})
	}
}

// The 200 of a re-INVITE is not repeated beside our BYE, and its ACK does not stop
// the BYE.
func TestByeWhileAReinviteIsUnacknowledged(t *testing.T) {
	inWorld(t, func(c *call) {
		takesCall(c)
		c.hear("reoffered")
		c.must(c.Reply([]byte(reply)))
		c.hangUp()
		c.hear("bye answered")
	}, func(w *world) {
		call := establish(w.phone())
		call.Reinvite(offer)
		call.Want(200)
		call.WantRequest("BYE")
		call.Ack()
		call.Reply(call.WantRequest("BYE"), 200)
		call.WantNothing(time.Minute)
		if got, want := len(w.sent("BYE")), 2; got != want {
			t.Errorf("BYE: got %d, want %d", got, want)
		}
	})
}

func TestServerClosesWhileAChangeIsPending(t *testing.T) {
	inWorld(t, func(c *call) {
		takesCall(c)
		c.hear("reoffered")
		c.hangUp()
	}, func(w *world) {
		call := establish(w.phone())
		call.Reinvite(offer)
		call.Want(487)
		call.WantRequest("BYE")
		w.close()
		call.WantNothing(time.Minute)
	})
}
