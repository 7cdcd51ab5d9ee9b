package sip

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPanicEndsOnlyItsCall(t *testing.T) {
	tests := []struct {
		name string
		play func(*call)
		then func(*caller)
	}{
		{"before the answer", func(c *call) { panic("boom\n\x1b[31m") }, func(c *caller) {
			c.want("500")
			c.send("ACK")
		}},
		{"within the dialog", func(c *call) { c.accept(); c.hear("acked"); panic("boom\n\x1b[31m") }, func(c *caller) {
			c.want("200")
			c.send("ACK")
			c.reply(c.want("BYE"), "200 OK")
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, test.play, func(w *world) {
				c := w.caller()
				c.send("INVITE")
				test.then(c)
				if got := w.server.Stats().Panics; got != 1 {
					t.Errorf("panics: got %d, want 1", got)
				}
				log := w.log.String()
				if strings.Count(log, "\n") != 1 || !strings.Contains(log, "server_test.go") || !strings.Contains(log, `boom\n\x1b[31m`) {
					t.Errorf("log: got %q, want one line with the stack", log)
				}
				w.play = takesCalls
				c.callID, c.branch, c.to = "call-2", "z9hG4bK-2", "<sip:pickup@192.0.2.1>"
				c.answered()
				c.send("BYE")
				c.want("200")
			})
		})
	}
}

// panicky is a handler whose Availability panics.
type panicky struct{ *world }

func (panicky) Availability() Refusal { panic("no idea") }
func (panicky) Overload() Refusal     { return Refusal{} }

func TestPanicOutsideACallIsAnswered500(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		w.server.handler = panicky{w}
		c := w.caller()
		c.send("OPTIONS")
		c.want("500")
		if got := w.server.Stats().Panics; got != 1 {
			t.Errorf("panics: got %d, want 1", got)
		}
	})
}

func TestMalformedFloodIsCountedAndNotLogged(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		garbage := []string{
			"hello", "\x00\x01\x02", "GET / HTTP/1.1\r\n\r\n", "INVITE", "INVITE sip:a@b SIP/2.0\r\n",
			"IN(VITE sip:a@b SIP/2.0\r\n\r\n",
			"INVITE sip:a@b SIP/2.0\r\nFrom: <sip:a@b>;tag=1\nEvil: yes\r\n\r\n",
			"INVITE sip:a@b SIP/2.0\r\nContent-Length: 999\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\n\r\n",
			"INVITE * SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\n\r\n",
		}
		for range 20 {
			for _, g := range garbage {
				c.raw(g)
			}
		}
		c.raw("\r\n\r\n")
		c.raw("\r\n")
		synctest.Wait()
		time.Sleep(500 * time.Millisecond)
		stats := w.server.Stats()
		if want := uint64(20 * len(garbage)); stats.Malformed != want {
			t.Errorf("malformed: got %d, want %d", stats.Malformed, want)
		}
		if stats.Requests != 0 {
			t.Errorf("requests: got %d, want 0", stats.Requests)
		}
		if got := w.log.String(); got != "" {
			t.Errorf("log: got %q, want nothing", got)
		}
	})
}

func TestCloseJoinsEverything(t *testing.T) {
	inWorld(t, func(c *call) {
		c.accept()
		c.hear("acked")
		c.hangUp()
		c.hear("bye answered") // told by Close
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("200")
		c.send("ACK")
		c.want("BYE")
		w.close()
		c.wantSilence(time.Minute)
		if got := w.network.Open(); got != 1 {
			t.Errorf("sockets open: got %d, want only the caller's", got)
		}
		conn, err := w.network.Listen(serverAddr)
		if err != nil {
			t.Fatalf("address after Close: %v", err)
		}
		if err := w.server.ServeUDP(conn); !errors.Is(err, ErrClosed) {
			t.Errorf("ServeUDP after Close: got %v, want ErrClosed", err)
		}
	})
}

func TestServeSaysWhyReadingEnded(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		conn, err := w.network.Listen(netip.MustParseAddrPort("192.0.2.2:5060"))
		if err != nil {
			t.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(time.Second))
		if err := w.server.ServeUDP(conn); err == nil || !strings.Contains(err.Error(), "192.0.2.2:5060") {
			t.Errorf("ServeUDP: got %v, want an error that names the socket", err)
		}
		plain := wildcardConn{conn}
		if err := w.server.ServeUDP(plain); err == nil || !strings.Contains(err.Error(), "ListenUDP") {
			t.Errorf("ServeUDP on a wildcard: got %v, want an error that names ListenUDP", err)
		}
	})
	if _, err := NewServer(Config{}); err == nil {
		t.Error("NewServer without a handler: got no error, want one")
	}
}

type wildcardConn struct{ net.PacketConn }

func (wildcardConn) LocalAddr() net.Addr { return &net.UDPAddr{IP: net.IPv4zero, Port: 5060} }

// One peer calls two addresses of ours in turn. What is answered ahead of the library
// and what the library answers leave by the socket that the request came to.
func TestEachSocketAnswersForItself(t *testing.T) {
	inWorld(t, func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, func(w *world) {
		second := netip.MustParseAddrPort("192.0.2.2:5060")
		conn, err := w.network.Listen(second)
		if err != nil {
			t.Fatal(err)
		}
		go w.server.ServeUDP(conn)
		synctest.Wait()
		c := w.caller()
		for i, to := range []netip.AddrPort{serverAddr, second, serverAddr, second} {
			c.server = net.UDPAddrFromAddrPort(to)
			last := func() netip.AddrPort {
				w.mu.Lock()
				defer w.mu.Unlock()
				return w.taps[len(w.taps)-1].From
			}
			c.callID, c.branch, c.to = strconv.Itoa(i), "z9hG4bK-"+strconv.Itoa(i), "<sip:pickup@192.0.2.1>"
			c.send("OPTIONS", c.branched(strings.Repeat("o", i+1)))
			c.want("200")
			if got := last(); got != to {
				t.Errorf("OPTIONS %d to %v: got the response from %v", i, to, got)
			}
			c.send("INVITE")
			c.want("486")
			if got := last(); got != to {
				t.Errorf("INVITE %d to %v: got the response from %v", i, to, got)
			}
			c.send("ACK")
		}
	})
}

// The library would keep every address for ever.
func TestPeersAreForgotten(t *testing.T) {
	inWorld(t, func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, func(w *world) {
		pool := w.server.transport.Pool("udp")
		own := pool.Size() // the socket
		for i := range 100 {
			c := w.callerAt(netip.AddrPortFrom(callerAddr.Addr(), uint16(6000+i)), "x")
			c.raw("garbage")
			c.send("OPTIONS", c.branched("o")) // leaves nothing
			c.want("200")
			c.callID = strconv.Itoa(i)
			c.send("INVITE")
			c.want("486")
			c.send("ACK")
		}
		if got, want := pool.Size(), own+1+100; got != want { // one name for all peers
			t.Errorf("addresses: got %d, want %d", got, want)
		}
		c := w.caller()
		for range 3 {
			time.Sleep(peerAge)
			c.callID += "+"
			c.branch, c.to = "z9hG4bK-"+c.callID, "<sip:pickup@192.0.2.1>"
			c.send("INVITE")
			c.want("486")
			c.send("ACK")
		}
		if got, want := pool.Size(), own+1+1; got != want {
			t.Errorf("addresses after %v: got %d, want %d", 3*peerAge, got, want)
		}
	})
}

func TestCleanEscapesAndBounds(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "sip:alice@example.com", "sip:alice@example.com"},
		{"quotes", `say "hi"`, `say "hi"`},
		{"line", "a\r\nb", `a\r\nb`},
		{"colour", "\x1b[31m", `\x1b[31m`},
		{"not UTF-8", "\xff", `\xff`},
		{"long", strings.Repeat("é", 200), strings.Repeat("é", 128) + "..."},
	}
	for _, test := range tests {
		if got := clean(test.in); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
