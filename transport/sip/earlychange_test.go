package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pickup/transport/sip/siptest"
)

// RFC 3262 section 5: an offer in the PRACK is answered in its 200, which it always gets
// (section 3). The handler hears of the PRACK when the offer has its answer.
func TestOfferInAPrack(t *testing.T) {
	tests := []struct {
		name string
		ring bool // 180 without a session description
		body string
		want string // in the 200
	}{
		{"answered", false, offer, reply},
		{"refused", false, strings.Replace(offer, "m=", "m=video 5000/2 RTP/SAVP 31\r\na=x\r\nm=", 1),
			"v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=video 0 RTP/SAVP 31\r\nm=audio 0 RTP/AVP 0\r\n"},
		{"while the first offer is not answered", true, offer,
			"v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n"},
		{"when no more events are taken", false, "full",
			"v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(c *call) {
				if test.ring {
					c.ring()
				} else {
					c.refuse = test.body == "full" // read when the PRACK comes
					c.delivers(Awaited)(c.Progress([]byte(answer)))
					if test.body != "full" {
						c.changes()
					}
					c.hear("pracked")
				}
				time.Sleep(time.Second)
				c.accept()
				c.hear("acked")
				c.hear("bye")
			}, func(w *world) {
				call := w.phone().Dial()
				call.Invite(offer, needs100rel)
				call.Prack(call.Next(), test.body)
				wantBody(t, call.Want(200), test.want)
				call.Want(200)
				call.Ack()
				hangUp(call)
			})
		})
	}
}

// changes answers a change of the session, and refuses one with video.
func (c *call) changes() {
	if e := c.hear("reoffered"); strings.Contains(e.text, "m=video") {
		c.must(c.Refuse(Refusal{Status: 488}))
	} else {
		c.must(c.Reply([]byte(reply)))
	}
}

// The end of the INVITE finds an offer in a PRACK without an answer.
func TestOfferInAPrackThatIsPendingWhenTheInviteEnds(t *testing.T) {
	inWorld(t, func(c *call) {
		c.delivers(Awaited)(c.Progress([]byte(answer)))
		c.hear("reoffered")
		time.Sleep(time.Second)
		c.must(c.Reject(Refusal{Status: 480}))
	}, func(w *world) {
		call := w.phone().Dial()
		call.Invite(offer, needs100rel)
		call.Prack(call.Next(), offer)
		got := map[string]int{}
		for range 2 {
			m := call.Next()
			got[m.Method()] = m.Status()
		}
		if got["PRACK"] != 200 || got["INVITE"] != 480 {
			t.Errorf("final responses: got %v, want 200 to PRACK and 480 to INVITE", got)
		}
		call.AckRefusal()
	})
}

// RFC 3311 section 5.2, before the answer.
func TestEarlyUpdate(t *testing.T) {
	settle := func(call *siptest.Call, m siptest.Message, body string) {
		call.Prack(m, body)
		call.Want(200)
	}
	tests := []struct {
		name   string
		invite string
		extra  string
		prack  func(*siptest.Call, siptest.Message, string)
		answer string // in the PRACK
		want   int
	}{
		{"after the answer in a 183", offer, needs100rel, settle, "", 200},
		{"after our offer was answered", "", needs100rel, settle, offer, 200},
		{"before the 183 is acknowledged", offer, needs100rel, nil, "", 500},
		{"while our offer is not answered", "", needs100rel, nil, "", 491},
		{"after a 183 that may be lost", offer, "Subject: x", nil, "", 500},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(c *call) {
				_, err := c.Progress([]byte(answer))
				c.must(err)
				for e := c.next(); e.name != "cancelled"; e = c.next() {
					if e.name == "reoffered" {
						c.must(c.Reply([]byte(reply)))
					}
				}
			}, func(w *world) {
				call := w.phone().Dial()
				call.Invite(test.invite, test.extra)
				progress := call.Want(183)
				if test.prack != nil {
					test.prack(call, progress, test.answer)
				}
				call.Do("UPDATE", offer)
				m := call.Want(test.want)
				switch test.want {
				case 200:
					wantBody(t, m, reply)
				case 500:
					wantRetryAfter(t, m)
				}
				call.Cancel()
				call.Want(200)
				call.Want(487)
				call.AckRefusal()
			})
		})
	}
}

// What is pending when the INVITE ends gets its 487 (RFC 3261 section 15.1.2).
func TestEarlyUpdateThatIsPendingWhenTheInviteEnds(t *testing.T) {
	ends := map[string]func(*siptest.Call){
		"CANCEL": func(call *siptest.Call) { call.Cancel() },
		"BYE":    func(call *siptest.Call) { call.Bye() },
		"nobody": func(*siptest.Call) {}, // we reject it
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(c *call) {
				c.delivers(Awaited)(c.Progress([]byte(answer)))
				c.hear("pracked")
				c.hear("reoffered")
				if name == "nobody" {
					time.Sleep(2 * time.Second)
				} else if c.next().name == "cancelled" {
					return
				}
				c.must(c.Reject(Refusal{Status: 487}))
			}, func(w *world) {
				call := w.phone().Dial()
				call.Invite(offer, needs100rel)
				call.Prack(call.Want(183), "")
				call.Want(200)
				call.Do("UPDATE", offer)
				time.Sleep(time.Second)
				end(call)
				got := map[string]int{"nobody": 200}
				for len(got) < 3 || name != "nobody" && len(got) < 4 {
					m := call.Next()
					got[m.Method()] = m.Status()
				}
				if got["UPDATE"] != 487 || got["INVITE"] != 487 || got[name] != 200 {
					t.Errorf("final responses: got %v, want 487 to UPDATE and INVITE, 200 to the rest", got)
				}
				call.AckRefusal()
			})
		})
	}
}

// On a network that loses, doubles and overtakes.
func TestReliableResponsesOnABadNetwork(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			inWorldOf(t, lossy(seed), func(c *call) {
				c.delivers(Awaited)(c.Progress([]byte(answer)))
				c.hear("pracked")
				c.hear("reoffered")
				c.must(c.Reply([]byte(reply)))
				time.Sleep(5 * time.Second)
				c.accept()
				if c.next().name == "acked" { // otherwise the BYE came first
					c.hear("bye")
				}
			}, func(w *world) {
				phone := w.phone()
				phone.Insist()
				call := phone.Dial()
				call.Invite(offer, needs100rel)
				call.Prack(call.Want(183), "")
				call.Want(200)
				call.Do("UPDATE", offer)
				wantBody(t, call.Want(200), reply)
				call.Want(200)
				call.Ack()
				time.Sleep(time.Second)
				hangUp(call)
			})
		})
	}
}
