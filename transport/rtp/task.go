package rtp

import "time"

// Task is a ticker on a pacer. Multiple goroutines may use it, but not the ticker
// itself out of its Tick.
type Task struct {
	pacer *pacer
	phase int
	index int // in the tasks of the phase; -1 after Stop; guarded by its lock
}

// Stop takes the ticker off the pacer. When it returns no Tick of it runs, and none
// will. It is idempotent.
func (t *Task) Stop() {
	if !t.remove() {
		return
	}
	owner := t.pacer.owner
	owner.mu.Lock()
	defer owner.mu.Unlock()
	t.pacer.load--
	t.pacer.loads[t.phase]--
}

func (t *Task) remove() bool {
	ph := &t.pacer.wheel[t.phase]
	ph.mu.Lock()
	defer ph.mu.Unlock()
	if t.index < 0 {
		return false
	}
	ph.remove(t)
	return true
}

// Do calls f between two ticks, so that f may change what Tick uses. The next beat
// of the ticker, never before now, is due at next. After Stop it does not call f and
// reports false.
func (t *Task) Do(f func(next time.Time)) bool {
	owner, ph := t.pacer.owner, &t.pacer.wheel[t.phase]
	ph.mu.Lock()
	defer ph.mu.Unlock()
	if t.index < 0 {
		return false
	}
	beat := inPhase(t.phase, max(ph.next, owner.beatFrom(time.Now())))
	f(owner.due(beat))
	return true
}
