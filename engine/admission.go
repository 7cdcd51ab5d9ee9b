package engine

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// admission bounds the calls that are up at once. Multiple goroutines may use it.
type admission struct {
	slots    *semaphore.Weighted
	limit    int64
	active   atomic.Int64
	draining atomic.Bool
	refused  atomic.Uint64
}

func newAdmission(limit int) *admission {
	return &admission{slots: semaphore.NewWeighted(int64(limit)), limit: int64(limit)}
}

// tryAcquire takes a slot. It never waits: a caller over the limit gets an answer
// at once.
func (a *admission) tryAcquire() bool {
	if a.draining.Load() || !a.slots.TryAcquire(1) {
		a.refused.Add(1)
		return false
	}
	a.active.Add(1)
	return true
}

// release gives a slot back, when the call's sockets and memory are free again.
func (a *admission) release() {
	a.active.Add(-1)
	a.slots.Release(1)
}

// full reports whether the next call would be refused for want of a slot.
func (a *admission) full() bool { return a.active.Load() >= a.limit }

// drain admits nobody any more.
func (a *admission) drain() { a.draining.Store(true) }

// idle waits until the last call has given its slot back. Only after drain: it
// takes all slots for itself.
func (a *admission) idle() {
	// A context that cannot end leaves Acquire no way to fail.
	_ = a.slots.Acquire(context.Background(), a.limit)
}
