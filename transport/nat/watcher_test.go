package nat

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, asked := time.Now(), []time.Duration(nil)
		var found netip.Addr
		var mu sync.Mutex // of both
		w := NewWatcher(Policy{}, func(context.Context) (netip.Addr, error) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, time.Since(began))
			if !found.IsValid() {
				return found, errors.New("no answer")
			}
			return found, nil
		}, slog.New(slog.NewTextHandler(io.Discard, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.Run(ctx) }()
		want := func(addr netip.Addr, times int) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if got := w.Policy().External; got != addr || len(asked) != times {
				t.Errorf("got %v after asking at %v, want %v after %d times", got, asked, addr, times)
			}
		}
		answers := func(addr netip.Addr) {
			mu.Lock()
			defer mu.Unlock()
			found = addr
		}
		want(netip.Addr{}, 1)
		answers(outer)
		time.Sleep(retry)
		want(outer, 2)
		answers(netip.Addr{})
		time.Sleep(refresh)
		want(outer, 3) // what was known stands
		moved := netip.MustParseAddr("203.0.113.9")
		answers(moved)
		time.Sleep(retry)
		want(moved, 4)
		cancel()
		<-done
	})
}

func TestWatcherWithoutAQuestion(t *testing.T) {
	w := NewWatcher(Policy{External: outer}, nil, slog.Default())
	w.Run(t.Context()) // returns at once
	if got := w.Policy().External; got != outer {
		t.Errorf("got %v, want %v", got, outer)
	}
}
