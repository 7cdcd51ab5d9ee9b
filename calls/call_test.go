package calls

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestCallPlaysAndHangsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		begun := time.Now()
		h.wantDid("negotiate", "180")
		h.pass(time.Second - 1)
		h.wantDid("negotiate", "180")
		h.pass(1)
		h.wantDid("negotiate", "180", "200")
		h.pass(20 * time.Millisecond)
		h.post(Acked{})
		h.pass(30 * time.Second)
		h.post(Played{})
		h.pass(10 * time.Millisecond)
		h.post(ByeAnswered{Status: 200})
		r := h.done()

		h.wantDid("negotiate", "180", "200", "play", "stop", "BYE completed")
		wantEnd(t, r, Completed, Server, 200)
		times := []struct {
			name      string
			got, want time.Time
		}{
			{"invited", r.InvitedAt, begun},
			{"ringing", r.RingingAt, begun},
			{"answered", r.AnsweredAt, begun.Add(time.Second)},
			{"acked", r.AckedAt, begun.Add(1020 * time.Millisecond)},
			{"ended", r.EndedAt, begun.Add(31030 * time.Millisecond)},
		}
		for _, at := range times {
			if !at.got.Equal(at.want) {
				t.Errorf("%s: got %v after the INVITE, want %v", at.name, at.got.Sub(begun), at.want.Sub(begun))
			}
		}
		if got, want := r.Duration(), 30030*time.Millisecond; got != want {
			t.Errorf("duration: got %v, want %v", got, want)
		}
	})
}

func TestCallIsTracedStateByState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		h.pass(time.Second)
		h.post(Acked{})
		h.pass(30 * time.Second)
		h.post(Played{})
		h.post(ByeAnswered{Status: 200})
		h.done()

		want := []Transition{
			{From: Ringing, To: Answering, Event: "answer", InState: time.Second},
			{From: Answering, To: Playing, Event: "ack"},
			{From: Playing, To: HangingUp, Event: "played", InState: 30 * time.Second},
			{From: HangingUp, To: Done, Event: "bye_answered"},
		}
		var got []Transition
		for _, n := range h.notices {
			if tr, ok := n.(Transition); ok {
				got = append(got, Transition{From: tr.From, To: tr.To, Event: tr.Event, InState: tr.InState})
			}
		}
		if len(got) != len(want) {
			t.Fatalf("transitions: got %v, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("transition %d: got %v, want %v", i, got[i], want[i])
			}
		}
	})
}

func TestTimersEndEveryWait(t *testing.T) {
	tests := []struct {
		name   string
		manual bool
		state  State
		after  time.Duration
		cause  Cause
		status int
	}{
		{"ringing without auto_answer ends with 480", true, Ringing, time.Minute, NotAnswered, 480},
		{"playing ends at the longest duration", false, Playing, 5*time.Minute + HangupTimeout, TooLong, 200},
		{"hanging up does not wait for ever", false, HangingUp, HangupTimeout, Completed, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := start(t, func(_ *harness, o *Options) { o.AutoAnswer = !tt.manual })
				h.reach(tt.state)
				h.pass(tt.after - 1)
				if h.state() == Done {
					t.Errorf("the call ended before %v", tt.after)
				}
				h.pass(1)
				wantEnd(t, h.done(), tt.cause, Server, tt.status)
			})
		})
	}
}

func TestRefusedNegotiationIsAnsweredInRinging(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		cause  Cause
		status int
	}{
		{"a refusal is sent as it says", &RefusedError{Refusal: Refusal{Status: 488}, Cause: NotAcceptable, Err: errFake}, NotAcceptable, 488},
		{"any other error is ours", errFake, InternalError, 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := start(t, func(h *harness, _ *Options) { h.media.negotiate = tt.err })
				r := h.done()
				wantEnd(t, r, tt.cause, Server, tt.status)
				if r.Fault != errFake.Error() {
					t.Errorf("fault: got %q, want %q", r.Fault, errFake)
				}
				if !h.media.stopped {
					t.Error("the media was not stopped")
				}
			})
		})
	}
}

func TestOwnOfferTakesTheAnswerFromTheACK(t *testing.T) {
	tests := []struct {
		name   string
		accept error
		did    []string
	}{
		{"an answer that fits is played to", nil, []string{"negotiate", "180 with an offer", "200", "accept", "play"}},
		{"an answer that does not fit ends the call", errFake, []string{"negotiate", "180 with an offer", "200", "accept", "stop", "BYE media_fault"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := start(t, func(h *harness, o *Options) { o.Offer, h.media.accept = nil, tt.accept })
				h.reach(Answering)
				h.post(Acked{Body: []byte("v=0")})
				h.wantDid(tt.did...)
				h.post(Bye{})
				h.done()
			})
		})
	}
}

// RFC 3261 section 13.2.2.4.
func TestAnswerThatCannotBeUsedEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		h.reach(Playing)
		before := len(h.all())
		h.media.accept = errFake
		h.post(Reanswered{Answer: []byte("v=0")})
		if got, want := h.all()[before:], []string{"accept", "stop", "BYE " + string(MediaFault)}; !slices.Equal(got, want) {
			t.Errorf("actions: got %q, want %q", got, want)
		}
		if got := h.state(); got != HangingUp {
			t.Errorf("state: got %s, want %s", got, HangingUp)
		}
		h.post(ByeAnswered{Status: 200})
		h.done()
	})
}

func TestChangeOfTheSession(t *testing.T) {
	tests := []struct {
		name  string
		post  []Event
		fail  error
		reply error
		did   []string
	}{
		{"an offer is answered", []Event{Reoffered{Offer: []byte("v=0")}}, nil, nil, []string{"negotiate", "reply"}},
		{"our offer takes its answer", []Event{Reoffered{}, Reanswered{Answer: []byte("v=0")}}, nil, nil, []string{"negotiate", "reply", "accept"}},
		{"a refused one changes nothing", []Event{Reoffered{Offer: []byte("v=0")}},
			&RefusedError{Refusal: Refusal{Status: 488}, Cause: NotAcceptable, Err: errFake}, nil, []string{"negotiate", "refuse 488"}},
		{"one that the caller took back is taken back", []Event{Reoffered{Offer: []byte("v=0")}}, nil, errFake,
			[]string{"negotiate", "reply", "revert"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := start(t)
				h.reach(Playing)
				before := len(h.all())
				h.media.negotiate, h.leg.reply = tt.fail, tt.reply
				for _, e := range tt.post {
					h.post(e)
				}
				if got := h.all()[before:]; !slices.Equal(got, tt.did) {
					t.Errorf("actions: got %q, want %q", got, tt.did)
				}
				if got := h.state(); got != Playing {
					t.Errorf("state: got %s, want %s", got, Playing)
				}
				h.post(Played{})
				h.post(ByeAnswered{Status: 200})
				wantEnd(t, h.done(), Completed, Server, 200)
			})
		})
	}
}

// RFC 3261 section 14.2: no ACK for the answer to a re-INVITE.
func TestUnacknowledgedChangeEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		h.reach(Playing)
		before := len(h.all())
		h.post(AckTimeout{})
		if got, want := h.all()[before:], []string{"stop", "BYE no_ack"}; !slices.Equal(got, want) {
			t.Errorf("actions: got %q, want %q", got, want)
		}
		h.post(ByeAnswered{Status: 200})
		wantEnd(t, h.done(), NoACK, Server, 200)
	})
}

func TestAnswerThatCannotBeSentEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, func(h *harness, _ *Options) { h.leg.answer = errFake })
		h.post(answerDue{})
		r := h.done()
		wantEnd(t, r, Unreachable, Server, 0)
		h.wantDid("negotiate", "180", "200", "stop")
		if !r.AnsweredAt.IsZero() {
			t.Errorf("answered: got %v, want never", r.AnsweredAt)
		}
	})
}

func TestAnswerThatLostAgainstCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		h.reach(Answering)
		h.post(AnswerFailed{Err: errFake, Cancelled: true})
		wantEnd(t, h.done(), CallCancelled, Caller, 487)
		h.wantDid("negotiate", "180", "200", "stop")
	})
}

func TestPanicEndsTheCallCleanly(t *testing.T) {
	tests := []struct {
		name     string
		sabotage func(*harness)
		state    State
		did      []string
	}{
		{"before the final response", func(h *harness) { h.media.negotiate = nil; h.Call.leg = panickingLeg{h.leg} }, Ringing,
			[]string{"negotiate", "500", "stop"}},
		{"while up", func(h *harness) { h.media.panics = true }, Answering, []string{"negotiate", "180", "200", "BYE internal_error", "stop"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t)
				h.Call = New(h.leg, h.media, Options{ID: "test", Offer: []byte("v=0"), AutoAnswer: true, AnswerDelay: time.Second})
				tt.sabotage(h)
				go func() {
					defer func() { h.ended <- h.Abort(recoverText(recover())) }()
					h.Run()
				}()
				synctest.Wait()
				if tt.state == Answering {
					h.pass(time.Second)
					h.post(Acked{})
				}
				if r := h.done(); r.Cause != InternalError || r.Fault != "no audio" {
					t.Errorf("record: got %s %q, want %s %q", r.Cause, r.Fault, InternalError, "no audio")
				}
				h.wantDid(tt.did...)
			})
		})
	}
}

type panickingLeg struct{ *fakeLeg }

func (panickingLeg) Ring([]byte) (Delivery, error) { panic("no audio") }

func recoverText(v any) string {
	text, _ := v.(string)
	return text
}

func TestEveryCauseHasItsQ850Number(t *testing.T) {
	causes := []Cause{
		Completed, CallerHungUp, CallCancelled, NotAnswered, NoPRACK, NoACK, Expired, Unreachable, NotAcceptable, NoResources,
		MediaTimeout, MediaFault, TooLong, KeyPressed, OperatorEnded, ServerStopped, InternalError,
	}
	for _, c := range causes {
		if number, text := c.Q850(); number < 1 || number > 127 || text == "" {
			t.Errorf("%s: got %d %q, want a cause of Q.850", c, number, text)
		}
	}
	if got, want := len(clearings), len(causes); got != want {
		t.Errorf("clearings: got %d, want %d", got, want)
	}
}
