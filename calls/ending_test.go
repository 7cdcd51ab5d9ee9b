package calls

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestLongestDurationIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, func(_ *harness, o *Options) { o.MaxDuration = 90 * time.Second })
		h.reach(Answering)
		h.pass(3 * time.Second) // the time runs from the ACK
		h.post(Acked{})
		h.pass(90*time.Second - 1)
		h.wantDid("negotiate", "180", "200", "play")
		h.pass(1)
		h.wantDid("negotiate", "180", "200", "play", "stop", "BYE too_long")
		h.post(ByeAnswered{Status: 200})
		wantEnd(t, h.done(), TooLong, Server, 200)
	})
}

func TestAnswerToOurByeIsAwaitedForFourSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		h.reach(HangingUp)
		hungUp := time.Now()
		if got := h.done().EndedAt.Sub(hungUp); got != 4*time.Second {
			t.Errorf("ended: got %v after the BYE, want 4s", got)
		}
	})
}

// refusingLeg keeps the refusals themselves.
type refusingLeg struct {
	*fakeLeg
	refusals []Refusal
}

func (l *refusingLeg) Reject(r Refusal) error {
	l.refusals = append(l.refusals, r)
	return nil
}

func TestServerEndsACallThatRings(t *testing.T) {
	tests := []struct {
		name  string
		event Event
		cause Cause
		want  Refusal
	}{
		{"operator", Hangup{}, OperatorEnded, Refusal{Status: 480}},
		{"shutdown", Shutdown{}, ServerStopped, Refusal{Status: 503, RetryAfter: 7 * time.Second}},
		{"ring timeout", ringTimeout{}, NotAnswered, Refusal{Status: 603}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t)
				leg := &refusingLeg{fakeLeg: h.leg}
				h.Call = New(leg, h.media, Options{ID: "test", Offer: []byte("v=0"), RingTimeout: time.Minute, RingStatus: 603, RetryAfter: 7 * time.Second})
				go func() { h.ended <- h.Run() }()
				synctest.Wait()
				h.post(tt.event)
				wantEnd(t, h.done(), tt.cause, Server, tt.want.Status)
				if len(leg.refusals) != 1 || leg.refusals[0] != tt.want {
					t.Errorf("refusals: got %+v, want %+v alone", leg.refusals, tt.want)
				}
			})
		})
	}
}

func TestFirstCauseStands(t *testing.T) {
	for _, later := range []Event{Bye{}, Hangup{}, Shutdown{}, MediaFailed{errFake}, AckTimeout{}, maxDuration{}} {
		t.Run(string(later.trigger()), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := start(t)
				h.reach(HangingUp)
				h.post(later)
				h.post(ByeAnswered{Status: 200})
				r := h.done()
				wantEnd(t, r, Completed, Server, 200)
				if r.Fault != "" {
					t.Errorf("fault: got %q, want none", r.Fault)
				}
			})
		})
	}
}

func TestEndIsNotedOnce(t *testing.T) {
	c := New(nil, nil, Options{})
	c.ended(Completed, Server)
	c.ended(CallerHungUp, Caller)
	if got := c.record; got.Cause != Completed || got.HungUpBy != Server {
		t.Errorf("record: got %s by %s, want %s by %s", got.Cause, got.HungUpBy, Completed, Server)
	}
}

// One wake-up may stand for many events.
func TestEventsThatComeTogetherAreAllHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.Call = New(h.leg, h.media, Options{ID: "test", Offer: []byte("v=0"), RingTimeout: time.Minute, MaxDuration: time.Minute})
		for _, e := range []Event{answerDue{}, Acked{}, Played{}, ByeAnswered{Status: 200}} {
			if !h.Post(e) {
				t.Errorf("%s: got refused, want taken", e.trigger())
			}
		}
		begun := time.Now()
		go func() { h.ended <- h.Run() }()
		r := h.done()
		wantEnd(t, r, Completed, Server, 200)
		if got := r.EndedAt.Sub(begun); got != 0 {
			t.Errorf("ended: got %v after the start, want at once", got)
		}
		h.wantDid("negotiate", "180", "200", "play", "stop", "BYE completed")
	})
}

// slowMedia takes a second to stop.
type slowMedia struct{ *fakeMedia }

func (m slowMedia) Stop() MediaStats {
	time.Sleep(time.Second)
	return m.fakeMedia.Stop()
}

// What a record calls the end is when nothing of the call runs any more.
func TestCallEndsWhenItsMediaHasStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.Call = New(h.leg, slowMedia{h.media}, Options{ID: "test", Offer: []byte("v=0"), RingTimeout: time.Minute})
		begun := time.Now()
		h.Post(Cancelled{})
		go func() { h.ended <- h.Run() }()
		r := h.done()
		if got := r.EndedAt.Sub(begun); got != time.Second {
			t.Errorf("ended: got %v after the CANCEL, want 1s", got)
		}
		if r.Media.Codec != "PCMU" {
			t.Errorf("media of the record: got %+v, want that of Stop", r.Media)
		}
	})
}

func TestClosedMailboxKeepsNothing(t *testing.T) {
	m := newMailbox()
	m.post(Acked{Body: []byte("v=0")})
	m.close()
	if m.waiting != nil {
		t.Errorf("waiting: got %v, want nothing", m.waiting)
	}
	for _, e := range []Event{Played{}, Bye{}} {
		if m.post(e) {
			t.Errorf("%s: got taken, want refused", e.trigger())
		}
	}
	if e, ok := m.take(); ok {
		t.Errorf("got %v from a closed mailbox, want nothing", e)
	}
}
