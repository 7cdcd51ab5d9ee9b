package sip

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

func TestCancelledReinviteLeavesTheCall(t *testing.T) {
	inWorld(t, func(c *call) {
		takesCall(c)
		c.hear("reoffered")
		time.Sleep(time.Second)
		if err := c.Reply([]byte(reply)); !errors.Is(err, ErrCancelled) {
			c.Errorf("Reply: got %v, want ErrCancelled", err)
		}
		c.hear("reoffered")
		time.Sleep(time.Second)
		c.must(c.Refuse(Refusal{Status: 488}))
		c.hear("reoffered")
		c.must(c.Reply([]byte(reply)))
		c.hear("bye")
	}, func(w *world) {
		call := establish(w.phone())
		for range 2 {
			call.Reinvite(offer)
			time.Sleep(5 * time.Millisecond) // it arrives
			call.Cancel()
			if m := call.Want(200); m.Method() != "CANCEL" {
				t.Errorf("response: got one to %s, want one to the CANCEL", m.Method())
			}
			call.Want(487)
			call.Want(487) // repeated, and nothing else
			call.AckRefusal()
			call.WantNothing(time.Minute)
		}
		call.Reinvite(offer)
		call.Want(200)
		call.Ack()
		hangUp(call)
	})
}

// The caller's CANCEL and the server's answer cross. Whoever is first, one final
// response stands, and the next change is answered.
func TestCancelOfAReinviteRacesTheReply(t *testing.T) {
	for _, delay := range []time.Duration{0, time.Millisecond, 2 * time.Millisecond} {
		t.Run(delay.String(), func(t *testing.T) {
			inWorld(t, func(c *call) {
				takesCall(c)
				for e := c.next(); e.name == "reoffered"; e = c.next() {
					time.Sleep(time.Millisecond)
					if err := c.Reply([]byte(reply)); err != nil && !errors.Is(err, ErrCancelled) {
						c.Errorf("Reply: got %v, want none or ErrCancelled", err)
					}
				}
			}, func(w *world) {
				call := establish(w.phone())
				for range 20 {
					call.Reinvite(offer)
					time.Sleep(delay)
					call.Cancel()
					finals := map[int]bool{}
					for range 2 {
						if m := call.Next(); m.Method() == "INVITE" {
							finals[m.Status()] = true
						}
					}
					switch {
					case finals[487]:
						call.AckRefusal()
					case finals[200]:
						call.Ack()
					default: // both were about the CANCEL: it came before its INVITE
						call.Next()
						call.Ack()
					}
					call.WantNothing(40 * time.Second)
				}
				hangUp(call)
			})
		})
	}
}

// RFC 3261 section 12.2.2: the remote target is that of the last request that was
// accepted.
func TestByeFollowsTheLastChange(t *testing.T) {
	moved := netip.MustParseAddrPort("198.51.100.77:5077")
	tests := []struct {
		name, method, offer string
		status              int
		to                  netip.AddrPort
		target              string
	}{
		{"INVITE", "INVITE", offer, 200, moved, "sip:new@203.0.113.9"},
		{"INVITE that is refused", "INVITE", "refuse", 488, callerAddr, "sip:caller@198.51.100.1:5070"},
		{"UPDATE", "UPDATE", offer, 200, moved, "sip:new@203.0.113.9"},
		{"UPDATE that is refused", "UPDATE", "refuse", 488, callerAddr, "sip:caller@198.51.100.1:5070"},
		{"UPDATE without offer", "UPDATE", "", 200, moved, "sip:new@203.0.113.9"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(c *call) {
				takesCall(c)
				if e := c.next(); e.name == "reoffered" && e.text == "refuse" {
					c.must(c.Refuse(Refusal{Status: 488}))
				} else if e.name == "reoffered" {
					c.must(c.Reply([]byte(reply)))
				}
				time.Sleep(time.Second)
				c.hangUp()
				c.hear("bye answered")
			}, func(w *world) {
				phone, elsewhere := w.phone(), w.phoneAt(moved)
				call := establish(phone)
				there := elsewhere.Join(call)
				there.Do(test.method, test.offer, "Contact: <sip:new@203.0.113.9?Subject=x>")
				m := there.Want(test.status)
				if test.method == "INVITE" && test.status == 200 {
					there.Ack()
				}
				if test.offer == "" {
					if got := m.Get("Contact"); got != "<sip:192.0.2.1:5060>" {
						t.Errorf("Contact: got %q, want ours", got)
					}
					time.Sleep(9*time.Minute + 59*time.Second) // the handler waits for an event
				}
				at := call
				if test.to == moved {
					at = there
				}
				bye := at.WantRequest("BYE")
				if got, want := bye.Start, "BYE "+test.target+" SIP/2.0"; got != want {
					t.Errorf("BYE: got %q, want %q", got, want)
				}
				at.Reply(bye, 200)
				if got := len(w.sent("BYE")); got != 1 {
					t.Errorf("BYE: got %d, want 1", got)
				}
				if test.method == "INVITE" && test.status != 200 {
					there.AckRefusal()
				}
			})
		})
	}
}

// A change that is refused leaves the dialog where it was, also when it comes from
// somebody who only knows the tags.
func TestChangeFromElsewhereIsAnsweredThere(t *testing.T) {
	inWorld(t, renegotiates, func(w *world) {
		call := establish(w.phone())
		there := w.phoneAt(netip.MustParseAddrPort("198.51.100.77:5077")).Join(call)
		there.Reinvite("refuse")
		there.Want(488)
		there.AckRefusal()
		call.CSeq = there.CSeq
		hangUp(call)
	})
}
