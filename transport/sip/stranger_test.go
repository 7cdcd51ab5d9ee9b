package sip

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"pickup/transport/sip/siptest"
)

// unsent is a way that keeps what is sent.
type unsent struct{ sent []string }

func (*unsent) transport() string                 { return "UDP" }
func (*unsent) remote() netip.AddrPort            { return callerAddr }
func (*unsent) local() netip.AddrPort             { return serverAddr }
func (n *unsent) send(p []byte, _ netip.AddrPort) { n.sent = append(n.sent, string(p)) }

// What the library is given, and what it is not.
func TestWhatReachesTheLibrary(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		stranger := newCaller(t, c.conn, serverAddr, "stranger")
		ask := func(c *caller, method string, reaches bool, answers int) {
			t.Helper()
			var out unsent
			if done := w.server.front([]byte(c.compose(method).String()), &out); done == reaches || len(out.sent) != answers {
				t.Errorf("%s of %s: got it kept from the library %v and %q sent, want %v and %d messages",
					method, c.callID, done, out.sent, !reaches, answers)
			}
		}
		c.send("INVITE")
		c.want("180")
		c.want("200")
		ask(stranger, "ACK", false, 0)
		ask(stranger, "BYE", false, 1)
		ask(stranger, "OPTIONS", false, 1)
		ask(stranger, "INVITE", true, 0)
		ask(stranger, "CANCEL", true, 0) // of what the library has been given
		for _, method := range []string{"ACK", "CANCEL", "INFO", "BYE"} {
			ask(c, method, true, 0)
		}
		c.send("ACK")
		c.send("BYE")
		c.want("200")
	})
}

// A merged request is refused without a transaction of its own.
func TestMergedRequestLeavesNothing(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.want("200")
		c.send("ACK")
		to, before := c.to, w.server.Stats().Transactions
		for i := range 10 {
			c.to = "<sip:pickup@192.0.2.1>"
			c.send("INVITE", c.branched(fmt.Sprint("merged-", i)))
			c.want("482")
		}
		if got := w.server.Stats().Transactions; got != before {
			t.Errorf("transactions: got %d, want the %d from before", got, before)
		}
		c.to = to
		c.send("BYE")
		c.want("200")
	})
}

// A refusal that waits for its ACK counts as an answer does.
func TestUnacknowledgedRefusalsAreBounded(t *testing.T) {
	inBoundedWorld(t, ACL{}, Limits{Unacknowledged: 2}, func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, func(w *world) {
		first, second := w.callerAt(netip.AddrPortFrom(callerAddr.Addr(), 6000), "x"), w.callerAt(netip.AddrPortFrom(callerAddr.Addr(), 6001), "x")
		third := w.caller()
		want := func(c *caller, id, status string) {
			t.Helper()
			if got := invited(c, id); got != status {
				t.Errorf("%s: got %s, want %s", id, got, status)
			}
		}
		want(first, "first", "486")
		want(second, "second", "486")
		want(third, "third", "503")
		first.send("ACK")
		synctest.Wait()
		time.Sleep(10 * time.Millisecond)
		want(third, "fourth", "486")
		third.send("ACK")
	})
}

// Who never acknowledged has nobody else written to.
func TestRouteOfAnUnacknowledgedCallIsNotTaken(t *testing.T) {
	inWorld(t, func(c *call) {
		c.accept()
		c.hear("ack timeout")
		c.hangUp()
		c.hear("bye answered")
	}, func(w *world) {
		victim := w.callerAt(netip.MustParseAddrPort("203.0.113.9:5060"), "victim")
		w.caller().send("INVITE", set("Record-Route", "<sip:203.0.113.9;lr>"))
		victim.wantSilence(2 * time.Minute)
		if len(w.sent("BYE")) == 0 {
			t.Error("BYE: got none, want one to the caller")
		}
	})
}

func TestDeniedConnectionIsClosed(t *testing.T) {
	inStreams(t, takesCalls, func(w *world, l *siptest.Listener) {
		w.server.acl = ACL{Deny: prefixes("203.0.113.0/24")}
		conn, err := l.Dial(netip.MustParseAddrPort("203.0.113.1:40000"))
		if err != nil {
			t.Fatal(err)
		}
		siptest.NewStreamCaller(w.T, conn).Closed()
		if got := w.server.Stats(); got.Denied != 1 || got.Connections != 0 {
			t.Errorf("got %d denied and %d open, want 1 and 0", got.Denied, got.Connections)
		}
		ask(w.dial(l, 1))
	})
}

func TestMessagesByAConnectionAreBounded(t *testing.T) {
	inStreams(t, takesCalls, func(w *world, l *siptest.Listener) {
		w.server.sources.limits = Limits{Messages: 1}
		phone := w.dial(l, 1)
		ask(phone)
		ask(phone)
		call := phone.Dial()
		call.Do("OPTIONS", "")
		call.WantNothing(time.Second)
		ask(phone)
		if got := w.server.Stats().Limited; got != 1 {
			t.Errorf("limited: got %d, want 1", got)
		}
	})
}

func TestZonesAreNotTold(t *testing.T) {
	s := &Server{}
	local := netip.MustParseAddrPort("[fe80::1%eth0]:5060")
	if got, host := s.name(local, netip.MustParseAddr("fe80::2%eth0")); got.String() != "[fe80::1]:5060" || host != "" {
		t.Errorf("got %v and %q, want the address without its zone", got, host)
	}
}
