package engine

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pickup/calls"
	"pickup/transport/memnet"
	"pickup/transport/sip/siptest"
)

// bad is a network that loses, doubles and overtakes.
func bad(seed uint64) memnet.Options {
	return memnet.Options{
		Latency: 10 * time.Millisecond, Jitter: 5 * time.Millisecond,
		Loss: 0.05, Duplicate: 0.05, Reorder: 0.05, Seed: seed,
	}
}

// TestBadNetwork has every behaviour of a dialog on a bad network: whatever is lost
// is repeated by the side that has to.
func TestBadNetwork(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			play(t, setup{network: bad(seed)}, func(s *scenario) {
				caller := s.caller()
				caller.Insist()
				call := caller.Invite(offer(caller, ""))
				call.WantFinal(200)
				call.Ack()
				for _, direction := range []string{"a=sendonly\r\n", "a=sendrecv\r\n"} {
					s.pass(5 * time.Second)
					call.Reinvite(offer(caller, direction))
					call.WantFinal(200)
					call.Ack()
				}
				s.pass(time.Second)
				call.Do("UPDATE", offer(caller, ""))
				call.WantFinal(200)
				call.Reinvite("")
				call.WantFinal(200)
				call.AckWith(offer(caller, ""))
				call.Do("INFO", "")
				call.WantFinal(200)
				bye := call.WantRequest("BYE")
				call.Reply(bye, 200)
				s.pass(40 * time.Second)
				s.wantEnd(calls.Completed, calls.Server, 200)
				heard := s.heard(caller)
				heard.wantWithSilence(t, heard.packets, heard.silent)
				if heard.packets+heard.silent != 1500 || heard.silent < 200 {
					t.Errorf("frames: got %d sent and %d silent, want 1500 in all and about 250 silent", heard.packets, heard.silent)
				}
			})
		})
	}
}

func TestBadNetworkCancel(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			// Nobody answers, so that a CANCEL that is lost at first is not too late.
			set := []string{"behavior.auto_answer=false"}
			play(t, setup{network: bad(seed), set: set}, func(s *scenario) {
				caller := s.caller()
				caller.Insist()
				call := caller.Invite(offer(caller, ""))
				s.pass(5 * time.Second)
				call.Cancel()
				s.pass(40 * time.Second)
				s.wantEnd(calls.CallCancelled, calls.Caller, 487)
			})
		})
	}
}

func TestCallOverTCP(t *testing.T) {
	var streams *siptest.Listener // made in the bubble that it is used in
	overTCP := func(o *Options) {
		streams = siptest.NewListener(serverAddr)
		o.Entries = append(o.Entries, listener("tcp", streams))
	}
	play(t, setup{options: overTCP}, func(s *scenario) {
		conn, err := streams.Dial(netip.AddrPortFrom(host(1), 40000))
		if err != nil {
			t.Fatal(err)
		}
		caller := siptest.NewStreamCaller(s.t, conn)
		call := caller.Invite(offer(caller, ""))
		call.Want(180)
		call.Want(200)
		call.Ack()
		call.Reply(call.WantRequest("BYE"), 200)
		s.heard(caller).want(t, 1500)
		if r := s.wantEnd(calls.Completed, calls.Server, 200); r.Party.Transport != "TCP" {
			t.Errorf("transport: got %q, want TCP", r.Party.Transport)
		}
	})
}
