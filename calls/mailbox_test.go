package calls

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMailboxBoundsThePeerOnly(t *testing.T) {
	m := newMailbox()
	for i := range maxRequests {
		if !m.post(Bye{}) {
			t.Fatalf("request %d: got refused, want taken", i+1)
		}
	}
	if m.post(Bye{}) {
		t.Errorf("request %d: got taken, want refused", maxRequests+1)
	}
	if !m.post(Played{}) {
		t.Error("an event of ours: got refused, want taken")
	}
	if _, ok := m.take(); !ok {
		t.Fatal("nothing to take")
	}
	if !m.post(Bye{}) {
		t.Error("a request after one was taken: got refused, want taken")
	}
}

func TestMailboxKeepsTheOrder(t *testing.T) {
	m := newMailbox()
	posted := []Event{Acked{}, Played{}, Bye{}}
	for _, e := range posted {
		m.post(e)
	}
	for _, want := range posted {
		if got, ok := m.take(); !ok || got.trigger() != want.trigger() {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if e, ok := m.take(); ok {
		t.Errorf("an empty mailbox gave %v", e)
	}
}

func TestPostAllocatesLittle(t *testing.T) {
	m := newMailbox()
	got := testing.AllocsPerRun(100, func() {
		m.post(Played{})
		m.take()
		m.take()
	})
	if got > 1 {
		t.Errorf("allocations: got %v, want at most the queue itself", got)
	}
}
