package calls

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var errFake = errors.New("fake failure")

// journal is what the actor asked for, in order.
type journal struct {
	mu      sync.Mutex
	entries []string
}

func (j *journal) did(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, what)
}

func (j *journal) all() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries)
}

// fakeLeg writes down what the actor asks of its leg.
type fakeLeg struct {
	*journal
	answer   error
	reply    error
	delivery Delivery
}

func (l *fakeLeg) Ring(offer []byte) (Delivery, error) {
	if offer != nil {
		l.did("180 with an offer")
	} else {
		l.did("180")
	}
	return l.delivery, nil
}
func (l *fakeLeg) Progress([]byte) (Delivery, error) { l.did("183"); return l.delivery, nil }
func (l *fakeLeg) Answer([]byte) error               { l.did("200"); return l.answer }
func (l *fakeLeg) Bye(c Cause) error                 { l.did("BYE " + string(c)); return nil }
func (l *fakeLeg) Reply([]byte) error                { l.did("reply"); return l.reply }
func (l *fakeLeg) Refuse(r Refusal) error            { l.did(fmt.Sprint("refuse ", r.Status)); return nil }
func (l *fakeLeg) Reject(r Refusal) error            { l.did(fmt.Sprint(r.Status)); return nil }

// fakeMedia writes down what the actor asks of its media.
type fakeMedia struct {
	*journal
	negotiate error
	accept    error
	panics    bool
	stopped   bool
}

func (m *fakeMedia) Negotiate([]byte) ([]byte, error) {
	m.did("negotiate")
	return []byte("v=0"), m.negotiate
}

func (m *fakeMedia) Accept([]byte) error { m.did("accept"); return m.accept }

func (m *fakeMedia) Revert() error { m.did("revert"); return nil }

func (m *fakeMedia) PlayEarly() MediaStats {
	m.did("play early")
	return MediaStats{Codec: "PCMU"}
}

func (m *fakeMedia) Play() MediaStats {
	if m.panics {
		panic("no audio")
	}
	m.did("play")
	return MediaStats{Codec: "PCMU"}
}

func (m *fakeMedia) Live() Live { return Live{Sent: 150} }

func (m *fakeMedia) Stop() MediaStats {
	if !m.stopped {
		m.did("stop")
	}
	m.stopped = true
	return MediaStats{Codec: "PCMU"}
}

// harness runs one call with a fake leg and fake media in virtual time.
type harness struct {
	*Call
	t        *testing.T
	*journal // of leg and media together
	leg      *fakeLeg
	media    *fakeMedia
	ended    chan Record

	mu      sync.Mutex
	notices []Notice
}

func newHarness(t *testing.T) *harness {
	j := &journal{}
	return &harness{t: t, journal: j, leg: &fakeLeg{journal: j}, media: &fakeMedia{journal: j}, ended: make(chan Record, 1)}
}

// start makes a call that answers after 1 s, as changed by opts, and lets it run.
func start(t *testing.T, opts ...func(*harness, *Options)) *harness {
	t.Helper()
	h := newHarness(t)
	options := Options{
		ID: "test", Offer: []byte("v=0"), AutoAnswer: true, AnswerDelay: time.Second,
		RingTimeout: time.Minute, RingStatus: 480, MaxDuration: 5 * time.Minute, Notify: h.note,
	}
	for _, o := range opts {
		o(h, &options)
	}
	h.Call = New(h.leg, h.media, options)
	go func() { h.ended <- h.Run() }()
	synctest.Wait()
	return h
}

func (h *harness) note(n Notice) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notices = append(h.notices, n)
}

// reach brings a fresh call into the state.
func (h *harness) reach(s State) {
	h.t.Helper()
	if s != Ringing {
		h.post(answerDue{})
	}
	if s == Playing || s == HangingUp {
		h.post(Acked{})
	}
	if s == HangingUp {
		h.post(Played{})
	}
	if s == Done {
		h.post(Bye{})
	}
	if s != h.state() {
		h.t.Fatalf("state: got %s, want %s", h.state(), s)
	}
}

// post hands the call an event and waits until it is dealt with.
func (h *harness) post(e Event) {
	h.Post(e)
	synctest.Wait()
}

// pass lets virtual time go by.
func (h *harness) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// done waits for the end of the call.
func (h *harness) done() Record {
	h.t.Helper()
	select {
	case r := <-h.ended:
		return r
	case <-time.After(time.Hour):
		h.t.Fatalf("the call still runs, in state %s", h.state())
		return Record{}
	}
}

func (h *harness) wantDid(want ...string) {
	h.t.Helper()
	if got := h.all(); !slices.Equal(got, want) {
		h.t.Errorf("actions: got %q, want %q", got, want)
	}
}

func wantEnd(t *testing.T, r Record, cause Cause, by Side, status int) {
	t.Helper()
	if r.Cause != cause || r.HungUpBy != by || r.Status != status {
		t.Errorf("record: got %s by %s with %d, want %s by %s with %d", r.Cause, r.HungUpBy, r.Status, cause, by, status)
	}
}
