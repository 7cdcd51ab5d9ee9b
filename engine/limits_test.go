package engine

import (
	"strings"
	"testing"
	"time"

	"pickup/calls"
)

func TestGraceIsExact(t *testing.T) {
	play(t, setup{set: []string{"behavior.shutdown_grace_seconds=3"}}, func(s *scenario) {
		call, _ := s.establish()
		drained := time.Now()
		s.drain()
		bye := call.WantRequest("BYE")
		if got := bye.At.Sub(drained); got != 3*time.Second {
			t.Errorf("BYE: got it %v after the drain, want 3s", got)
		}
		call.Reply(bye, 200)
		s.wantEnd(calls.ServerStopped, calls.Server, 200)
	})
}

func TestLongestCallIsExact(t *testing.T) {
	play(t, setup{set: []string{"behavior.call_timeout_seconds=4", "audio.duration_seconds=60"}}, func(s *scenario) {
		call, heard := s.establish()
		bye := call.WantRequest("BYE")
		call.Reply(bye, 200)
		r := s.wantEnd(calls.TooLong, calls.Server, 200)
		if got := bye.At.Sub(r.AckedAt); got != 4*time.Second {
			t.Errorf("BYE: got it %v after the ACK, want 4s", got)
		}
		if heard.packets < 199 || heard.packets > 200 {
			t.Errorf("packets: got %d, want 4s of them", heard.packets)
		}
	})
}

// A caller over the limit is busy; one that comes while the server stops is to try
// elsewhere.
func TestDrainingServerIsNotBusy(t *testing.T) {
	play(t, setup{set: []string{"behavior.busy_status=486", "behavior.max_concurrent_calls=1"}}, func(s *scenario) {
		call, _ := s.establish()
		for _, want := range []int{486, 503} {
			caller := s.caller()
			refused := caller.Invite(offer(caller, ""))
			if got := refused.Want(want).Get("Retry-After"); got != "5" {
				t.Errorf("Retry-After of the %d: got %q, want 5", want, got)
			}
			refused.AckRefusal()
			s.drain()
			s.pass(time.Millisecond)
		}
		call.Reply(call.WantRequest("BYE"), 200)
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

func TestTelephoneEventIsConfigured(t *testing.T) {
	for setting, want := range map[string]bool{"media.enable_dtmf=true": true, "media.enable_dtmf=false": false} {
		t.Run(setting, func(t *testing.T) {
			play(t, setup{set: []string{setting}}, func(s *scenario) {
				caller := s.caller()
				for _, sdp := range []string{offer(caller, ""), ""} { // our answer, and our offer
					call := caller.Invite(sdp)
					call.Want(180)
					body := string(call.Want(200).Body)
					if got := strings.Contains(body, "telephone-event"); got != want || !strings.Contains(body, "m=audio") {
						t.Errorf("telephone-event in %q: got %v, want %v", body, got, want)
					}
					call.AckWith(offer(caller, ""))
					call.Bye()
					call.Want(200)
				}
			})
		})
	}
}
