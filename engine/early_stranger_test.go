package engine

import (
	"testing"
	"time"

	"pickup/calls"
	"pickup/transport/sip/siptest"
)

// Who may be another than the owner of the address has a second of early media sent
// there, and no more before its ACK: 50 packets. Then all of the audio follows.
func TestEarlyMediaOfAStrangerIsBounded(t *testing.T) {
	tests := []struct {
		name string
		set  string
		met  bool // by a call before
		want int
	}{
		{"stranger", bound, false, 50},
		{"one who has called", bound, true, 250},
		{"no bound", trusting, false, 250},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			play(t, early("behavior.auto_answer_delay_ms=5000", test.set), func(s *scenario) {
				caller := s.caller()
				before := 0
				if test.met {
					call := caller.Invite(offer(caller, ""))
					call.WantFinal(200)
					call.Ack()
					call.Reply(call.WantRequest("BYE"), 200)
					s.wantEnd(calls.Completed, calls.Server, 200)
					before = s.heard(caller).packets
				}
				call := caller.Invite(offer(caller, ""))
				call.WantFinal(200)
				got := s.heard(caller).packets - before
				if got < test.want-1 || got > test.want+1 {
					t.Errorf("packets before the answer: got %d, want %d", got, test.want)
				}
				call.Ack()
				call.Reply(call.WantRequest("BYE"), 200)
				if got := s.heard(caller).packets - before - got; got < 1499 || got > 1501 {
					t.Errorf("packets after the ACK: got %d, want 1500", got)
				}
			})
		})
	}
}

// Nobody connects from the address of another.
func TestEarlyMediaOverAConnectionIsNotBounded(t *testing.T) {
	var streams *siptest.Listener // of the bubble
	with := early("behavior.auto_answer=false", bound)
	with.options = func(o *Options) {
		streams = siptest.NewListener(serverAddr)
		o.Entries = append(o.Entries, listener("tcp", streams))
	}
	play(t, with, func(s *scenario) {
		phone := s.phone(streams, true, 1)
		call := phone.Invite(offer(phone, ""))
		call.Want(183)
		s.pass(3 * time.Second)
		call.Cancel()
		call.Want(200)
		call.Want(487)
		call.AckRefusal()
		s.wantEnd(calls.CallCancelled, calls.Caller, 487)
		if got := s.heard(phone).packets; got < 149 || got > 151 {
			t.Errorf("packets: got %d, want those of 3 s", got)
		}
	})
}
