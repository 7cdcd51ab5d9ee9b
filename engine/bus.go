package engine

import (
	"errors"
	"sync"

	"pickup/calls"
)

// bus brings events to calls and notices to observers. Its halves are never mixed:
// an event posted to a call is not lost, a notice to a slow observer may be.
// Multiple goroutines may use it; its only goroutines are
// those that feed the observers.
type bus struct {
	feeds []*feed // fixed from the start

	mu       sync.RWMutex
	calls    map[calls.ID]*calls.Call
	stopping bool
}

// newBus starts feeding the observers until close.
func newBus(observers []Observer) *bus {
	b := &bus{calls: make(map[calls.ID]*calls.Call)}
	for _, o := range observers {
		b.feeds = append(b.feeds, newFeed(o))
	}
	return b
}

// close lets the observers see what waits for them, and joins. No call may live
// any more.
func (b *bus) close() error {
	var err error
	for _, f := range b.feeds {
		err = errors.Join(err, f.close())
	}
	return err
}

// add makes a call reachable.
func (b *bus) add(c *calls.Call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls[c.ID()] = c
	if b.stopping {
		c.Post(calls.Shutdown{})
	}
}

// remove forgets a call that has ended.
func (b *bus) remove(id calls.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.calls, id)
}

// post hands an event to a call. It is false when there is no such call (any
// more), or when the call refuses another request of its peer.
func (b *bus) post(id calls.ID, e calls.Event) bool {
	b.mu.RLock()
	c := b.calls[id]
	b.mu.RUnlock()
	return c != nil && c.Post(e)
}

// shutdown tells every call that the server stops, also one that is only being
// added.
func (b *bus) shutdown() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopping = true
	for _, c := range b.calls {
		c.Post(calls.Shutdown{})
	}
}

// publish offers a notice to every observer and waits for none.
func (b *bus) publish(n calls.Notice) {
	for _, f := range b.feeds {
		f.offer(n)
	}
}

// record hands a record to every observer. It waits for a slow one: a record is
// never lost, and only the call that has just ended is held up.
func (b *bus) record(r calls.Record) {
	for _, f := range b.feeds {
		f.deliver(r)
	}
}
