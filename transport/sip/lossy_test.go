package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pickup/transport/memnet"
	"pickup/transport/sip/siptest"
)

// lossy is a bad network: 5 % of the packets are lost, 5 % come twice, 5 % late.
func lossy(seed uint64) memnet.Options {
	return memnet.Options{
		Latency: 20 * time.Millisecond, Jitter: 30 * time.Millisecond,
		Loss: 0.05, Duplicate: 0.05, Reorder: 0.05, Seed: seed,
	}
}

// changes is a call with every kind of change. A user agent that repeats what is lost
// sees it as on a network that loses nothing.
func changes(t *testing.T, call *siptest.Call) {
	t.Helper()
	settle := func() { time.Sleep(time.Second) } // "It MUST wait" for the last one to be complete
	settle()
	call.Reinvite(offer)
	if m := call.Want(200); string(m.Body) != reply {
		t.Errorf("re-INVITE: got %q, want the answer", m.Body)
	}
	call.Ack()
	settle()
	call.Do("INFO", "Signal=5", "Content-Type: application/dtmf-relay")
	call.Want(200)
	call.Reinvite("refuse")
	call.Want(488)
	call.AckRefusal()
	settle()
	call.Do("UPDATE", offer)
	if m := call.Want(200); string(m.Body) != reply {
		t.Errorf("UPDATE: got %q, want the answer", m.Body)
	}
	call.Do("UPDATE", "")
	call.Want(200)
	call.Reinvite("")
	call.Want(200)
	call.AckWith(offer)
	settle()
}

func TestChangesOnABadNetwork(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			inWorldOf(t, lossy(seed), renegotiates, func(w *world) {
				phone := w.phone()
				phone.Insist()
				call := phone.Invite(offer)
				call.WantFinal(200)
				call.Ack()
				changes(t, call)
				hangUp(call)
				call.WantNothing(time.Minute)
				w.wantCalls(1)
			})
		})
	}
}

// The 200 to the re-INVITE, its ACK and our BYE are lost again and again.
func TestEveryMessageIsLostOnce(t *testing.T) {
	inWorld(t, func(c *call) {
		takesCall(c)
		c.hear("reoffered")
		c.must(c.Reply([]byte(reply)))
		c.hear("reanswered")
		c.hangUp()
		c.hear("bye answered")
	}, func(w *world) {
		lost := map[string]bool{}
		w.network.Filter(func(p memnet.Packet) bool {
			start, rest, _ := strings.Cut(string(p.Data), "\r\n")
			_, cseq, _ := strings.Cut(rest, "CSeq: ")
			key := start + cseq[:5]
			first := !lost[key]
			lost[key] = true
			return !first
		})
		phone := w.phone()
		phone.Insist()
		call := phone.Invite(offer)
		call.WantFinal(200)
		call.Ack()
		time.Sleep(10 * time.Second) // until our ACK has come
		call.Reinvite("")
		call.Want(200)
		call.AckWith(offer)
		call.Reply(call.WantRequest("BYE"), 200)
		call.WantNothing(time.Minute)
		w.wantCalls(1)
	})
}

// bad is a behaviour that loss must not change.
type bad struct {
	name string
	play func(*call)
	call func(*siptest.Caller) *siptest.Call // up to its end
}

// ends hangs up a call that is answered.
func ends(call *siptest.Call) *siptest.Call {
	call.WantFinal(200)
	call.Ack()
	hangUp(call)
	return call
}

// isRefused sends an INVITE that is refused.
func isRefused(status int, sdp string, extra ...string) func(*siptest.Caller) *siptest.Call {
	return func(phone *siptest.Caller) *siptest.Call {
		call := phone.Dial()
		call.Invite(sdp, extra...)
		call.WantFinal(status)
		call.AckRefusal()
		return call
	}
}

// isAsked sends a request outside a dialog.
func isAsked(method string, status int, tag string) func(*siptest.Caller) *siptest.Call {
	return func(phone *siptest.Caller) *siptest.Call {
		call := phone.Dial()
		call.ToTag = tag
		call.Do(method, "")
		call.Want(status)
		return call
	}
}

// waitsLong answers when a CANCEL that is lost at first has had its time.
func waitsLong(c *call) {
	c.ring()
	if e := c.next(); e.name != "cancelled" {
		c.Errorf("event: got %+v, want the CANCEL", e)
	}
}

// stays until the caller hangs up, whose BYE may overtake the ACK.
func stays(c *call) {
	c.ring()
	c.accept()
	for e := c.next(); e.name == "acked"; {
		e = c.next()
	}
}

// behaviours are those that are no change of a session.
var behaviours = []bad{
	{"INVITE refused by the handler", func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, isRefused(486, offer)},
	{"INVITE with Require", takesCalls, isRefused(420, offer, "Require: x")},
	{"INVITE of another type", takesCalls, isRefused(415, "x", "Content-Type: text/plain")},
	{"INVITE that accepts nothing", takesCalls, isRefused(406, offer, "Accept: text/plain")},
	{"OPTIONS", takesCalls, isAsked("OPTIONS", 200, "")},
	{"unknown method", takesCalls, isAsked("FOO", 405, "")},
	{"BYE of nothing", takesCalls, isAsked("BYE", 481, "nobody")},
	{"caller hangs up", stays, func(phone *siptest.Caller) *siptest.Call { return ends(phone.Invite(offer)) }},
	{"caller hangs up twice", stays, func(phone *siptest.Caller) *siptest.Call {
		call := ends(phone.Invite(offer))
		call.Bye()
		call.Want(481)
		return call
	}},
	{"CANCEL", waitsLong, func(phone *siptest.Caller) *siptest.Call {
		call := phone.Invite(offer)
		time.Sleep(20 * time.Second)
		call.Drain()
		call.Cancel()
		first, second := call.Next(), call.Next()
		if got := first.Status() + second.Status(); got != 200+487 {
			call.WantRequest("200 and 487") // says what came
		}
		call.AckRefusal()
		return call
	}},
	{"server hangs up", hangsUp(200), func(phone *siptest.Caller) *siptest.Call {
		call := phone.Invite(offer)
		call.WantFinal(200)
		call.Ack()
		call.Reply(call.WantRequest("BYE"), 200)
		return call
	}},
}

func TestRowsOnABadNetwork(t *testing.T) {
	for _, test := range behaviours {
		t.Run(test.name, func(t *testing.T) {
			for seed := range uint64(20) {
				inWorldOf(t, lossy(seed), test.play, func(w *world) {
					phone := w.phone()
					phone.Insist()
					test.call(phone).WantNothing(40 * time.Second)
					if w.calls > 1 {
						t.Errorf("seed %d: got %d calls, want one at most", seed, w.calls)
					}
				})
			}
		})
	}
}
