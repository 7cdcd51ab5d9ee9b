package calls

import (
	"testing"
	"testing/synctest"
	"time"
)

// early makes a call with early media whose 183 is delivered as told.
func early(t *testing.T, d Delivery, opts ...func(*harness, *Options)) *harness {
	t.Helper()
	return start(t, append(opts, func(h *harness, o *Options) { o.EarlyMedia, h.leg.delivery = true, d })...)
}

func TestEarlyMediaPlaysUntilTheAnswer(t *testing.T) {
	tests := []struct {
		name     string
		delivery Delivery
		events   []Event // while it rings
		did      []string
	}{
		{"183 as any response", Unconfirmed, nil, []string{"negotiate", "183", "play early", "200", "play"}},
		{"183 with PRACK", Awaited, []Event{Pracked{}}, []string{"negotiate", "183", "play early", "200", "play"}},
		{"second PRACK", Awaited, []Event{Pracked{}, Pracked{}}, []string{"negotiate", "183", "play early", "200", "play"}},
		{"no description sent", Withheld, nil, []string{"negotiate", "183", "200", "play"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := early(t, tt.delivery)
				for _, e := range tt.events {
					h.post(e)
				}
				h.pass(time.Second)
				h.post(Acked{})
				h.wantDid(tt.did...)
				h.post(Bye{})
				if r := h.done(); r.EarlyAt.IsZero() != (tt.delivery == Withheld) {
					t.Errorf("early at: got %v", r.EarlyAt)
				}
			})
		})
	}
}

// TestAnswerWaitsForThePrack has the 200 leave with the PRACK that it waits for.
func TestAnswerWaitsForThePrack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := early(t, Awaited)
		h.pass(5 * time.Second)
		h.wantDid("negotiate", "183")
		h.post(Pracked{})
		h.wantDid("negotiate", "183", "play early", "200")
		h.post(Bye{})
		h.done()
	})
}

// TestOwnOfferTakesTheAnswerFromThePrack accepts it once, before the answer.
func TestOwnOfferTakesTheAnswerFromThePrack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, func(h *harness, o *Options) { o.Offer, h.leg.delivery = nil, Awaited })
		h.post(Pracked{Answer: []byte("v=0")})
		h.pass(time.Second)
		h.post(Acked{})
		h.wantDid("negotiate", "180 with an offer", "accept", "200", "play")
		h.post(Bye{})
		h.done()
	})
}

func TestEarlyMediaEndsWithTheCall(t *testing.T) {
	tests := []struct {
		name   string
		event  Event
		cause  Cause
		by     Side
		status int
		did    string // before the media stops
	}{
		{"CANCEL", Cancelled{}, CallCancelled, Caller, 487, ""},
		{"BYE", Bye{}, CallCancelled, Caller, 487, "487"},
		{"operator", Hangup{}, OperatorEnded, Server, 480, "480"},
		{"shutdown", Shutdown{}, ServerStopped, Server, 503, "503"},
		{"ring timeout", ringTimeout{}, NotAnswered, Server, 480, "480"},
		{"no PRACK", PrackTimeout{}, NoPRACK, Server, 504, ""},
		{"media", MediaFailed{errFake}, MediaFault, Server, 500, "500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := early(t, Unconfirmed)
				h.post(tt.event)
				wantEnd(t, h.done(), tt.cause, tt.by, tt.status)
				want := []string{"negotiate", "183", "play early"}
				if tt.did != "" {
					want = append(want, tt.did)
				}
				h.wantDid(append(want, "stop")...)
			})
		})
	}
}

func TestAnswerInThePrackThatDoesNotFitEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := early(t, Awaited, func(h *harness, o *Options) { o.Offer, h.media.accept = nil, errFake })
		h.post(Pracked{Answer: []byte("v=1")})
		wantEnd(t, h.done(), NotAcceptable, Server, 488)
		h.wantDid("negotiate", "183", "accept", "488", "stop")
	})
}

func TestSessionThatIsNotRefreshedEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		h.reach(Playing)
		h.post(SessionExpired{})
		h.post(ByeAnswered{Status: 200})
		wantEnd(t, h.done(), Expired, Server, 200)
		h.wantDid("negotiate", "180", "200", "play", "stop", "BYE session_expired")
	})
}

func TestReasonOfTheCallerIsKept(t *testing.T) {
	why := Reason{Q850: 38, SIP: 503, Text: "network"}
	for _, tt := range []struct {
		state State
		event Event
	}{{Ringing, Cancelled{why}}, {Ringing, Bye{why}}, {Answering, Bye{why}}, {Playing, Bye{why}}} {
		synctest.Test(t, func(t *testing.T) {
			h := start(t)
			h.reach(tt.state)
			h.post(tt.event)
			if got := h.done().Reason; got != why {
				t.Errorf("%s, %T: got %+v, want %+v", tt.state, tt.event, got, why)
			}
		})
	}
}
