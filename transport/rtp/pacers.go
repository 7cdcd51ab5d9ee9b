package rtp

import (
	"errors"
	"sync"
	"time"
)

// Interval is the time between two ticks of a ticker, and the length of a frame.
const Interval = 20 * time.Millisecond

const (
	// phases is the number of beats in an interval. Tickers that all share one beat
	// wait for one another; spread over ten beats, 2 ms apart, they do not.
	phases = 10
	step   = Interval / phases
	// fullLoad is the number of tickers from which on the next pacer is used: two
	// pacers that share a load cost a little more than one that carries it alone.
	fullLoad = 2000
)

// ErrClosed is the error of starting a ticker on pacers that were closed.
var ErrClosed = errors.New("rtp: pacers are closed")

// Ticker is called once in an [Interval], unless its pacer was late by more than
// that. Tick must not block, take a lock that is held for long, or call the [Task]
// that it runs in; now is the time of the call.
type Ticker interface {
	Tick(now time.Time)
}

// Pacers are the goroutines that give the beat to all tickers of a process. A
// goroutine is started when its pacer gets its first ticker, and one without
// tickers sleeps without waking. Multiple goroutines may start and stop tickers;
// Close belongs to the owner.
type Pacers struct {
	epoch   time.Time // beat k is due at epoch + k·step, in phase k modulo phases
	running sync.WaitGroup

	mu     sync.Mutex // guards closed and the placement in each pacer
	closed bool
	all    []*pacer
}

// NewPacers makes n pacers, at least one; one for each core is right.
func NewPacers(n int) *Pacers {
	p := &Pacers{epoch: time.Now()}
	for range max(1, n) {
		p.all = append(p.all, &pacer{owner: p, wake: make(chan struct{}, 1)})
	}
	return p
}

// Start puts t into the least loaded phase of the first pacer that has less than
// 2,000 tickers, else of the least loaded one. Its first tick is at most two
// intervals away. The error is [ErrClosed].
func (p *Pacers) Start(t Ticker) (*Task, error) {
	task, first, err := p.place()
	if err != nil {
		return nil, err
	}
	ph := &task.pacer.wheel[task.phase]
	ph.mu.Lock()
	defer ph.mu.Unlock()
	ph.next = max(ph.next, first)
	ph.add(t, task)
	return task, nil
}

// place chooses pacer and phase of a new ticker, and wakes the pacer if it was
// empty. No beat of that phase before first will be walked.
func (p *Pacers) place() (task *Task, first int64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, 0, ErrClosed
	}
	c := p.choose()
	if c.load == 0 {
		c.next = max(c.next, p.beatFrom(time.Now()))
		c.start()
	}
	task = &Task{pacer: c, phase: c.leastLoaded()}
	c.load++
	c.loads[task.phase]++
	return task, inPhase(task.phase, c.next), nil
}

func (p *Pacers) choose() *pacer {
	least := p.all[0]
	for _, c := range p.all {
		if c.load < fullLoad {
			return c
		}
		if c.load < least.load {
			least = c
		}
	}
	return least
}

// Close ends the goroutines and waits for them, at most an interval. Tickers that
// were not stopped get no more ticks. It is idempotent.
func (p *Pacers) Close() {
	p.mu.Lock()
	p.closed = true
	for _, c := range p.all {
		c.signal()
	}
	p.mu.Unlock()
	p.running.Wait()
}

// due is when a beat is due.
func (p *Pacers) due(beat int64) time.Time {
	return p.epoch.Add(time.Duration(beat) * step)
}

// beatAt is the last beat that is due at now or was due before.
func (p *Pacers) beatAt(now time.Time) int64 {
	return int64(now.Sub(p.epoch) / step)
}

// beatFrom is the first beat that is not due before now.
func (p *Pacers) beatFrom(now time.Time) int64 {
	return int64((now.Sub(p.epoch) + step - 1) / step)
}

// inPhase is the first beat of a phase that is not before beat.
func inPhase(phase int, beat int64) int64 {
	return beat + (int64(phase)-beat%phases+phases)%phases
}
