package engine

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pickup/calls"
	"pickup/transport/sip/siptest"
)

const needs100rel = "Require: 100rel"

// early sets early media, and more.
func early(set ...string) setup { return setup{set: append(set, "behavior.early_media=true")} }

// trusting has early media for whoever calls.
const (
	trusting = "limits.amplification=0"
	bound    = "limits.amplification=8"
)

// TestEarlyMedia has audio from the 183 on, and then the whole audio from the ACK on,
// in one RTP stream. A PRACK shows that the caller is where it says.
func TestEarlyMedia(t *testing.T) {
	trust := map[string]string{"183 that may be lost": trusting, "reliable 183": bound, "183 with PRACK": bound}
	for name, extra := range map[string]string{"183 that may be lost": "Subject: x", "reliable 183": needs100rel, "183 with PRACK": "Supported: 100rel"} {
		t.Run(name, func(t *testing.T) {
			play(t, early("behavior.auto_answer_delay_ms=5000", trust[name]), func(s *scenario) {
				caller := s.caller()
				call := caller.Dial()
				call.Invite(offer(caller, ""), extra)
				progress := call.Want(183)
				if !strings.Contains(string(progress.Body), "m=audio") {
					t.Errorf("183: got %q, want our answer", progress.Body)
				}
				if progress.Get("RSeq") != "" {
					s.pass(200 * time.Millisecond) // nothing is sent before the PRACK
					s.heard(caller).want(t, 0)
					call.Prack(progress, "")
					call.Want(200)
				}
				ok := call.Want(200)
				s.pass(300 * time.Millisecond)
				early := s.heard(caller).packets
				if early < 5*50 || early > 5*50+16 {
					t.Errorf("packets before the ACK: got %d, want those of 5.1 to 5.3 s", early)
				}
				call.Ack()
				acked := time.Now()
				bye := call.WantRequest("BYE")
				if got := bye.At.Sub(acked); got < 30*time.Second || got > 30020*time.Millisecond {
					t.Errorf("BYE: got it %v after the ACK, want 30 s and at most a beat", got)
				}
				call.Reply(bye, 200)
				heard := s.heard(caller)
				heard.want(t, heard.packets)
				if got := heard.packets - early; got < 1500 || got > 1501 {
					t.Errorf("packets after the ACK: got %d, want 1500 and at most the one before it", got)
				}
				if same := string(ok.Body) == string(progress.Body); same != (progress.Get("RSeq") == "") {
					t.Errorf("200: got %q, want the answer again only when the 183 may be lost", ok.Body)
				}
				if r := s.wantEnd(calls.Completed, calls.Server, 200); r.EarlyAt.IsZero() || r.AckedAt.Sub(r.EarlyAt) < 5*time.Second {
					t.Errorf("record: got early media at %v, ACK at %v", r.EarlyAt, r.AckedAt)
				}
			})
		})
	}
}

// TestEarlyMediaWithoutAnswer rings with audio and is refused in the end.
func TestEarlyMediaWithoutAnswer(t *testing.T) {
	with := early("behavior.auto_answer=false", "behavior.ring_timeout_seconds=10", "behavior.ring_timeout_status=603", trusting,
		"audio.duration_seconds=2") // which is heard five times
	play(t, with, func(s *scenario) {
		caller := s.caller()
		call := caller.Invite(offer(caller, ""))
		call.Want(183)
		call.Want(603)
		call.AckRefusal()
		heard := s.heard(caller)
		if heard.want(t, heard.packets); heard.packets < 499 || heard.packets > 501 {
			t.Errorf("packets: got %d, want those of 10 s", heard.packets)
		}
		s.wantEnd(calls.NotAnswered, calls.Server, 603)
	})
}

// wantAnswers takes the answer to the INVITE, and before or after it the 200 to a BYE if
// there are two: requests are answered independently of one another.
func wantAnswers(t *testing.T, call *siptest.Call, answers, status int) {
	t.Helper()
	var got []int
	for range answers {
		got = append(got, call.Next().Status())
	}
	if !slices.Contains(got, status) || answers == 2 && !slices.Contains(got, 200) {
		t.Errorf("answers: got %d, want %d and a 200 to a BYE", got, status)
	}
}

// TestEarlyMediaEnds has nothing more be sent when the call ends while it rings.
func TestEarlyMediaEnds(t *testing.T) {
	answers := 1
	tests := []struct {
		name   string
		end    func(*scenario, *siptest.Call)
		cause  calls.Cause
		by     calls.Side
		status int
	}{
		{"CANCEL", func(_ *scenario, call *siptest.Call) { call.Cancel(); call.Want(200) }, calls.CallCancelled, calls.Caller, 487},
		{"BYE", func(_ *scenario, call *siptest.Call) { call.Bye(); answers = 2 }, calls.CallCancelled, calls.Caller, 487},
		{"shutdown", func(s *scenario, _ *siptest.Call) { s.drain(); s.HangUp() }, calls.ServerStopped, calls.Server, 503},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			play(t, early("behavior.auto_answer=false", trusting), func(s *scenario) {
				caller := s.caller()
				call := caller.Invite(offer(caller, ""))
				call.Want(183)
				s.pass(2 * time.Second)
				answers = 1
				test.end(s, call)
				wantAnswers(s.t, call, answers, test.status)
				call.AckRefusal()
				s.pass(0)
				heard := s.heard(caller).packets
				if heard < 99 || heard > 101 {
					t.Errorf("packets: got %d, want those of 2 s", heard)
				}
				s.wantEnd(test.cause, test.by, test.status)
				if got := s.heard(caller).packets; got != heard {
					t.Errorf("packets after the end: got %d, want none", got-heard)
				}
			})
		})
	}
}

// TestOwnOfferBeforeTheAnswer plays to the address in the PRACK. Without a reliable
// response there can be no early media.
func TestOwnOfferBeforeTheAnswer(t *testing.T) {
	play(t, early(), func(s *scenario) {
		caller := s.caller()
		call := caller.Dial()
		call.Invite("", "Supported: 100rel")
		progress := call.Want(183)
		call.Prack(progress, offer(caller, ""))
		call.Want(200)
		if ok := call.Want(200); len(ok.Body) != 0 {
			t.Errorf("200: got %q, want no session description", ok.Body)
		}
		call.Ack()
		call.Reply(call.WantRequest("BYE"), 200)
		if got := s.heard(caller).packets; got < 1549 || got > 1552 {
			t.Errorf("packets: got %d, want those of 31 s", got)
		}
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
	play(t, early(), func(s *scenario) {
		caller := s.caller()
		call := caller.Invite("")
		call.Want(180)
		call.Want(200)
		call.AckWith(offer(caller, ""))
		call.Reply(call.WantRequest("BYE"), 200)
		s.heard(caller).want(t, 1500)
		if r := s.wantEnd(calls.Completed, calls.Server, 200); !r.EarlyAt.IsZero() {
			t.Errorf("early media at: got %v, want none", r.EarlyAt)
		}
	})
}

// TestEarlyUpdateHolds has an UPDATE before the answer hold the early media, and the
// call after it.
func TestEarlyUpdateHolds(t *testing.T) {
	play(t, early("behavior.auto_answer_delay_ms=10000"), func(s *scenario) {
		caller := s.caller()
		call := caller.Dial()
		call.Invite(offer(caller, ""), needs100rel)
		call.Prack(call.Want(183), "")
		call.Want(200)
		s.pass(2 * time.Second)
		call.Do("UPDATE", offer(caller, "a=sendonly\r\n"))
		if m := call.Want(200); !strings.Contains(string(m.Body), "a=recvonly") {
			t.Errorf("UPDATE: got %q, want a=recvonly", m.Body)
		}
		s.pass(0)
		held := s.heard(caller).packets
		call.Want(200)
		call.Ack()
		s.pass(5 * time.Second)
		if got := s.heard(caller).packets; got != held {
			t.Errorf("packets while held: got %d, want none", got-held)
		}
		call.Reinvite(offer(caller, "a=sendrecv\r\n"))
		call.Want(200)
		call.Ack()
		call.Reply(call.WantRequest("BYE"), 200)
		if got := s.heard(caller).packets - held; got < 1245 || got > 1252 {
			t.Errorf("packets after the hold: got %d, want those of 25 s", got)
		}
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

func TestCallWithoutPRACK(t *testing.T) {
	for _, sdp := range []bool{true, false} {
		play(t, early("limits.amplification=0"), func(s *scenario) {
			caller := s.caller()
			call := caller.Dial()
			body := ""
			if sdp {
				body = offer(caller, "")
			}
			call.Invite(body, needs100rel)
			for range 7 {
				call.Want(183)
			}
			call.Want(504)
			call.AckRefusal()
			s.heard(caller).want(t, 0)
			s.wantEnd(calls.NoPRACK, calls.Server, 504)
		})
	}
}

// TestReasonIsInTheRecord has what the caller says in its BYE in the record.
func TestReasonIsInTheRecord(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		call, _ := s.establish()
		call.Do("BYE", "", `Reason: SIP;cause=580;text="x", Q.850;cause=38;text="a`+"\x1b"+`"`)
		call.Want(200)
		r := s.wantEnd(calls.CallerHungUp, calls.Caller, 200)
		if want := (calls.Reason{Q850: 38, SIP: 580, Text: `a\x1b`}); r.Reason != want {
			t.Errorf("reason: got %+v, want %+v", r.Reason, want)
		}
	})
}

// TestSessionTimerEndsACall has a caller that is gone be noticed.
func TestSessionTimerEndsACall(t *testing.T) {
	play(t, setup{set: []string{"audio.duration_seconds=200"}}, func(s *scenario) {
		caller := s.caller()
		call := caller.Dial()
		call.Invite(offer(caller, ""), "Supported: timer", "Session-Expires: 90")
		call.Want(180)
		call.Want(200)
		call.Ack()
		bye := call.WantRequest("BYE")
		if got := bye.Get("Reason"); !strings.HasPrefix(got, "Q.850;cause=102;") {
			t.Errorf("Reason: got %q, want cause 102", got)
		}
		call.Reply(bye, 200)
		s.wantEnd(calls.Expired, calls.Server, 200)
	})
}

// TestSessionIsRefreshedWhileItPlays refreshes by re-INVITE: not a packet is missing.
func TestSessionIsRefreshedWhileItPlays(t *testing.T) {
	play(t, setup{set: []string{"audio.duration_seconds=100"}}, func(s *scenario) {
		caller := s.caller()
		call := caller.Dial()
		call.Invite(offer(caller, ""), "Supported: timer", "Session-Expires: 90;refresher=uas")
		call.Want(180)
		ok := call.Want(200)
		call.Ack()
		for range 2 {
			refresh := call.WantRequest("INVITE")
			if string(refresh.Body) != string(ok.Body) {
				t.Errorf("refresh: got %q, want what the 200 had, %q", refresh.Body, ok.Body)
			}
			call.Respond(refresh, 200, offer(caller, ""), "Session-Expires: 90;refresher=uac")
			call.WantRequest("ACK")
		}
		call.Reply(call.WantRequest("BYE"), 200)
		s.heard(caller).want(t, 5000)
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

// TestBadNetworkBeforeTheAnswer has PRACK, UPDATE and early media on a bad network.
func TestBadNetworkBeforeTheAnswer(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			with := early("behavior.auto_answer_delay_ms=20000")
			with.network = bad(seed)
			play(t, with, func(s *scenario) {
				caller := s.caller()
				caller.Insist()
				call := caller.Dial()
				call.Invite(offer(caller, ""), needs100rel, "Supported: timer", "Session-Expires: 90")
				call.Prack(call.Want(183), "")
				call.Want(200)
				call.Do("UPDATE", offer(caller, "a=sendrecv\r\n"))
				call.Want(200)
				call.Want(200)
				call.Ack()
				bye := call.WantRequest("BYE")
				call.Reply(bye, 200)
				s.pass(40 * time.Second)
				s.wantEnd(calls.Completed, calls.Server, 200)
			})
		})
	}
}

// TestEarlyMediaOverTCP has the same over a connection.
func TestEarlyMediaOverTCP(t *testing.T) {
	var streams *siptest.Listener // made in the bubble that it is used in
	with := early()
	with.options = func(o *Options) {
		streams = siptest.NewListener(serverAddr)
		o.Entries = append(o.Entries, listener("tcp", streams))
	}
	play(t, with, func(s *scenario) {
		conn, err := streams.Dial(netip.AddrPortFrom(host(1), 40000))
		if err != nil {
			t.Fatal(err)
		}
		caller := siptest.NewStreamCaller(s.t, conn)
		call := caller.Dial()
		call.Invite(offer(caller, ""), needs100rel)
		call.Prack(call.Want(183), "")
		call.Want(200)
		call.Want(200)
		call.Ack()
		call.Reply(call.WantRequest("BYE"), 200)
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}
