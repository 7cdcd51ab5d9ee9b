package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pickup/calls"
	"pickup/codec"
	"pickup/transport/memnet"
	"pickup/transport/sip/siptest"
)

// establish brings a call up to the ACK.
func (s *scenario) establish() (*siptest.Call, *stream) {
	s.t.Helper()
	caller := s.caller()
	call := caller.Invite(offer(caller, ""))
	call.Want(180)
	call.Want(200)
	call.Ack()
	s.pass(20 * time.Millisecond)
	return call, s.heard(caller)
}

func TestCallOfThirtySecondsPacketByPacket(t *testing.T) {
	play(t, setup{network: memnet.Options{Latency: 3 * time.Millisecond}}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite(offer(caller, ""))
		ringing := call.Want(180)
		answer := call.Want(200)
		if got, want := answer.At.Sub(ringing.At), time.Second; got != want {
			t.Errorf("from 180 to 200: got %v, want %v", got, want)
		}
		if s.heard(caller).packets != 0 {
			t.Error("audio was sent before the ACK")
		}
		call.Ack()
		bye := call.WantRequest("BYE")
		call.Reply(bye, 200)

		heard := s.heard(caller)
		heard.want(t, 1500)
		if got, want := bye.At.Add(-3*time.Millisecond).Sub(heard.first), 30*time.Second; got != want {
			t.Errorf("from the first packet to the BYE: got %v, want %v", got, want)
		}
		if got, want := bye.Get("Reason"), `Q.850;cause=16;text="Normal call clearing"`; got != want {
			t.Errorf("Reason: got %q, want %q", got, want)
		}
		if ringing.Tag("To") != answer.Tag("To") || answer.Tag("To") == "" {
			t.Errorf("To tags: got %q and %q, want the same", ringing.Tag("To"), answer.Tag("To"))
		}
		r := s.wantEnd(calls.Completed, calls.Server, 200)
		if r.Media.Sent.Packets != 1500 || r.Media.Sent.Bytes != 240000 || r.Media.Codec != "PCMU" {
			t.Errorf("record: got %d packets, %d bytes of %s, want 1500, 240000 of PCMU",
				r.Media.Sent.Packets, r.Media.Sent.Bytes, r.Media.Codec)
		}
	})
}

func TestLostACK(t *testing.T) {
	play(t, setup{set: []string{"limits.amplification=0"}}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite(offer(caller, ""))
		call.Want(180)
		first := call.Want(200).At
		// RFC 3261 section 13.3.1.4: the interval "starts at T1 seconds and doubles
		// for each retransmission until it reaches T2 seconds".
		for _, want := range []float64{0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5} {
			if got := call.Want(200).At.Sub(first).Seconds(); got != want {
				t.Errorf("repeated 200: got it after %v s, want %v s", got, want)
			}
		}
		bye := call.WantRequest("BYE")
		if got, want := bye.At.Sub(first), 32*time.Second; got != want {
			t.Errorf("BYE: got it after %v, want %v", got, want)
		}
		call.Reply(bye, 200)
		s.heard(caller).want(t, 0)
		s.wantEnd(calls.NoACK, calls.Server, 200)
	})
}

func TestByeBeforeACK(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite(offer(caller, ""))
		call.Want(180)
		call.Want(200)
		call.Bye()
		call.Want(200)
		call.WantNothing(40 * time.Second)
		s.heard(caller).want(t, 0)
		s.wantEnd(calls.CallerHungUp, calls.Caller, 200)
	})
}

func TestByeWhilePlaying(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		call, heard := s.establish()
		s.pass(2*time.Second - 20*time.Millisecond)
		call.Bye()
		call.Want(200)
		packets := heard.packets
		s.pass(time.Second)
		heard.want(t, packets)
		if packets < 99 || packets > 101 {
			t.Errorf("packets in 2 s: got %d, want about 100", packets)
		}
		s.wantEnd(calls.CallerHungUp, calls.Caller, 200)
	})
}

func TestOurByeGetsNoAnswer(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		call, _ := s.establish()
		bye := call.WantRequest("BYE")
		if got, want := s.record().EndedAt.Sub(bye.At), calls.HangupTimeout; got != want {
			t.Errorf("ended: got %v after the BYE, want %v", got, want)
		}
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

func TestByeCrossesOurs(t *testing.T) {
	play(t, setup{network: memnet.Options{Latency: 10 * time.Millisecond}}, func(s *scenario) {
		call, heard := s.establish()
		s.pass(time.Until(heard.first.Add(30 * time.Second)))
		call.Bye() // ours has left in this instant
		ours := call.WantRequest("BYE")
		call.Want(200)
		call.Reply(ours, 481)
		heard.want(t, 1500)
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

func TestCancel(t *testing.T) {
	tests := []struct {
		name  string
		after time.Duration // from the INVITE
		want  []int         // final responses to the INVITE, in order
		cause calls.Cause
	}{
		{"while ringing", 500 * time.Millisecond, []int{487}, calls.CallCancelled},
		{"arriving just before the 200 is sent", 990*time.Millisecond - 1, []int{487}, calls.CallCancelled},
		{"arriving just after the 200 was sent", 990*time.Millisecond + 1, []int{200}, calls.CallerHungUp},
		{"sent after the 200 came", 1100 * time.Millisecond, []int{200}, calls.CallerHungUp},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			play(t, setup{network: memnet.Options{Latency: 10 * time.Millisecond}}, func(s *scenario) {
				s.cancelAfter(tt.after, tt.want, tt.cause)
			})
		})
	}
}

// cancelAfter cancels a call so long after its INVITE, and collects what comes.
func (s *scenario) cancelAfter(after time.Duration, want []int, cause calls.Cause) {
	caller := s.caller()
	call := caller.Invite(offer(caller, ""))
	s.pass(10*time.Millisecond + after) // the answer delay runs from the arrival of the INVITE
	call.Cancel()
	finals := map[int]bool{}
	cancelled := false
	for !cancelled || len(finals) == 0 {
		m := call.Next()
		switch {
		case m.Method() == "CANCEL":
			cancelled = m.Status() == 200
		case m.Status() >= 200:
			finals[m.Status()] = true
		}
	}
	if finals[200] {
		call.Ack()
		call.Bye()
		call.Want(200)
	} else {
		call.AckRefusal()
	}
	call.WantNothing(40 * time.Second)
	for _, status := range want {
		if !finals[status] || len(finals) != len(want) {
			s.t.Errorf("final responses: got %v, want %v", finals, want)
		}
	}
	status := want[0]
	by := calls.Caller
	s.wantEnd(cause, by, status)
}

func TestRepeatedInviteMakesNoSecondCall(t *testing.T) {
	play(t, setup{set: []string{"audio.duration_seconds=1"}}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite(offer(caller, ""))
		call.Want(180)
		call.Resend()
		call.Want(180) // the last response again
		call.Want(200)
		call.Resend()
		call.Ack()
		bye := call.WantRequest("BYE")
		call.Reply(bye, 200)
		s.pass(5 * time.Second)
		call.Resend()
		call.WantNothing(10 * time.Second)
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

func TestCallThatNobodyAnswers(t *testing.T) {
	play(t, setup{set: []string{"behavior.auto_answer=false", "behavior.ring_timeout_seconds=20"}}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite(offer(caller, ""))
		ringing := call.Want(180)
		if got, want := call.Want(480).At.Sub(ringing.At), 20*time.Second; got != want {
			t.Errorf("480: got it after %v, want %v", got, want)
		}
		call.AckRefusal()
		call.WantNothing(40 * time.Second)
		s.wantEnd(calls.NotAnswered, calls.Server, 480)
	})
}

func TestNoCommonCodec(t *testing.T) {
	play(t, setup{set: []string{"media.preferred_codecs=PCMA"}}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite(strings.Replace(offer(caller, ""), " 0 8 101", " 0 101", 1))
		refusal := call.Want(488)
		call.AckRefusal()
		if got := refusal.Get("Warning"); !strings.HasPrefix(got, "305 ") {
			t.Errorf("Warning: got %q, want a 305", got)
		}
		s.wantEnd(calls.NotAcceptable, calls.Server, 488)
	})
}

func TestEachCodec(t *testing.T) {
	for name, want := range map[string]byte{"PCMU": 0, "PCMA": 8, "G722": 9} {
		t.Run(name, func(t *testing.T) {
			play(t, setup{listens: true, set: []string{"media.preferred_codecs=" + name}}, func(s *scenario) {
				caller := s.caller()
				call := caller.Invite(strings.Replace(offer(caller, ""), " 0 8 101", " 0 8 9 101", 1))
				call.Want(180)
				call.Want(200)
				call.Ack()
				call.Reply(call.WantRequest("BYE"), 200)
				heard := s.heard(caller)
				heard.want(s.t, 1500)
				if heard.payloadType != want {
					s.t.Errorf("payload type: got %d, want %d", heard.payloadType, want)
				}
				if got := heard.payloads[777]; !slices.Equal(got, frameOf(s.t, name, 777)) {
					s.t.Error("frame 777: got another one than the prompt's")
				}
			})
		})
	}
}

func TestBadDescriptionIsRefused(t *testing.T) {
	for _, sdp := range []string{"hello", "v=0\r\nm=audio 65536 RTP/AVP 0\r\n"} {
		play(t, setup{}, func(s *scenario) {
			call := s.caller().Invite(sdp)
			if got := call.Want(400).Get("Warning"); !strings.HasPrefix(got, "399 ") {
				t.Errorf("Warning: got %q, want a 399", got)
			}
			call.AckRefusal()
			s.wantEnd(calls.NotAcceptable, calls.Server, 400)
		})
	}
}

func TestOfferOnHoldHearsNothingAndEndsInTime(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite(offer(caller, "a=sendonly\r\n"))
		call.Want(180)
		if answer := string(call.Want(200).Body); !strings.Contains(answer, "a=recvonly") {
			t.Errorf("answer: got %q, want a=recvonly", answer)
		}
		call.Ack()
		acked := time.Now()
		bye := call.WantRequest("BYE")
		call.Reply(bye, 200)
		if got := bye.At.Sub(acked); got < 30*time.Second || got > 30020*time.Millisecond {
			t.Errorf("BYE: got it after %v, want 30 s and at most a beat", got)
		}
		s.heard(caller).want(t, 0)
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

func TestInviteWithoutOffer(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite("")
		call.Want(180)
		if ours := string(call.Want(200).Body); !strings.Contains(ours, "RTP/AVP 0 8") {
			t.Errorf("our offer: got %q, want both codecs", ours)
		}
		call.AckWith(offer(caller, ""))
		call.Reply(call.WantRequest("BYE"), 200)
		s.heard(caller).want(t, 1500)
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

func TestPanicIsOneFailedCall(t *testing.T) {
	broken := func(o *Options) {
		audio := *o.Audio
		audio.prompt = &codec.Prompt{} // has no track
		o.Audio = &audio
	}
	play(t, setup{options: broken}, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite(offer(caller, ""))
		call.Want(180)
		call.Want(200)
		call.Ack()
		call.Reply(call.WantRequest("BYE"), 200)
		if r := s.wantEnd(calls.InternalError, calls.Server, 200); !strings.Contains(r.Fault, "no track") {
			t.Errorf("fault: got %q, want the panic", r.Fault)
		}
	})
}
