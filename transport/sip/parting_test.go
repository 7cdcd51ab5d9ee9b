package sip

import (
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var (
	errCable    = errors.New("no cable")
	looseServer = netip.MustParseAddrPort("192.0.2.2:5060")
)

// loose is a socket whose cable can be pulled: it receives, and cannot send.
type loose struct {
	net.PacketConn
	pulled atomic.Bool
}

func (l *loose) WriteTo(p []byte, to net.Addr) (int, error) {
	if l.pulled.Load() {
		return 0, errCable
	}
	return l.PacketConn.WriteTo(p, to)
}

// loose serves one more address, over a socket of which the cable can be pulled, and
// gives it a caller.
func (w *world) loose() (*loose, *caller) {
	w.Helper()
	conn, err := w.network.Listen(looseServer)
	if err != nil {
		w.Fatal(err)
	}
	l := &loose{PacketConn: conn}
	go func() { _ = w.server.ServeUDP(l) }() // Close ends and joins it
	synctest.Wait()
	c := w.caller()
	c.server = net.UDPAddrFromAddrPort(looseServer)
	return l, c
}

func wantState(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, ErrState) {
		t.Errorf("%s: got %v, want ErrState", what, err)
	}
}

func TestAnswerThatCannotBeSentIsNoDialog(t *testing.T) {
	var cable *loose
	inWorld(t, func(c *call) {
		c.ring()
		cable.pulled.Store(true)
		c.must(c.Answer([]byte(answer)))
		if e := c.hear("answer failed"); e.err == nil || errors.Is(e.err, ErrCancelled) {
			c.Errorf("AnswerFailed: got %v, want the error of the network", e.err)
		}
		cable.pulled.Store(false)
		c.mu.Lock()
		if c.phase != refused {
			c.Errorf("phase: got %d, want %d, as the caller has no answer", c.phase, refused)
		}
		c.mu.Unlock()
		wantState(c.T, "Bye", c.Leg.Bye(Reason{"Q.850", 16, ""}))
		wantState(c.T, "second Answer", c.Answer([]byte(answer)))
		if e := c.next(); e.name != "" {
			c.Errorf("event: got %+v, want no more", e)
		}
	}, func(w *world) {
		var c *caller
		cable, c = w.loose()
		c.send("INVITE")
		c.want("180")
		time.Sleep(11 * time.Minute)
		for m, ok := c.next(time.Millisecond); ok; m, ok = c.next(time.Millisecond) {
			if m.start != "SIP/2.0 200 OK" { // the library may repeat what it was given
				t.Errorf("got %q, want no BYE", m.start)
			}
		}
		if got := w.server.Stats(); got.Dialogs != 0 || got.Retransmitted != 0 {
			t.Errorf("stats: got %+v, want no dialog and nothing repeated by the leg", got)
		}
	})
}

func TestByeThatCannotBeSentEndsTheCall(t *testing.T) {
	var cable *loose
	inWorld(t, func(c *call) {
		c.accept()
		c.hear("acked")
		cable.pulled.Store(true)
		hungUp := time.Now()
		c.hangUp()
		if e := c.hear("bye answered"); e.status != 0 || !e.at.Equal(hungUp) {
			c.Errorf("ByeAnswered: got %d after %v, want 0 at once", e.status, e.at.Sub(hungUp))
		}
		cable.pulled.Store(false)
	}, func(w *world) {
		var c *caller
		cable, c = w.loose()
		c.send("INVITE")
		c.want("200")
		c.send("ACK")
		c.wantSilence(time.Minute)
	})
}

func TestSecondByeOfOursIsRefused(t *testing.T) {
	for _, acked := range []bool{true, false} {
		inWorld(t, func(c *call) {
			c.accept()
			if acked {
				c.hear("acked")
			}
			c.hangUp()
			wantState(c.T, "second Bye", c.Leg.Bye(Reason{"Q.850", 31, ""}))
			for e := c.next(); e.name != "bye answered"; e = c.next() {
				if e.name != "acked" {
					c.Fatalf("event: got %+v, want acked or bye answered", e)
				}
			}
			wantState(c.T, "Bye after the end", c.Leg.Bye(Reason{"Q.850", 31, ""}))
		}, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			c.want("200")
			time.Sleep(100 * time.Millisecond)
			c.send("ACK")
			c.reply(c.want("BYE"), "200 OK")
			c.wantSilence(time.Minute)
			w.wantSent("BYE", 0)
		})
	}
}

func TestByeIsAnsweredOnce(t *testing.T) {
	inWorld(t, func(c *call) {
		c.accept()
		c.hear("acked")
		c.hangUp()
		if got := c.hear("bye answered").status; got != 200 {
			c.Errorf("ByeAnswered: got %d, want 200", got)
		}
		if e := c.next(); e.name != "" { // nor from Close
			c.Errorf("event: got %+v, want no more", e)
		}
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("200")
		c.send("ACK")
		bye := c.want("BYE")
		for _, status := range []string{"200 OK", "481 Gone"} {
			c.reply(bye, status)
			c.wantSilence(10 * time.Millisecond) // it is taken before the next one comes
		}
		c.send("BYE")
		c.want("481")
	})
}

func TestResponseToAnotherMethodDoesNotEndTheBye(t *testing.T) {
	inWorld(t, hangsUp(200), func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("200")
		c.send("ACK")
		bye := c.want("BYE")
		other := bye
		other.fields = append([]string(nil), bye.fields...)
		set("CSeq", "1 INFO")(&other)
		c.reply(other, "486 Busy Here")
		c.reply(c.want("BYE"), "200 OK")
		w.wantSent("BYE", 0, 0.5)
	})
}
