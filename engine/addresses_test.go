package engine

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pickup/calls"
	"pickup/transport/nat"
)

var outerAddr = netip.MustParseAddr("203.0.113.1")

// behind puts the server behind a translator.
func behind(p nat.Policy) func(*Options) {
	return func(o *Options) { o.NAT = nat.NewWatcher(p, nil, slog.New(slog.DiscardHandler)) }
}

func TestWhichAddressAppearsWhere(t *testing.T) {
	inside := []netip.Prefix{netip.MustParsePrefix("198.18.0.0/15")}
	tests := []struct {
		name           string
		set            []string
		policy         nat.Policy
		contact, media string
	}{
		{"as dialled", nil, nat.Policy{}, "<sip:192.0.2.1:5060>", "192.0.2.1"},
		{"outside", nil, nat.Policy{External: outerAddr}, "<sip:203.0.113.1:5060>", "203.0.113.1"},
		{"inside", nil, nat.Policy{External: outerAddr, Local: inside}, "<sip:192.0.2.1:5060>", "192.0.2.1"},
		{"media elsewhere", nil, nat.Policy{External: outerAddr, Media: netip.MustParseAddr("203.0.113.2")}, "<sip:203.0.113.1:5060>", "203.0.113.2"},
		{"domain", []string{"sip.domain=sip.example.com"}, nat.Policy{External: outerAddr}, "<sip:sip.example.com:5060>", "203.0.113.1"},
		{"domain, inside", []string{"sip.domain=sip.example.com"}, nat.Policy{External: outerAddr, Local: inside}, "<sip:192.0.2.1:5060>", "192.0.2.1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			play(t, setup{set: test.set, options: behind(test.policy)}, func(s *scenario) {
				caller := s.caller()
				call := caller.Invite(offer(caller, ""))
				call.Want(180)
				answer := call.Want(200)
				if got := answer.Get("Contact"); got != test.contact {
					t.Errorf("Contact: got %s, want %s", got, test.contact)
				}
				body := string(answer.Body)
				for _, line := range []string{"c=IN IP4 " + test.media + "\r\n", " IN IP4 " + test.media + "\r\ns="} {
					if !strings.Contains(body, line) {
						t.Errorf("session description: got %q, want %q in it", body, line)
					}
				}
				call.Ack()
				bye := call.WantRequest("BYE")
				signalling := test.policy.Signalling(serverAddr, caller.Local().Addr()).String()
				if got := bye.Get("Via"); !strings.HasPrefix(got, "SIP/2.0/UDP "+signalling+";") {
					t.Errorf("Via of the BYE: got %s, want %s in it", got, signalling)
				}
				call.Reply(bye, 200)
				s.heard(caller).want(t, 1500)
				if r := s.record(); r.Media.Local.Addr() != serverAddr.Addr() {
					t.Errorf("rtp_local: got %v, want the socket's address", r.Media.Local)
				}
			})
		})
	}
}

func TestMediaThatMustNotBeSentIsRefused(t *testing.T) {
	second := netip.MustParseAddr("192.0.2.99")
	tests := []struct {
		name   string
		set    []string
		target string // address and port of the audio; empty address: the caller's
		port   int
		want   int
	}{
		{"our SIP port", nil, "192.0.2.1", 5060, 488},
		{"our SIP port on another address of the host", nil, "192.0.2.99", 5060, 488},
		{"another port there", nil, "192.0.2.99", 4000, 200},
		{"our SIP port on the outer address", nil, "203.0.113.1", 5060, 488},
		{"port 5060 of somebody else", nil, "192.0.2.50", 5060, 200},
		{"somebody else, when that is not allowed", []string{"media.require_signalling_address=true"}, "192.0.2.50", 4000, 488},
		{"the caller, when only that is allowed", []string{"media.require_signalling_address=true"}, "", 4000, 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			with := setup{set: test.set, options: func(o *Options) {
				behind(nat.Policy{External: outerAddr})(o)
				o.Host = []netip.Addr{serverAddr.Addr(), second}
			}}
			play(t, with, func(s *scenario) {
				caller := s.caller()
				sdp := strings.Replace(offer(caller, ""), "m=audio 4000", fmt.Sprint("m=audio ", test.port), 1)
				if test.target != "" {
					sdp = strings.Replace(sdp, "c=IN IP4 "+caller.Local().Addr().String(), "c=IN IP4 "+test.target, 1)
				}
				call := caller.Invite(sdp)
				if test.want != 200 {
					call.WantFinal(test.want)
					call.AckRefusal()
					return
				}
				call.WantFinal(200)
				call.Ack()
				call.Bye()
				call.Want(200)
			})
		})
	}
}

// TestFloodWithoutACKs has ten times the capacity from two sources that never
// acknowledge anything, while a call is up and others come.
func TestFloodWithoutACKs(t *testing.T) {
	with := setup{set: []string{"behavior.max_concurrent_calls=100", "limits.unacknowledged_per_source=20", "audio.duration_seconds=60"}}
	play(t, with, func(s *scenario) {
		established, heard := s.establish()
		for source := range 2 {
			flooder := s.caller()
			for range 500 {
				flooder.Invite(offer(flooder, ""))
			}
			if got, want := s.ActiveCalls(), 1+20*(source+1); got > want {
				t.Errorf("slots in use: got %d, want at most %d", got, want)
			}
		}
		s.pass(time.Second)
		flooded := time.Now()
		for range 5 {
			caller := s.caller()
			call := caller.Invite(offer(caller, ""))
			call.WantFinal(200)
			call.Ack()
			call.Bye()
			call.Want(200)
		}
		s.pass(38*time.Second - time.Since(flooded))
		if calls, ports := s.ActiveCalls(), s.ports.InUse(); calls != 1 || ports != 1 {
			t.Errorf("after 38 s: got %d slots and %d port pairs in use, want 1 of each", calls, ports)
		}
		established.Reply(established.WantRequest("BYE"), 200)
		heard.want(t, 3000)
		s.pass(70 * time.Second)
		if got := s.sip.Stats(); got.Transactions != 0 || got.Dialogs != 0 || got.Limited != 960 {
			t.Errorf("at the end: got %d transactions, %d dialogs and %d refused for a limit, want 0, 0 and 960",
				got.Transactions, got.Dialogs, got.Limited)
		}
		ended := 0
		for _, r := range s.records {
			if r.Cause == calls.NoACK {
				ended++
			}
		}
		if ended != 40 {
			t.Errorf("calls that ended for want of an ACK: got %d, want 40", ended)
		}
	})
}
