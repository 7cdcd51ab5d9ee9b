package sip

import (
	"fmt"
	"testing"
)

// A registrar that wants a longer time for each request does not refuse credentials.
func TestIntervalAlwaysTooBrief(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, func(n int, _ message) []string {
			return []string{"423 Interval Too Brief", fmt.Sprint("Min-Expires: ", 1000+n)}
		})
		w.register(trunk())
		r.want(maxRounds)
		w.wantStatus(false, RegRejected)
		r.follow(accept(3600))
	})
}
