package sip

import (
	"fmt"
	"runtime/debug"
)

// guard runs f. A panic ends f and nothing else: it is counted, and its stack is
// logged once. It reports whether f returned.
func (s *Server) guard(doing string, f func()) (returned bool) {
	defer func() {
		if v := recover(); v != nil {
			s.panics.Add(1)
			s.log.Error("SIP handler panicked", "event", doing, "err", clean(fmt.Sprint(v)), "stack", string(debug.Stack()))
		}
	}()
	f()
	return true
}
