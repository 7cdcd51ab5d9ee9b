package sip

import "time"

// alarm is a timer that is set again and again. The zero value is not set. It is
// guarded by the lock of its owner, which f must take, because it may have expired
// when it is stopped.
type alarm struct {
	timer    *time.Timer
	interval time.Duration // it was set to last
}

// set has f called after the duration, instead of what was set before.
func (a *alarm) set(s *Server, d time.Duration, f func()) {
	a.stop()
	a.interval = d
	a.timer = s.after(d, f)
}

// again has the same be called after the duration.
func (a *alarm) again(d time.Duration) {
	a.interval = d
	a.timer.Reset(d)
}

func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}
