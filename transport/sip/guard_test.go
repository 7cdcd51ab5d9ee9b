package sip

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pickup/transport/memnet"
)

// inBoundedWorld runs a test against a server with an ACL and limits.
func inBoundedWorld(t *testing.T, acl ACL, limits Limits, play func(*call), test func(*world)) {
	t.Helper()
	inWorldOf(t, memnet.Options{Latency: time.Millisecond}, play, func(w *world) {
		w.server.acl, w.server.limits, w.server.sources.limits = acl, limits, limits
		test(w)
	})
}

// traffic is how many bytes the server was sent, and has sent.
func (w *world) traffic() (in, out int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.taps {
		if p.From == serverAddr {
			out += len(p.Data)
		} else {
			in += len(p.Data)
		}
	}
	return in, out
}

func prefixes(list ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, s := range list {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}

func TestACL(t *testing.T) {
	tests := []struct {
		name        string
		deny, allow []netip.Prefix
		addr        string
		want        bool
	}{
		{"nothing configured", nil, nil, "192.0.2.1", true},
		{"denied", prefixes("192.0.2.0/24"), nil, "192.0.2.1", false},
		{"not denied", prefixes("192.0.2.0/24"), nil, "192.0.3.1", true},
		{"allowed", nil, prefixes("192.0.2.0/24"), "192.0.2.1", true},
		{"not allowed", nil, prefixes("192.0.2.0/24"), "192.0.3.1", false},
		{"deny goes first", prefixes("192.0.2.1/32"), prefixes("192.0.2.0/24"), "192.0.2.1", false},
		{"IPv6", prefixes("2001:db8::/32"), nil, "2001:db8::1", false},
		{"with a zone", prefixes("fe80::/10"), nil, "fe80::1%eth0", false},
		{"all of IPv4 is no IPv6", prefixes("0.0.0.0/0"), nil, "2001:db8::1", true},
	}
	for _, test := range tests {
		if got := (ACL{test.deny, test.allow}).permits(netip.MustParseAddr(test.addr)); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestDeniedSourceHearsNothing(t *testing.T) {
	inBoundedWorld(t, ACL{Deny: prefixes("198.51.100.0/24")}, Limits{}, takesCalls, func(w *world) {
		c := w.caller()
		for _, method := range []string{"OPTIONS", "INVITE", "BYE"} {
			c.send(method)
		}
		c.raw("garbage")
		c.wantSilence(time.Minute)
		w.wantCalls(0)
		if got := w.server.Stats(); got.Denied != 4 || got.Malformed != 0 || got.Sources != 0 {
			t.Errorf("got %d denied, %d malformed, %d sources, want 4, 0, 0", got.Denied, got.Malformed, got.Sources)
		}
		other := w.callerAt(netip.MustParseAddrPort("203.0.113.1:5060"), "call-2")
		other.send("OPTIONS")
		other.want("200")
	})
}

func TestMessagesOfASourceAreBounded(t *testing.T) {
	inBoundedWorld(t, ACL{}, Limits{Messages: 10}, takesCalls, func(w *world) {
		c, other := w.caller(), w.callerAt(netip.MustParseAddrPort("203.0.113.1:5060"), "call-2")
		for range 50 {
			c.send("OPTIONS")
		}
		other.send("OPTIONS")
		other.want("200")
		time.Sleep(time.Millisecond)
		if got := len(w.sent("SIP/2.0 200")); got != 21 {
			t.Errorf("answers at once: got %d, want 20, and one to another source", got)
		}
		time.Sleep(time.Second)
		for range 50 {
			c.send("OPTIONS")
		}
		time.Sleep(10 * time.Millisecond)
		if got := len(w.sent("SIP/2.0 200")); got != 31 {
			t.Errorf("answers a second later: got %d, want 10 more", got-21)
		}
		if got := strings.Count(w.log.String(), `msg="SIP source over its limit" src=198.51.100.1 cause=messages`); got != 1 {
			t.Errorf("lines in the log: got %d, want 1 in:\n%s", got, w.log)
		}
	})
}

// A call that is up is heard when its source floods.
func TestEstablishedCallIsHeardInAFlood(t *testing.T) {
	inBoundedWorld(t, ACL{}, Limits{Messages: 10}, takesCalls, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.want("200")
		c.send("ACK")
		time.Sleep(time.Second)
		flood := w.callerAt(netip.AddrPortFrom(callerAddr.Addr(), 6000), "flood")
		for range 100 {
			flood.send("OPTIONS")
		}
		c.send("BYE")
		c.want("200")
	})
}

func TestCallsOfASourceAreBounded(t *testing.T) {
	inBoundedWorld(t, ACL{}, Limits{Calls: 1}, func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, func(w *world) {
		c := w.caller()
		for i, want := range []string{"486", "486", "503", "503"} {
			c.callID, c.branch, c.to = fmt.Sprint("call-", i), fmt.Sprint("z9hG4bK-", i), "<sip:pickup@192.0.2.1>"
			c.send("INVITE")
			m := c.want(want)
			if want == "503" && m.get("Retry-After") != "5" {
				t.Errorf("Retry-After: got %q, want 5", m.get("Retry-After"))
			}
			c.send("ACK")
		}
		w.wantCalls(2)
		if got := w.server.Stats().Limited; got != 2 {
			t.Errorf("limited: got %d, want 2", got)
		}
		c.wantSilence(time.Minute) // nothing is repeated
	})
}

// invited begins a call and gives the status of the next response.
func invited(c *caller, id string) string {
	c.callID, c.branch, c.to = id, "z9hG4bK-"+id, "<sip:pickup@192.0.2.1>"
	c.send("INVITE")
	m, _ := c.next(time.Minute)
	_, status, _ := strings.Cut(m.start, " ")
	c.to = m.get("To")
	return status[:min(3, len(status))]
}

// TestUnacknowledgedINVITEsAreBounded has a source that never acknowledges anything,
// and one that does.
func TestUnacknowledgedINVITEsAreBounded(t *testing.T) {
	answers := func(c *call) {
		c.accept()
		if e := c.next(); e.name == "ack timeout" {
			c.hangUp()
			c.hear("bye answered")
			return
		}
		c.hear("bye")
	}
	inBoundedWorld(t, ACL{}, Limits{Unacknowledged: 3}, answers, func(w *world) {
		silent := w.caller()
		for i, want := range []string{"200", "200", "200", "503", "503"} {
			if got := invited(silent, fmt.Sprint("silent-", i)); got != want {
				t.Errorf("INVITE %d: got %s, want %s", i, got, want)
			}
		}
		for i := range 5 {
			other := w.callerAt(netip.AddrPortFrom(netip.MustParseAddr("203.0.113.1"), uint16(6000+i)), "x")
			if got := invited(other, fmt.Sprint("other-", i)); got != "200" {
				t.Errorf("another source: got %s, want 200", got)
			}
			other.send("ACK")
			other.send("BYE")
			other.want("200")
		}
		time.Sleep(2 * time.Minute)
		later := w.callerAt(netip.AddrPortFrom(callerAddr.Addr(), 6000), "later")
		if got := invited(later, "later"); got != "200" {
			t.Errorf("when the timers are over: got %s, want 200", got)
		}
		later.send("ACK")
		later.send("BYE")
		later.want("200")
		w.wantCalls(9)
		time.Sleep(70 * time.Second)
		if got := w.server.Stats(); got.Transactions != 0 || got.Dialogs != 0 {
			t.Errorf("at the end: got %d transactions, %d dialogs, want 0", got.Transactions, got.Dialogs)
		}
	})
}

// What rings does not count for a caller that has acknowledged a call.
func TestTrunkMayRing(t *testing.T) {
	inBoundedWorld(t, ACL{}, Limits{Unacknowledged: 2}, func(c *call) {
		c.ring()
		c.hear("cancelled")
	}, func(w *world) {
		for trunk, want := range map[string]string{"203.0.113.1:5060": "503", "203.0.113.2:5060": "180"} {
			c := w.callerAt(netip.MustParseAddrPort(trunk), "x")
			w.server.sources.hear(netip.MustParseAddrPort(trunk).Addr(), 1, true, false)
			if want == "180" {
				w.server.sources.prove(netip.MustParseAddrPort(trunk).Addr())
			}
			for i := range 3 {
				got := invited(c, fmt.Sprint(trunk, i))
				if i == 2 && got != want || i < 2 && got != "180" {
					t.Errorf("INVITE %d of %s: got %s, want 180, 180, %s", i, trunk, got, want)
				}
			}
			for i := range 3 {
				c.callID, c.branch, c.to = fmt.Sprint(trunk, i), fmt.Sprint("z9hG4bK-", trunk, i), "<sip:pickup@192.0.2.1>"
				c.send("CANCEL")
			}
		}
		time.Sleep(time.Minute)
	})
}

// TestBytesBeforeTheAckAreBounded adds up what one INVITE has the server send.
func TestBytesBeforeTheAckAreBounded(t *testing.T) {
	for _, factor := range []int{0, 8} {
		inBoundedWorld(t, ACL{}, Limits{Amplification: factor}, func(c *call) {
			c.ring()
			c.accept()
			c.hear("ack timeout")
			c.hangUp()
			c.hear("bye answered")
		}, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			time.Sleep(2 * time.Minute)
			in, out := w.traffic()
			if bounded := out <= 8*in; bounded != (factor == 8) {
				t.Errorf("factor %d: got %d bytes for %d", factor, out, in)
			}
			if got := len(w.sent("BYE")); got == 0 {
				t.Errorf("factor %d: the BYE was not sent", factor)
			}
			if got := w.server.Stats().Withheld; (got > 0) != (factor == 8) {
				t.Errorf("factor %d: withheld: got %d", factor, got)
			}
		})
	}
}

// A caller that has acknowledged a call gets all repetitions of the next 200.
func TestWhoAcknowledgesIsNotWithheldFrom(t *testing.T) {
	inBoundedWorld(t, ACL{}, Limits{Amplification: 1}, func(c *call) {
		c.accept()
		if e := c.next(); e.name == "ack timeout" {
			c.hangUp()
			c.hear("bye answered")
			return
		}
		c.hear("bye")
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		synctest.Wait()
		time.Sleep(time.Second)
		if got := len(w.sent("SIP/2.0 200")); got != 0 {
			t.Fatalf("200 to a stranger: got %d, want none for one byte each", got)
		}
		w.server.sources.prove(callerAddr.Addr())
		c.want("200")
		c.send("ACK")
		c.send("BYE")
		c.want("200")
		c.callID, c.branch, c.to = "call-2", "z9hG4bK-2", "<sip:pickup@192.0.2.1>"
		before := len(w.sent("SIP/2.0 200"))
		c.send("INVITE")
		time.Sleep(2 * time.Minute)
		if got := len(w.sent("SIP/2.0 200")) - before; got != 11 {
			t.Errorf("200 to the second INVITE: got %d, want 11", got)
		}
	})
}
