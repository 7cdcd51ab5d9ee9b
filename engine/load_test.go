package engine

import (
	"testing"
	"time"

	"pickup/calls"
	"pickup/transport/sip/siptest"
)

func TestThousandCallsAtOnce(t *testing.T) {
	const n = 1000
	play(t, setup{set: []string{"audio.duration_seconds=5"}}, func(s *scenario) {
		dialled := make([]*siptest.Call, n)
		heard := make([]*siptest.Caller, n)
		for i := range n {
			heard[i] = s.caller()
			dialled[i] = heard[i].Invite(offer(heard[i], ""))
		}
		for _, call := range dialled {
			call.Want(180)
			call.Want(200)
			call.Ack()
		}
		for _, call := range dialled {
			call.Reply(call.WantRequest("BYE"), 200)
		}
		for _, caller := range heard {
			s.heard(caller).want(t, 250)
		}
		s.pass(time.Second)
		if got := len(s.records); got != n {
			t.Errorf("records: got %d, want %d", got, n)
		}
		for _, r := range s.records {
			if r.Cause != calls.Completed {
				t.Fatalf("cause: got %s, want %s", r.Cause, calls.Completed)
			}
		}
	})
}

func TestCallOverTheLimit(t *testing.T) {
	tests := []struct {
		name, set string
		status    int
	}{
		{"503 by default", "behavior.busy_status=503", 503},
		{"486 when configured", "behavior.busy_status=486", 486},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			play(t, setup{set: []string{"behavior.max_concurrent_calls=2", tt.set}}, func(s *scenario) {
				first, firstHeard := s.establish()
				second, secondHeard := s.establish()
				s.refused(tt.status)
				first.Reply(first.WantRequest("BYE"), 200)
				s.pass(time.Second)
				second.Reply(second.WantRequest("BYE"), 200)
				firstHeard.want(t, 1500)
				secondHeard.want(t, 1500)
				s.pass(time.Minute)
				again, _ := s.establish() // the slots are back
				again.Bye()
				again.Want(200)
			})
		})
	}
}

// refused makes a call that must be refused at once, and asks with OPTIONS.
func (s *scenario) refused(status int) {
	s.t.Helper()
	caller := s.caller()
	call := caller.Invite(offer(caller, ""))
	sent := time.Now()
	refusal := call.Want(status)
	call.AckRefusal()
	if refusal.At != sent || refusal.Get("Retry-After") == "" {
		s.t.Errorf("refusal: got it after %v with Retry-After %q, want it at once with one",
			refusal.At.Sub(sent), refusal.Get("Retry-After"))
	}
	ping := caller.Dial()
	caller.Send(ping.Request("OPTIONS", ping.NewBranch(), ""))
	ping.Want(status) // RFC 3261 section 11.2: as the INVITE
}

func TestNoPortLeft(t *testing.T) {
	set := []string{"behavior.max_concurrent_calls=1", "media.rtp_port_range_start=10000", "media.rtp_port_range_end=10001"}
	play(t, setup{set: set}, func(s *scenario) {
		port, _ := s.ports.Take() // somebody else has it
		caller := s.caller()
		call := caller.Invite(offer(caller, ""))
		call.Want(503)
		call.AckRefusal()
		s.wantEnd(calls.NoResources, calls.Server, 503)
		s.ports.Return(port)
	})
}

func TestGarbageIsDroppedAndCounted(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		noisy := s.caller()
		for range 100 {
			noisy.Send("\x00\xff garbage")
			noisy.Send("INVITE sip:x SIP/2.0\r\nVia: nothing\r\nCSeq: x\r\n\r\n")
		}
		s.pass(time.Second)
		if got := s.look().malformedSIP; got != 200 {
			t.Errorf("malformed: got %d, want 200", got)
		}
		call, heard := s.establish()
		call.Reply(call.WantRequest("BYE"), 200)
		heard.want(t, 1500)
	})
}
