package engine

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pickup/calls"
	"pickup/config"
)

// wantReady wants all of the errors, and no other one.
func (s *scenario) wantReady(when string, want ...error) {
	s.t.Helper()
	got := s.Ready()
	for _, fault := range []error{ErrNotRunning, ErrDraining, ErrFull, ErrListenerDown, ErrNotRegistered} {
		wanted := false
		for _, w := range want {
			wanted = wanted || w == fault
		}
		if errors.Is(got, fault) != wanted {
			s.t.Errorf("%s: got %v, want %v", when, got, want)
		}
	}
}

// OPTIONS says as much as is about the server itself.
func (s *scenario) wantOptions(when string, want int) {
	s.t.Helper()
	call := s.caller().Dial()
	call.Do("OPTIONS", "")
	call.Want(want)
}

func TestReady(t *testing.T) {
	play(t, setup{set: []string{"behavior.max_concurrent_calls=1"}}, func(s *scenario) {
		s.wantReady("at the start")
		call, _ := s.establish()
		s.wantReady("with all slots taken", ErrFull)
		s.wantOptions("with all slots taken", 503)
		call.Reply(call.WantRequest("BYE"), 200)
		s.wantEnd(calls.Completed, calls.Server, 200)
		s.wantReady("after the call")
		s.wantOptions("after the call", 200)
		s.drain()
		synctest.Wait()
		s.wantReady("at the end", ErrDraining)
	})
}

func TestNotReadyBeforeRun(t *testing.T) {
	settings, err := config.Load(config.Sources{Set: []string{
		"account.a.registrar=sip:192.0.2.9", "account.a.user=u", "account.a.required=true",
	}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(Options{Config: settings, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Ready(); !errors.Is(err, ErrNotRunning) || !errors.Is(err, ErrNotRegistered) {
		t.Errorf("got %v, want %v and %v", err, ErrNotRunning, ErrNotRegistered)
	}
}

func TestNotReadyWithoutARequiredRegistration(t *testing.T) {
	with := setup{set: []string{
		"account.trunk.registrar=sip:198.51.100.9", "account.trunk.user=alice", "account.trunk.required=true",
		"account.spare.registrar=sip:198.51.100.10", "account.spare.user=bob",
	}}
	play(t, with, func(s *scenario) {
		time.Sleep(time.Minute)
		s.wantReady("without a registrar", ErrNotRegistered)
		if got, want := s.Ready().Error(), "trunk REG-TIMEOUT"; !strings.HasSuffix(got, want) {
			t.Errorf("got %q, want %q at the end", got, want)
		}
		s.wantOptions("without a registrar", 200)
		r := s.registrar(netip.MustParseAddrPort("198.51.100.9:5060"))
		defer r.conn.Close()
		time.Sleep(2 * time.Minute)
		s.wantReady("when the required account is registered")
	})
}

func TestNotReadyWhileAListenerIsDown(t *testing.T) {
	var socket net.PacketConn
	var down atomic.Bool
	down.Store(true)
	options := func(o *Options) {
		entry := &o.Entries[0]
		socket = entry.Socket
		reopen := entry.Reopen
		entry.Reopen = func() (Entry, error) {
			if down.Load() {
				return Entry{}, syscall.EADDRINUSE
			}
			return reopen()
		}
	}
	play(t, setup{options: options}, func(s *scenario) {
		if err := socket.Close(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		time.Sleep(time.Second)
		s.wantReady("while it is closed", ErrListenerDown)
		if got, want := s.Ready().Error(), "udp 192.0.2.1:5060"; !strings.HasSuffix(got, want) {
			t.Errorf("got %q, want %q at the end", got, want)
		}
		down.Store(false)
		time.Sleep(time.Minute)
		s.wantReady("when it is open again")
		s.wantOptions("when it is open again", 200)
	})
}
