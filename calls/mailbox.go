package calls

import "sync"

// maxRequests is how many requests of the peer may wait in a mailbox.
const maxRequests = 32

// mailbox is the queue in front of an actor. Multiple goroutines may post; one
// takes. A post never waits: callers hold locks of the SIP library or run on a
// pacer.
type mailbox struct {
	wake chan struct{} // holds one token while something waits

	mu       sync.Mutex
	waiting  []Event
	requests int
	closed   bool
}

func newMailbox() *mailbox {
	return &mailbox{wake: make(chan struct{}, 1)}
}

// post queues the event. It is false when the actor has ended, or when the event
// is a request of the peer and too many of them wait.
func (m *mailbox) post(e Event) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	if request(e) {
		if m.requests == maxRequests {
			return false
		}
		m.requests++
	}
	m.waiting = append(m.waiting, e)
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return true
}

// take gives the oldest event.
func (m *mailbox) take() (Event, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.waiting) == 0 {
		m.waiting = nil // what a burst needed is given back
		return nil, false
	}
	e := m.waiting[0]
	m.waiting[0] = nil
	m.waiting = m.waiting[1:]
	if request(e) {
		m.requests--
	}
	return e, true
}

// close refuses all further posts.
func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.waiting = nil
}
