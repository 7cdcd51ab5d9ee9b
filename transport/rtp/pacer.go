package rtp

import (
	"sync"
	"time"
)

// pacer is one goroutine that walks a wheel of phases.
type pacer struct {
	owner *Pacers
	wake  chan struct{} // there is a first ticker, or the end
	wheel [phases]phase

	// Guarded by owner.mu, which is never held while tickers are walked.
	started bool
	load    int         // tickers on the wheel
	loads   [phases]int // tickers in each phase
	next    int64       // no beat before this one will be walked any more
}

// phase is the tickers that share a beat in each interval.
type phase struct {
	mu      sync.Mutex // held while the tickers are walked
	tickers []Ticker
	tasks   []*Task // of the tickers, in the same order; apart, so that a walk need not read them
	next    int64   // no beat of the phase before this one will be walked any more
}

// start makes sure that the goroutine runs and is awake. Called under owner.mu.
func (c *pacer) start() {
	if !c.started {
		c.started = true
		c.owner.running.Go(c.run)
	}
	c.signal()
}

func (c *pacer) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// leastLoaded is the phase for a new ticker. Called under owner.mu.
func (c *pacer) leastLoaded() int {
	least := 0
	for i, load := range c.loads {
		if load < c.loads[least] {
			least = i
		}
	}
	return least
}

// run walks one beat after the other until the pacers are closed. It sleeps to
// absolute beats: being late once does not move the ones that follow.
func (c *pacer) run() {
	for {
		beat, ok := c.await()
		if !ok {
			return
		}
		time.Sleep(time.Until(c.owner.due(beat)))
		c.wheel[beat%phases].walk(beat)
		c.passed(beat)
	}
}

// await chooses the next beat of a phase that has tickers. It blocks while there
// are none, and reports false at the end.
func (c *pacer) await() (beat int64, ok bool) {
	for {
		beat, empty, closed := c.upcoming()
		if closed {
			return 0, false
		}
		if !empty {
			return beat, true
		}
		<-c.wake
	}
}

func (c *pacer) upcoming() (beat int64, empty, closed bool) {
	c.owner.mu.Lock()
	defer c.owner.mu.Unlock()
	if c.load == 0 || c.owner.closed {
		return 0, true, c.owner.closed
	}
	// After a long delay each phase is walked once, not once for each missed beat:
	// how much of the missed time is made up is the business of the tickers.
	c.next = max(c.next, c.owner.beatAt(time.Now())-phases+1)
	for c.loads[c.next%phases] == 0 {
		c.next++
	}
	return c.next, false, false
}

func (c *pacer) passed(beat int64) {
	c.owner.mu.Lock()
	defer c.owner.mu.Unlock()
	c.next = max(c.next, beat+1)
}

func (ph *phase) walk(beat int64) {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	ph.next = beat + phases
	for _, t := range ph.tickers {
		t.Tick(time.Now())
	}
}

func (ph *phase) add(t Ticker, task *Task) {
	task.index = len(ph.tasks)
	ph.tickers = append(ph.tickers, t)
	ph.tasks = append(ph.tasks, task)
}

// remove fills the gap with the last ticker.
func (ph *phase) remove(task *Task) {
	last := len(ph.tasks) - 1
	ph.tickers[task.index] = ph.tickers[last]
	ph.tasks[task.index] = ph.tasks[last]
	ph.tasks[task.index].index = task.index
	ph.tickers[last], ph.tasks[last] = nil, nil
	ph.tickers, ph.tasks = ph.tickers[:last], ph.tasks[:last]
	task.index = -1
}
