package engine

import (
	"log/slog"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pickup/calls"
	"pickup/transport/sip/siptest"
)

func TestRefusedPacketsAreInTheRecord(t *testing.T) {
	var tried atomic.Int32
	send := func(port uint16) error {
		if port%2 == 0 && tried.Add(1) <= 5 {
			return syscall.ECONNREFUSED
		}
		return nil
	}
	play(t, setup{options: wired(send)}, func(s *scenario) {
		c := s.up()
		c.Reply(c.WantRequest("BYE"), 200)
		r := s.wantEnd(calls.Completed, calls.Server, 200)
		s.heard(c.caller).want(t, 1495)
		if got := r.Media.Sent; got.Errors != 5 || got.Packets != 1495 || got.Bytes != 1495*160 {
			t.Errorf("sent: got %+v, want 5 errors and 1495 packets", got)
		}
	})
}

func TestSkippedFramesAreInTheRecord(t *testing.T) {
	var tried atomic.Int32
	send := func(port uint16) error {
		if port%2 == 0 && tried.Add(1) == 100 {
			time.Sleep(200 * time.Millisecond) // the machine stands still
		}
		return nil
	}
	play(t, setup{options: wired(send)}, func(s *scenario) {
		call, _ := s.establish()
		call.Reply(call.WantRequest("BYE"), 200)
		r := s.wantEnd(calls.Completed, calls.Server, 200)
		sent := r.Media.Sent
		if sent.Skipped != 7 || sent.Packets != 1493 {
			t.Errorf("sent: got %d packets and %d skipped, want 1493 and 7", sent.Packets, sent.Skipped)
		}
		if sent.LateMax != 40*time.Millisecond {
			t.Errorf("latest packet: got %v, want 40ms", sent.LateMax)
		}
	})
}

func TestReceivedAudioIsInTheRecord(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		from := netip.AddrPortFrom(c.caller.Local().Addr(), 4000)
		s.sends(from, 7, 50)
		s.sends(netip.MustParseAddrPort("203.0.113.66:4000"), 8, 3) // a stranger
		c.Bye()
		c.Want(200)
		r := s.wantEnd(calls.CallerHungUp, calls.Caller, 200)
		if r.Media.RemoteSeen != from || r.Media.RemoteSDP != from {
			t.Errorf("remote: got %v seen and %v described, want %v", r.Media.RemoteSeen, r.Media.RemoteSDP, from)
		}
		want := calls.Received{Packets: 50, Bytes: 50 * 160, Invalid: 3, Expected: 50}
		if got := r.Media.Received; got != want {
			t.Errorf("received: got %+v, want %+v", got, want)
		}
	})
}

// logging gives the server a log that the test reads.
func logging(out *logged) func(*Options) {
	return func(o *Options) { o.Logger = out.logger(slog.LevelInfo) }
}

func TestNoiseOfTheLastMomentIsLogged(t *testing.T) {
	var out logged
	play(t, setup{options: logging(&out)}, func(s *scenario) {
		s.pass(noisePeriod + noisePeriod/2)
		noisy := s.caller()
		noisy.Send("garbage")
		s.pass(time.Millisecond)
		if got := out.lines("discarded"); len(got) != 0 {
			t.Errorf("before the end of the period: got %q, want nothing", got)
		}
		s.stop()
		s.stopped <- nil // play stops it once more
		if got := out.lines("malformed_sip=1"); len(got) != 1 {
			t.Errorf("at the end: got %q, want one line with malformed_sip=1", out.lines("discarded"))
		}
	})
}

func TestEachKindOfNoiseIsCounted(t *testing.T) {
	var out logged
	var streams *siptest.Listener
	options := func(o *Options) {
		logging(&out)(o)
		streams = siptest.NewListener(serverAddr)
		o.Entries = append(o.Entries, listener("tcp", streams))
	}
	play(t, setup{set: []string{"behavior.max_concurrent_calls=1"}, options: options}, func(s *scenario) {
		call, _ := s.establish()
		for n := range 52 { // 50 connections of one address are served
			conn, err := streams.Dial(netip.AddrPortFrom(host(200), uint16(40000+n)))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
		}
		for range 3 {
			caller := s.caller()
			refused := caller.Invite(offer(caller, ""))
			refused.Want(503)
			refused.AckRefusal()
		}
		s.sends(netip.MustParseAddrPort("203.0.113.66:4000"), 8, 4)
		call.Bye()
		call.Want(200)
		s.pass(2 * noisePeriod)
		text := strings.Join(out.lines("discarded"), "")
		for _, want := range []string{"unserved_sip=2", "refused_calls=3", "invalid_rtp=4"} {
			if strings.Count(text, want) != 1 {
				t.Errorf("got %q, want %s once", text, want)
			}
		}
	})
}
