package engine

import (
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"pickup/calls"
	"pickup/transport/memnet"
	"pickup/transport/sdp"
	"pickup/transport/sip/siptest"
)

// reinvite offers a change of the session and acknowledges its answer.
func (s *scenario) reinvite(call *siptest.Call, sdp string) siptest.Message {
	s.t.Helper()
	call.Reinvite(sdp)
	answer := call.Want(200)
	call.Ack()
	s.pass(0)
	return answer
}

// established is a call that is up, with who made it.
type established struct {
	*siptest.Call
	caller *siptest.Caller
	begun  time.Time // of the audio
}

// up brings a call up and waits for its first packet.
func (s *scenario) up() established {
	s.t.Helper()
	caller := s.caller()
	call := caller.Invite(offer(caller, ""))
	call.Want(180)
	call.Want(200)
	call.Ack()
	s.pass(frameTime)
	return established{call, caller, s.heard(caller).first}
}

// at lets time pass until just after the frame of this time of the audio was sent.
func (s *scenario) at(c established, d time.Duration) {
	s.t.Helper()
	s.pass(time.Until(c.begun.Add(d)) + time.Millisecond)
}

// finish waits for the BYE, which hold and resume must not move.
func (s *scenario) finish(c established) {
	s.t.Helper()
	bye := c.WantRequest("BYE")
	c.Reply(bye, 200)
	if got, want := bye.At.Sub(c.begun), 30*time.Second; got != want {
		s.t.Errorf("BYE: got it after %v, want %v", got, want)
	}
	s.wantEnd(calls.Completed, calls.Server, 200)
}

func TestHoldAndResume(t *testing.T) {
	tests := []struct {
		name   string
		hold   func(*siptest.Caller) string
		answer string
	}{
		{"by a=sendonly", func(c *siptest.Caller) string { return offer(c, "a=sendonly\r\n") }, "a=recvonly"},
		{"by a=inactive", func(c *siptest.Caller) string { return offer(c, "a=inactive\r\n") }, "a=inactive"},
		{"by c=0.0.0.0", func(c *siptest.Caller) string {
			return strings.Replace(offer(c, ""), "c=IN IP4 "+c.Local().Addr().String(), "c=IN IP4 0.0.0.0", 1)
		}, "a=recvonly"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			play(t, setup{}, func(s *scenario) {
				c := s.up()
				s.at(c, 5*time.Second)
				held := s.reinvite(c.Call, tt.hold(c.caller))
				if !strings.Contains(string(held.Body), tt.answer) {
					t.Errorf("answer: got %q, want %s", held.Body, tt.answer)
				}
				s.at(c, 9*time.Second)
				resumed := s.reinvite(c.Call, offer(c.caller, "a=sendrecv\r\n"))
				if !strings.Contains(string(resumed.Body), "a=sendrecv") {
					t.Errorf("answer: got %q, want a=sendrecv", resumed.Body)
				}
				s.finish(c)
				// The frames at 5.02 s to 9.00 s were not sent.
				s.heard(c.caller).wantWithSilence(t, 1300, 200)
			})
		})
	}
}

func TestMediaFollowsTheNewAddress(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		s.at(c, 10*time.Second)
		elsewhere := netip.MustParseAddr("203.0.113.9")
		s.reinvite(c.Call, strings.ReplaceAll(offer(c.caller, ""), c.caller.Local().Addr().String(), elsewhere.String()))
		s.finish(c)
		before, after := s.heard(c.caller), s.streams[netip.AddrPortFrom(elsewhere, 4000)]
		before.want(t, 501)
		if after == nil {
			t.Fatal("nothing was sent to the new address")
		}
		if got, want := after.begins, before.sequence+1; got != want || after.ssrc != before.ssrc {
			t.Errorf("at the new address: got sequence %d of %d, want %d of %d", got, after.ssrc, want, before.ssrc)
		}
		if got := after.packets; got != 999 {
			t.Errorf("packets to the new address: got %d, want 999", got)
		}
	})
}

func TestVersionOfTheDescriptionGrowsWithChangesOnly(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		same := s.reinvite(c.Call, offer(c.caller, ""))
		again := s.reinvite(c.Call, offer(c.caller, ""))
		if string(same.Body) != string(again.Body) {
			t.Errorf("the answers to one offer differ: %q and %q", same.Body, again.Body)
		}
		held := s.reinvite(c.Call, offer(c.caller, "a=sendonly\r\n"))
		got, before := origin(held), origin(same)
		version, err := strconv.ParseUint(before[2], 10, 64)
		if err != nil || got[1] != before[1] || got[2] != strconv.FormatUint(version+1, 10) {
			t.Errorf("o=: got %v after %v, want the same id and the next version", got, before)
		}
		c.Bye()
		c.Want(200)
	})
}

// origin is the o= line, whole and in its first parts: name, id, version.
func origin(m siptest.Message) [4]string {
	_, line, _ := strings.Cut(string(m.Body), "o=")
	line, _, _ = strings.Cut(line, "\r\n")
	parts := strings.Fields(line)
	return [4]string{parts[0], parts[1], parts[2], line}
}

func TestReinviteWithoutOffer(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		s.at(c, time.Second)
		c.Reinvite("")
		if ours := string(c.Want(200).Body); !strings.Contains(ours, "m=audio") {
			t.Errorf("our offer: got %q, want one with audio", ours)
		}
		c.AckWith(offer(c.caller, "a=sendonly\r\n"))
		s.finish(c)
		if got := s.heard(c.caller).packets; got != 51 {
			t.Errorf("packets before the hold: got %d, want 51", got)
		}
	})
}

func TestRefusedReinviteLeavesTheCall(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		s.at(c, time.Second)
		c.Reinvite(strings.Replace(offer(c.caller, ""), "RTP/AVP 0 8 101", "RTP/AVP 18", 1))
		c.Want(488)
		c.AckRefusal()
		s.finish(c)
		s.heard(c.caller).want(t, 1500)
	})
}

func TestUpdateHoldsAndResumes(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		for i, direction := range []string{"a=sendonly\r\n", "a=sendrecv\r\n"} {
			s.at(c, time.Duration(i+1)*5*time.Second)
			c.Do("UPDATE", offer(c.caller, direction))
			c.Want(200)
		}
		s.finish(c)
		s.heard(c.caller).wantWithSilence(t, 1250, 250)
	})
}

func TestReinviteWhoseAnswerIsNeverAcknowledged(t *testing.T) {
	play(t, setup{set: []string{"audio.duration_seconds=60"}}, func(s *scenario) {
		c := s.up()
		c.Reinvite(offer(c.caller, ""))
		first := c.Want(200).At
		for range 10 {
			c.Want(200)
		}
		bye := c.WantRequest("BYE")
		c.Reply(bye, 200)
		if got, want := bye.At.Sub(first), 32*time.Second; got != want {
			t.Errorf("BYE: got it after %v, want %v", got, want)
		}
		s.wantEnd(calls.NoACK, calls.Server, 200)
	})
}

func TestInfoIsAnswered(t *testing.T) {
	play(t, setup{network: memnet.Options{Latency: time.Millisecond}}, func(s *scenario) {
		c := s.up()
		c.Do("INFO", "")
		c.Want(200)
		c.Bye()
		c.Want(200)
		s.wantEnd(calls.CallerHungUp, calls.Caller, 200)
	})
}

func TestChangeThatIsRefusedOrTakenBackLeavesTheSession(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		m := &media{
			engine: s.Engine, audio: s.audio.Load(), bind: serverAddr.Addr(), source: c.caller.Local().Addr(), signalling: serverAddr,
			local: sdp.Local{Address: serverAddr.Addr(), Codecs: s.audio.Load().codecs, SessionID: 7}, negotiated: negotiated{version: 1},
		}
		defer m.Stop()
		first, err := m.Negotiate([]byte(offer(c.caller, "")))
		if err != nil {
			t.Fatal(err)
		}
		standing := m.negotiated
		if _, err := m.Negotiate([]byte(strings.Replace(offer(c.caller, ""), "RTP/AVP 0 8 101", "RTP/AVP 18", 1))); err == nil {
			t.Error("an offer without a common codec was taken")
		}
		ownPort := strings.Replace(offer(c.caller, ""), "c=IN IP4 "+c.caller.Local().Addr().String(), "c=IN IP4 "+serverAddr.Addr().String(), 1)
		if _, err := m.Negotiate([]byte(strings.Replace(ownPort, "m=audio 4000", "m=audio 5060", 1))); err == nil {
			t.Error("our own SIP port was taken as the caller's address")
		}
		if _, err := m.Negotiate([]byte(offer(c.caller, "a=sendonly\r\n"))); err != nil {
			t.Fatal(err)
		}
		if err := m.Revert(); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(m.negotiated, standing) {
			t.Errorf("got %+v, want %+v", m.negotiated, standing)
		}
		if again, err := m.Negotiate([]byte(offer(c.caller, ""))); err != nil || string(again) != string(first) {
			t.Errorf("the standing answer: got %q, %v, want %q", again, err, first)
		}
		c.Bye()
		c.Want(200)
	})
}
