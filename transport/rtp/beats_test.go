package rtp

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// beating is a ticker on its pacer, for tests that start and stop many.
type beating struct {
	counter
	task *Task
}

// TestPacersAnyMoment starts, asks and stops tickers at random moments, on beats and
// between them: the next beat that Do names is the next tick, and what was stopped
// stays silent.
func TestPacersAnyMoment(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			p := NewPacers(1)
			defer p.Close()
			var live []*beating
			for range 200 {
				if len(live) == 0 || random.IntN(len(live)+8) < 4 {
					b := &beating{}
					b.task = startTask(t, p, b)
					live = append(live, b)
				}
				i := random.IntN(len(live))
				checkNext(t, live[i])
				if random.IntN(3) == 0 {
					checkSilent(t, live[i])
					live = append(live[:i], live[i+1:]...)
				}
				time.Sleep(time.Duration(random.IntN(30)) * time.Millisecond)
			}
			for _, b := range live {
				checkNext(t, b)
				checkSilent(t, b)
			}
		})
	}
}

// checkNext asks for the next beat and waits for the tick.
func checkNext(t *testing.T, b *beating) {
	t.Helper()
	var want time.Time
	var before int
	asked := time.Now()
	b.task.Do(func(next time.Time) { want, before = next, len(b.times()) })
	time.Sleep(time.Until(want))
	synctest.Wait()
	ticks := b.times()
	if len(ticks) != before+1 || !ticks[before].Equal(want) {
		t.Fatalf("got %d ticks until the next beat, %v after asking; want one", len(ticks)-before, want.Sub(asked))
	}
}

func checkSilent(t *testing.T, b *beating) {
	t.Helper()
	b.task.Stop()
	before := len(b.times())
	time.Sleep(3 * Interval)
	if got := len(b.times()); got != before {
		t.Fatalf("got %d ticks after Stop", got-before)
	}
}

// TestPacersNextWhileLate asks in the middle of a long delay of the pacer.
func TestPacersNextWhileLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacers(1)
		defer p.Close()
		slow := &counter{first: func() { time.Sleep(177 * time.Millisecond) }}
		startTask(t, p, slow)
		b := &beating{}
		b.task = startTask(t, p, b)
		time.Sleep(55 * time.Millisecond)
		asked := time.Now()
		b.task.Do(func(next time.Time) {
			if wait := next.Sub(asked); wait < 0 || wait >= Interval {
				t.Errorf("got the next beat after %v, want it within an interval, though the pacer is late", wait)
			}
		})
		time.Sleep(time.Second)
	})
}

// TestPacersSkipEmptyPhases looks at what the pacer sleeps towards.
func TestPacersSkipEmptyPhases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacers(1)
		defer p.Close()
		first := startTask(t, p, &counter{})
		task := startTask(t, p, &counter{})
		first.Stop()
		for range 30 {
			time.Sleep(3 * time.Millisecond)
			synctest.Wait()
			p.mu.Lock()
			got := p.all[0].next % phases
			p.mu.Unlock()
			if time.Since(p.epoch) > 2*Interval && got != int64(task.phase) {
				t.Errorf("got a pacer that wakes for phase %d, want only %d", got, task.phase)
			}
		}
	})
}
