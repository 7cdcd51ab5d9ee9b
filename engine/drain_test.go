package engine

import (
	"testing"
	"time"

	"pickup/calls"
)

func TestShutdownInEachState(t *testing.T) {
	hangUpAtOnce := []string{"behavior.shutdown_grace_seconds=0"}
	t.Run("ringing", func(t *testing.T) {
		play(t, setup{set: hangUpAtOnce}, func(s *scenario) {
			caller := s.caller()
			call := caller.Invite(offer(caller, ""))
			call.Want(180)
			s.drain()
			if got := call.Want(503).Get("Retry-After"); got == "" {
				t.Error("the 503 has no Retry-After")
			}
			call.AckRefusal()
			s.wantEnd(calls.ServerStopped, calls.Server, 503)
		})
	})
	t.Run("answering", func(t *testing.T) {
		play(t, setup{set: hangUpAtOnce}, func(s *scenario) {
			caller := s.caller()
			call := caller.Invite(offer(caller, ""))
			call.Want(180)
			call.Want(200)
			s.drain()
			// RFC 3261 section 15: the callee "MUST NOT send a BYE on a confirmed
			// dialog until it has received an ACK".
			call.WantNothing(400 * time.Millisecond)
			call.Ack()
			call.Reply(call.WantRequest("BYE"), 200)
			s.heard(caller).want(t, 0)
			s.wantEnd(calls.ServerStopped, calls.Server, 200)
		})
	})
	t.Run("playing", func(t *testing.T) {
		play(t, setup{set: hangUpAtOnce}, func(s *scenario) {
			call, _ := s.establish()
			s.drain()
			call.Reply(call.WantRequest("BYE"), 200)
			s.wantEnd(calls.ServerStopped, calls.Server, 200)
		})
	})
	t.Run("hanging up", func(t *testing.T) {
		play(t, setup{set: hangUpAtOnce}, func(s *scenario) {
			call, _ := s.establish()
			bye := call.WantRequest("BYE")
			s.drain()
			s.pass(time.Second)
			call.Reply(bye, 200)
			s.wantEnd(calls.Completed, calls.Server, 200)
		})
	})
}

func TestDrainLetsCallsEndByThemselves(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		call, heard := s.establish()
		s.drain()
		s.pass(time.Millisecond)
		s.refused(503)
		call.Reply(call.WantRequest("BYE"), 200)
		heard.want(t, 1500)
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

func TestSecondSignalSkipsTheGrace(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		call, _ := s.establish()
		s.drain()
		s.pass(time.Second)
		hungUp := time.Now()
		s.HangUp()
		bye := call.WantRequest("BYE")
		if !bye.At.Equal(hungUp) {
			t.Errorf("BYE: got it after %v, want it at once", bye.At.Sub(hungUp))
		}
		call.Reply(bye, 200)
		s.wantEnd(calls.ServerStopped, calls.Server, 200)
	})
}

func TestServerWithoutCallsStopsAtOnce(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		begun := time.Now()
		s.stop()
		if got := time.Since(begun); got != 0 {
			t.Errorf("stopped after %v, want at once", got)
		}
		s.stopped <- nil // play stops it once more
	})
}
