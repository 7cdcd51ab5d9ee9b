package engine

import (
	"testing"
	"testing/synctest"

	"pickup/calls"
)

// stuck is an observer that looks at nothing before it is released.
type stuck struct {
	release          chan struct{}
	notices, records int
}

func (o *stuck) Notice(calls.Notice) { <-o.release; o.notices++ }
func (o *stuck) Record(calls.Record) { <-o.release; o.records++ }

func TestSlowObserverLosesNoticesButNoRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const offered = feedLength + 100
		o := &stuck{release: make(chan struct{})}
		b := newBus([]Observer{o})
		b.publish(calls.Late{}) // the observer is stuck in this one
		synctest.Wait()
		for range offered {
			b.publish(calls.Late{})
		}
		delivered := make(chan struct{})
		go func() {
			defer close(delivered)
			b.record(calls.Record{})
		}()
		synctest.Wait()
		select {
		case <-delivered:
			t.Error("a record went into a full queue")
		default:
		}
		close(o.release)
		<-delivered
		if err := b.close(); err != nil {
			t.Error(err)
		}
		if o.records != 1 {
			t.Errorf("records: got %d, want 1", o.records)
		}
		if got, want := o.notices, feedLength+1; got != want {
			t.Errorf("notices: got %d, want %d", got, want)
		}
		if got, want := b.feeds[0].dropped.Load(), uint64(offered-feedLength); got != want {
			t.Errorf("dropped: got %d, want %d", got, want)
		}
	})
}

func TestPostToACallThatIsNotThere(t *testing.T) {
	b := newBus(nil)
	if b.post("nobody", calls.Hangup{}) {
		t.Error("got true, want false")
	}
}

func TestAdmissionIsBounded(t *testing.T) {
	a := newAdmission(2)
	for i := range 2 {
		if a.full() {
			t.Errorf("full with %d of 2 slots taken", i)
		}
		if !a.tryAcquire() {
			t.Fatalf("slot %d: got refused, want taken", i+1)
		}
	}
	if a.tryAcquire() || !a.full() {
		t.Error("a third slot was given")
	}
	a.release()
	if a.full() || !a.tryAcquire() {
		t.Error("a released slot was not given again")
	}
	a.release()
	a.drain()
	if a.tryAcquire() {
		t.Error("a slot was given while draining")
	}
	if got := a.refused.Load(); got != 2 {
		t.Errorf("refused: got %d, want 2", got)
	}
}
