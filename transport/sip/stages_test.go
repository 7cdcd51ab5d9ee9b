package sip

import (
	"sync/atomic"
	"testing"
	"time"

	"pickup/transport/memnet"
)

// Who answers a challenge has received it, and who acknowledges a call has received its
// answer; for ten minutes that holds for the next call too.
func TestCallerShowsThatItReceives(t *testing.T) {
	known := &Authentication{Realm: "pickup.example", Users: map[string]string{"alice": "secret"}}
	tests := []struct {
		name   string
		limit  int
		auth   *Authentication
		before bool // a call was acknowledged
		pause  time.Duration
		want   bool
	}{
		{"stranger", 8, nil, false, 0, false},
		{"no bound", 0, nil, false, 0, true},
		{"credentials", 8, known, false, 0, true},
		{"a call before", 8, nil, true, 9 * time.Minute, true},
		{"a call long before", 8, nil, true, 11 * time.Minute, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var shown atomic.Bool
			c := Config{Random: even, Limits: Limits{Amplification: test.limit}, Authentication: test.auth}
			play := func(c *call) {
				shown.Store(c.Shown())
				takesCalls(c)
			}
			inWorldAs(t, memnet.Options{Latency: time.Millisecond}, c, play, func(w *world) {
				phone := w.caller()
				if test.before {
					phone.try(1)
					time.Sleep(test.pause)
				}
				var changes []change
				if test.auth != nil {
					changes = append(changes, answering{user: "alice", password: "secret", algorithm: "MD5"}.to(t, phone.try(2)))
				}
				phone.try(3, changes...)
				if got := shown.Load(); got != test.want {
					t.Errorf("Shown: got %v, want %v", got, test.want)
				}
			})
		})
	}
}
