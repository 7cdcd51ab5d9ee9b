package sip

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"pickup/transport/sip/siptest"
)

const needs100rel = "Require: 100rel"

// progresses sends 183 with a session description, waits for its PRACK where it must,
// answers and takes the BYE.
func progresses(want Delivery) func(*call) {
	return func(c *call) {
		c.delivers(want)(c.Progress([]byte(answer)))
		if want == Awaited {
			c.hear("pracked")
		}
		c.accept()
		c.hear("acked")
		c.hear("bye")
	}
}

// wantReliable checks the header fields of a reliable response, and gives its RSeq.
func wantReliable(t *testing.T, m siptest.Message) int {
	t.Helper()
	number, err := strconv.Atoi(m.Get("RSeq"))
	if err != nil || number < 1 || m.Get("Require") != "100rel" || m.Get("Contact") == "" || m.Tag("To") == "" {
		t.Errorf("%s: got RSeq %q, Require %q, Contact %q, To %q, want a reliable response",
			m.Start, m.Get("RSeq"), m.Get("Require"), m.Get("Contact"), m.Get("To"))
	}
	return number
}

// wantPlain wants a response that is not reliable.
func wantPlain(t *testing.T, m siptest.Message) {
	t.Helper()
	if m.Get("RSeq") != "" || m.Get("Require") != "" {
		t.Errorf("%s: got RSeq %q and Require %q, want none", m.Start, m.Get("RSeq"), m.Get("Require"))
	}
}

func wantBody(t *testing.T, m siptest.Message, want string) {
	t.Helper()
	if string(m.Body) != want || (m.Get("Content-Type") == sessionDescription) != (want != "") {
		t.Errorf("%s: got body %q of type %q, want %q", m.Start, m.Body, m.Get("Content-Type"), want)
	}
}

func TestReliableRinging(t *testing.T) {
	inWorld(t, func(c *call) {
		c.ring()
		time.Sleep(time.Second)
		c.accept()
		c.hear("acked")
		c.hear("bye")
	}, func(w *world) {
		call := w.phone().Dial()
		call.Invite(offer, needs100rel)
		ringing := call.Want(180)
		wantReliable(t, ringing)
		wantBody(t, ringing, "")
		call.Prack(ringing, "")
		if m := call.Want(200); m.Method() != "PRACK" {
			t.Errorf("got %s to %s, want it to the PRACK", m.Start, m.Method())
		}
		ok := call.Want(200)
		wantBody(t, ok, answer)
		wantPlain(t, ok)
		call.Ack()
		hangUp(call)
		w.wantSent("SIP/2.0 180", 0)
	})
}

// The 183 carries our answer and the 200 leaves it out, or has it again when the 183
// may be lost (RFC 3261 section 13.2.1).
func TestSessionProgress(t *testing.T) {
	tests := []struct {
		name  string
		extra []string
		want  Delivery
	}{
		{"required", []string{needs100rel}, Awaited},
		{"supported", []string{"Supported: timer , 100REL"}, Awaited},
		{"supported, compact", []string{"k: 100rel"}, Awaited},
		{"neither", nil, Unconfirmed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, progresses(test.want), func(w *world) {
				call := w.phone().Dial()
				call.Invite(offer, test.extra...)
				progress := call.Want(183)
				wantBody(t, progress, answer)
				want := answer
				if test.want == Awaited {
					wantReliable(t, progress)
					if got := progress.Get("Allow"); got != allow {
						t.Errorf("Allow: got %q, want %q", got, allow)
					}
					call.Prack(progress, "")
					call.Want(200)
					want = ""
				} else {
					wantPlain(t, progress)
				}
				ok := call.Want(200)
				wantBody(t, ok, want)
				call.Ack()
				hangUp(call)
			})
		})
	}
}

// A plain 180 to a caller that only supports 100rel needs no PRACK.
func TestRingingIsReliableOnlyWhenRequired(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		call := w.phone().Dial()
		call.Invite(offer, "Supported: 100rel")
		wantPlain(t, call.Want(180))
		call.Want(200)
		call.Ack()
		hangUp(call)
	})
}

// RFC 3261 section 13.2.1: our offer is "in the first reliable non-failure message".
func TestOwnOfferInAReliableResponse(t *testing.T) {
	ring := func(c *call) (Delivery, error) { return c.Ring([]byte(answer)) }
	progress := func(c *call) (Delivery, error) { return c.Progress([]byte(answer)) }
	tests := []struct {
		name   string
		send   func(*call) (Delivery, error)
		extra  string
		want   Delivery
		status int
	}{
		{"180 that must be reliable", ring, needs100rel, Awaited, 180},
		{"183 that must be reliable", progress, needs100rel, Awaited, 183},
		{"183 that may be reliable", progress, "Supported: 100rel", Awaited, 183},
		{"180 that need not be", ring, "Supported: 100rel", Withheld, 180},
		{"183 that cannot be", progress, "Supported: timer", Withheld, 180},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(c *call) {
				c.delivers(test.want)(test.send(c))
				if test.want == Awaited {
					if e := c.hear("pracked"); e.text != offer {
						c.Errorf("answer in the PRACK: got %q, want the caller's", e.text)
					}
				}
				c.accept()
				if e := c.hear("acked"); e.text != "" && test.want == Awaited {
					c.Errorf("body of the ACK: got %q, want none", e.text)
				}
				c.hear("bye")
			}, func(w *world) {
				call := w.phone().Dial()
				call.Invite("", test.extra)
				m := call.Want(test.status)
				if test.want == Awaited {
					wantBody(t, m, answer)
					call.Prack(m, offer)
					wantBody(t, call.Want(200), "")
					wantBody(t, call.Want(200), "")
					call.Ack()
				} else {
					wantBody(t, m, "")
					wantBody(t, call.Want(200), answer)
					call.AckWith(offer)
				}
				hangUp(call)
			})
		})
	}
}

// RFC 3262 section 3: repeated at T1, doubling, for 64·T1; then a 5xx.
func TestReliableResponseIsRepeatedUntilItIsGivenUp(t *testing.T) {
	inWorld(t, func(c *call) {
		c.delivers(Awaited)(c.Progress([]byte(answer)))
		if err := c.Answer([]byte(answer)); err == nil {
			c.Error("Answer before the PRACK: got no error, want ErrState")
		}
		c.hear("prack timeout")
	}, func(w *world) {
		call := w.phone().Dial()
		call.Invite(offer, needs100rel)
		number := wantReliable(t, call.Want(183))
		for range 6 {
			if got := wantReliable(t, call.Want(183)); got != number {
				t.Errorf("RSeq of the repetition: got %d, want %d", got, number)
			}
		}
		call.Want(504)
		call.AckRefusal()
		call.WantNothing(time.Minute)
		w.wantSent("SIP/2.0 183", 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5)
	})
}

func TestPrackThatMatchesNothing(t *testing.T) {
	inWorld(t, progresses(Awaited), func(w *world) {
		call := w.phone().Dial()
		call.Invite(offer, needs100rel)
		progress := call.Want(183)
		number := wantReliable(t, progress)
		for _, test := range []struct {
			rack string
			want int
		}{
			{fmt.Sprint(number+1, " 1 INVITE"), 481}, {fmt.Sprint(number, " 2 INVITE"), 481}, {fmt.Sprint(number, " 1 invite"), 481},
			{fmt.Sprint(number, " 1"), 400}, {"", 400}, {"one 1 INVITE", 400}, {fmt.Sprint(number, " 4294967296 INVITE"), 400},
		} {
			call.Do("PRACK", "", "RAck: "+test.rack)
			call.Want(test.want)
		}
		call.Prack(progress, "")
		call.Want(200)
		call.Want(200)
		call.Ack()
		call.Prack(progress, "")
		call.Want(481)
		hangUp(call)
	})
}

// RFC 3262 section 3: "MUST NOT send a second reliable provisional response until the
// first is acknowledged", and the next has the next number.
func TestReliableResponsesComeInOrder(t *testing.T) {
	inWorld(t, func(c *call) {
		c.ring()
		c.ring() // the first one still waits
		time.Sleep(10 * time.Second)
		c.ring()
		time.Sleep(10 * time.Second)
		c.accept()
		c.hear("acked")
		c.hear("bye")
	}, func(w *world) {
		call := w.phone().Dial()
		call.Invite(offer, needs100rel)
		first := call.Want(180)
		call.Prack(first, "")
		call.Want(200)
		second := call.Want(180)
		if got, want := wantReliable(t, second), wantReliable(t, first)+1; got != want {
			t.Errorf("RSeq: got %d, want %d", got, want)
		}
		call.Prack(second, "")
		call.Want(200)
		call.Want(200)
		call.Ack()
		hangUp(call)
		w.wantSent("SIP/2.0 180", 0, 10)
	})
}

// A 200 need not wait for the PRACK of a 180 without a session description, which is
// not repeated any more and still gets its 200.
func TestAnswerOvertakesTheRinging(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		call := w.phone().Dial()
		call.Invite(offer, needs100rel)
		ringing := call.Want(180)
		call.Want(200)
		call.Ack()
		time.Sleep(time.Minute)
		call.Prack(ringing, "")
		call.Want(200)
		hangUp(call)
		w.wantSent("SIP/2.0 180", 0)
	})
}
