package rtp

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// counter is a Ticker that notes its ticks.
type counter struct {
	mu    sync.Mutex
	ticks []time.Time
	first func() // called in the first tick
}

func (c *counter) Tick(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.ticks) == 0 && c.first != nil {
		c.first()
	}
	c.ticks = append(c.ticks, now)
}

func (c *counter) times() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ticks
}

func startTask(t *testing.T, p *Pacers, ticker Ticker) *Task {
	t.Helper()
	task, err := p.Start(ticker)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func TestPacersPlacement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacers(2)
		defer p.Close()
		var tasks []*Task
		start := func(n int) {
			for range n {
				tasks = append(tasks, startTask(t, p, &counter{}))
			}
		}
		check := func(first, second int) {
			t.Helper()
			for i, want := range []int{first, second} {
				c := p.all[i]
				if c.load != want {
					t.Errorf("got %d tickers on pacer %d, want %d", c.load, i, want)
				}
				for j := range c.wheel {
					ph := &c.wheel[j]
					ph.mu.Lock()
					got := len(ph.tasks)
					ph.mu.Unlock()
					if low, high := want/phases, (want+phases-1)/phases; got < low || got > high {
						t.Errorf("got %d tickers in phase %d of pacer %d, want %d to %d", got, j, i, low, high)
					}
				}
			}
		}
		start(7)
		check(7, 0)
		start(1993)
		check(2000, 0)
		if p.all[1].started {
			t.Error("a pacer without tickers has a goroutine")
		}
		start(1)
		check(2000, 1)
		start(1999)
		check(2000, 2000)
		start(3)
		check(2002, 2001)
		for _, task := range tasks[:1000] {
			task.Stop()
			task.Stop()
		}
		check(1002, 2001)
		start(1)
		check(1003, 2001)
	})
}

func TestPacersBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacers(1)
		defer p.Close()
		epoch := time.Now()
		time.Sleep(123457 * time.Microsecond)
		var counters [phases]counter
		var first [phases]time.Time
		for i := range counters {
			// Starts fall before, on and after the beats, and while the pacer sleeps.
			time.Sleep(time.Duration(i) * 1500 * time.Microsecond)
			task := startTask(t, p, &counters[i])
			if task.phase != i {
				t.Fatalf("got phase %d for ticker %d, want the empty one", task.phase, i)
			}
			asked := time.Now()
			if !task.Do(func(next time.Time) { first[i] = next }) {
				t.Fatal("Do did not call its function")
			}
			if wait := first[i].Sub(asked); wait < 0 || wait >= 2*Interval {
				t.Errorf("phase %d: got a first beat after %v, want less than two intervals", i, wait)
			}
		}
		time.Sleep(10 * time.Second)
		for i := range counters {
			ticks := counters[i].times()
			if len(ticks) < 490 {
				t.Fatalf("phase %d: got %d ticks in 10 s, want about 500", i, len(ticks))
			}
			if offset := first[i].Sub(epoch) % Interval; offset != time.Duration(i)*step {
				t.Errorf("phase %d: got offset %v, want %v", i, offset, time.Duration(i)*step)
			}
			for n, at := range ticks {
				if want := first[i].Add(time.Duration(n) * Interval); !at.Equal(want) {
					t.Fatalf("phase %d: got tick %d at %v, want %v", i, n, at.Sub(epoch), want.Sub(epoch))
				}
			}
		}
	})
}

func TestPacersLateWalksEachPhaseOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacers(1)
		defer p.Close()
		start := time.Now()
		slow := &counter{first: func() { time.Sleep(177 * time.Millisecond) }}
		other := &counter{}
		startTask(t, p, slow)
		startTask(t, p, other)
		time.Sleep(230 * time.Millisecond)
		want := []int{177, 182, 202, 222} // late once, then on the beat at 2 ms modulo 20
		ticks := other.times()
		for i, at := range ticks {
			if got := at.Sub(start).Milliseconds(); i >= len(want) || got != int64(want[i]) {
				t.Errorf("got tick %d at %d ms, want ticks at %v", i, got, want)
			}
		}
		if len(ticks) != len(want) {
			t.Errorf("got %d ticks, want %d", len(ticks), len(want))
		}
	})
}

func TestPacersSleepWhenEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacers(1)
		defer p.Close()
		for range 3 {
			c := &counter{}
			task := startTask(t, p, c)
			time.Sleep(3 * Interval)
			task.Stop()
			ticks := len(c.times())
			if ticks < 2 {
				t.Errorf("got %d ticks, want at least 2", ticks)
			}
			time.Sleep(2 * Interval)
			synctest.Wait()
			if !strings.Contains(stackOf(t, "(*pacer).await"), "[chan receive") {
				t.Errorf("an empty pacer waits for something else than a first ticker")
			}
			if got := len(c.times()); got != ticks {
				t.Errorf("got %d ticks after Stop", got-ticks)
			}
			time.Sleep(time.Hour + 7*time.Millisecond)
		}
	})
}

// stackOf is the stack of the goroutine of this bubble that runs a function.
func stackOf(t *testing.T, function string) string {
	t.Helper()
	buffer := make([]byte, 1<<20)
	for _, stack := range strings.Split(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
		if strings.Contains(stack, function) {
			return stack
		}
	}
	t.Fatalf("no goroutine runs %s", function)
	return ""
}

func TestPacersClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacers(3)
		c := &counter{}
		task := startTask(t, p, c)
		time.Sleep(time.Second)
		p.Close()
		p.Close()
		ticks := len(c.times())
		time.Sleep(time.Second)
		if got := len(c.times()); got != ticks {
			t.Errorf("got %d ticks after Close", got-ticks)
		}
		if _, err := p.Start(c); !errors.Is(err, ErrClosed) {
			t.Errorf("got error %v, want %v", err, ErrClosed)
		}
		task.Stop()
		if task.Do(func(time.Time) { t.Error("Do called its function after Stop") }) {
			t.Error("Do reports true after Stop")
		}
	})
}

// TestPacersStopJoins runs in real time: its goroutines race for the lock.
func TestPacersStopJoins(t *testing.T) {
	p := NewPacers(2)
	defer p.Close()
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 10 {
				owned := &exclusive{}
				task, err := p.Start(owned)
				if err != nil {
					t.Error(err)
					return
				}
				task.Do(func(time.Time) { owned.n++ })
				task.Stop()
				owned.n++ // a data race if a tick still ran
			}
		})
	}
	group.Wait()
	if load := p.all[0].load + p.all[1].load; load != 0 {
		t.Errorf("got %d tickers after all were stopped", load)
	}
}

// exclusive is a Ticker without a lock.
type exclusive struct{ n int }

func (e *exclusive) Tick(time.Time) { e.n++ }
