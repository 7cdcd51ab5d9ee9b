package sip

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestCloseWaitsForHandlers(t *testing.T) {
	var returned atomic.Bool
	inWorld(t, func(c *call) {
		c.ring()
		time.Sleep(5 * time.Second)
		returned.Store(true)
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		w.close()
		if !returned.Load() {
			t.Error("Close returned before the handler")
		}
	})
}

func TestCloseWaitsForTimersThatRun(t *testing.T) {
	var returned atomic.Bool
	inWorld(t, takesCalls, func(w *world) {
		w.server.after(time.Second, func() {
			time.Sleep(5 * time.Second)
			returned.Store(true)
		})
		time.Sleep(2 * time.Second)
		w.close()
		if !returned.Load() {
			t.Error("Close returned before the timer")
		}
	})
}

func TestPanicOfATimerIsCaught(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		w.server.after(time.Second, func() { panic("broken\r\nclock") })
		time.Sleep(time.Second - 1)
		if got := w.server.Stats().Panics; got != 0 {
			t.Errorf("panics before the time: got %d, want 0", got)
		}
		time.Sleep(2 * time.Second)
		if got := w.server.Stats().Panics; got != 1 {
			t.Errorf("panics: got %d, want 1", got)
		}
		if got := w.log.String(); strings.Count(got, "panicked") != 1 || !strings.Contains(got, "a timer") {
			t.Errorf("log: got %q, want one panic of a timer", got)
		}
		c := w.caller() // the server goes on
		c.answered()
		c.send("BYE")
		c.want("200")
	})
}

func TestNoTimerActsAfterClose(t *testing.T) {
	var acted atomic.Bool
	inWorld(t, takesCalls, func(w *world) {
		w.server.after(time.Second, func() { acted.Store(true) })
		w.close()
		time.Sleep(time.Minute)
		if acted.Load() {
			t.Error("a timer acted after Close")
		}
	})
}
