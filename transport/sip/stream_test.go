package sip

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pickup/transport/sip/siptest"
)

// listen adds TCP to the world's server.
func (w *world) listen() *siptest.Listener {
	l := siptest.NewListener(serverAddr)
	served := make(chan error, 1)
	go func() { served <- w.server.ServeTCP(l) }()
	synctest.Wait()
	w.Cleanup(func() {
		if err := <-served; err != nil {
			w.Errorf("ServeTCP: got %v, want nil after Close", err)
		}
	})
	return l
}

// inStreams runs a test in a world whose server is also reached over TCP.
func inStreams(t *testing.T, play func(*call), test func(*world, *siptest.Listener)) {
	t.Helper()
	inWorld(t, play, func(w *world) {
		l := w.listen()
		test(w, l)
		w.close() // the listener is joined by the cleanup
	})
}

// dial makes a caller with a connection from the nth host.
func (w *world) dial(l *siptest.Listener, n int) *siptest.Caller {
	w.Helper()
	return siptest.NewStreamCaller(w.T, w.connect(l, n))
}

// connect connects from the nth host.
func (w *world) connect(l *siptest.Listener, n int) net.Conn {
	w.Helper()
	conn, err := l.Dial(netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, byte(100 + n>>8), byte(n)}), 40000))
	if err != nil {
		w.Fatal(err)
	}
	return conn
}

func TestCallOverTCP(t *testing.T) {
	inStreams(t, func(c *call) {
		if got := c.Transport(); got != "TCP" {
			c.Errorf("Transport: got %q, want TCP", got)
		}
		renegotiates(c)
	}, func(w *world, l *siptest.Listener) {
		phone := w.dial(l, 1)
		call := phone.Invite(offer)
		call.Want(180)
		ok := call.Want(200)
		if got, want := ok.Get("Contact"), "<sip:192.0.2.1:5060;transport=tcp>"; got != want {
			t.Errorf("Contact: got %q, want %q", got, want)
		}
		if got := call.Want(200).At.Sub(ok.At); got != 500*time.Millisecond { // RFC 3261 section 13.3.1.4
			t.Errorf("second 200: got it after %v, want 500ms", got)
		}
		call.Ack()
		changes(t, call)
		hangUp(call)
		call.WantNothing(time.Minute)
		w.wantCalls(1)
		if got := w.server.Stats().Malformed; got != 0 {
			t.Errorf("malformed: got %d, want 0", got)
		}
	})
}

func TestByeOverTCPIsSentOnce(t *testing.T) {
	inStreams(t, hangsUp(0), func(w *world, l *siptest.Listener) {
		call := w.dial(l, 1).Invite(offer)
		call.Want(200)
		call.Ack()
		bye := call.WantRequest("BYE")
		if via := bye.Get("Via"); !strings.HasPrefix(via, "SIP/2.0/TCP 192.0.2.1:5060;branch=") {
			t.Errorf("Via: got %q, want TCP and the listener's address", via)
		}
		call.WantNothing(time.Minute)
	})
}

func TestConnectionIsLostDuringTheCall(t *testing.T) {
	var after time.Duration
	inStreams(t, func(c *call) {
		c.accept()
		c.hear("acked")
		time.Sleep(time.Minute) // the call goes on
		begun := time.Now()
		c.hangUp()
		if got := c.hear("bye answered").status; got != 0 {
			c.Errorf("ByeAnswered: got %d, want 0", got)
		}
		after = time.Since(begun)
	}, func(w *world, l *siptest.Listener) {
		phone := w.dial(l, 1)
		call := phone.Invite(offer)
		call.Want(200)
		call.Ack()
		time.Sleep(time.Second)
		phone.Close()
		time.Sleep(2 * time.Minute)
		if stats := w.server.Stats(); stats.Dialogs != 0 || stats.Connections != 0 {
			t.Errorf("left: got %d dialogs and %d connections, want none", stats.Dialogs, stats.Connections)
		}
		if got := w.server.transport.Pool("tcp").Size(); got != 0 {
			t.Errorf("addresses that the library keeps: got %d, want 0", got)
		}
	})
	if after != 0 {
		t.Errorf("ByeAnswered: got it after %v, want it at once", after)
	}
}

// A caller whose connection was lost goes on with the dialog on another one.
func TestCallGoesOnOnAnotherConnection(t *testing.T) {
	inStreams(t, func(c *call) {
		takesCall(c)
		c.hear("reoffered")
		c.must(c.Reply([]byte(reply)))
		time.Sleep(time.Minute)
		c.hangUp()
		c.hear("bye answered")
	}, func(w *world, l *siptest.Listener) {
		first := w.dial(l, 1)
		call := establish(first)
		second := w.dial(l, 2).Join(call)
		time.Sleep(time.Second)
		first.Close()
		second.Reinvite(offer)
		second.Want(200)
		second.Ack()
		second.Reply(second.WantRequest("BYE"), 200)
	})
}

func TestMessagesInAnySegmentation(t *testing.T) {
	for _, size := range []int{1, 2, 50, 100000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			inStreams(t, takesCalls, func(w *world, l *siptest.Listener) {
				phone := w.dial(l, 1)
				phone.Cut(size)
				call := establish(phone)
				folded := "Subject: a\r\n b\r\n\tc"
				call.Do("INFO", strings.Repeat("x", 40000), folded, "X-Long: "+strings.Repeat("y", 20000), folded)
				call.Want(415)
				first, second := call.Request("OPTIONS", call.NewBranch(), ""), call.Request("OPTIONS", call.NewBranch(), "")
				phone.Send("\r\n" + first + "\r\n" + second)
				for range 2 {
					call.Want(200)
				}
				hangUp(call)
			})
		})
	}
}

func TestPingIsAnswered(t *testing.T) {
	inStreams(t, slow, func(w *world, l *siptest.Listener) {
		phone := w.dial(l, 1)
		call := establish(phone)
		for range 3 {
			time.Sleep(9 * time.Minute)
			phone.Send("\r\n\r\n")
			if m := phone.Other(); m.Start != "" {
				t.Errorf("pong: got %q, want an empty line", m.Start)
			}
		}
		hangUp(call)
	})
}

func TestConnectionsThatCostTimeAreClosed(t *testing.T) {
	tests := []struct {
		name   string
		script func(*siptest.Caller)
		after  time.Duration
	}{
		{"silence", func(*siptest.Caller) {}, messageTime},
		{"pings only", func(c *siptest.Caller) { c.Send("\r\n\r\n") }, messageTime},
		{"half a message", func(c *siptest.Caller) { c.Send("OPTIONS sip:x SI") }, messageTime},
		{"half a body", func(c *siptest.Caller) {
			c.Send("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP x\r\nContent-Length: 5\r\n\r\nab")
		}, messageTime},
		{"dribble", func(c *siptest.Caller) {
			for _, b := range []byte("OPTIONS s") {
				time.Sleep(time.Second)
				c.Send(string(b))
			}
		}, messageTime},
		{"idle after a message", func(c *siptest.Caller) { ask(c) }, idleTime},
		{"dribble after a message", func(c *siptest.Caller) {
			ask(c)
			time.Sleep(time.Minute)
			for _, b := range []byte("OPTIONS s") {
				c.Send(string(b))
				time.Sleep(time.Second)
			}
		}, time.Minute + messageTime},
		{"idle after a ping", func(c *siptest.Caller) {
			ask(c)
			time.Sleep(time.Minute)
			c.Send("\r\n\r\n")
		}, time.Minute + idleTime},
		{"idle after a call", func(c *siptest.Caller) {
			call := establish(c)
			time.Sleep(time.Hour) // the connection is kept for the BYE
			hangUp(call)
		}, time.Hour + idleTime},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inStreams(t, slow, func(w *world, l *siptest.Listener) {
				begun := time.Now()
				phone := w.dial(l, 1)
				test.script(phone)
				phone.Closed()
				if got := time.Since(begun); got != test.after {
					t.Errorf("closed: got it after %v, want %v", got, test.after)
				}
				synctest.Wait()
				if got := w.server.Stats().Connections; got != 0 {
					t.Errorf("connections: got %d, want 0", got)
				}
			})
		})
	}
}

// slow takes a call that lasts.
func slow(c *call) {
	takesCall(c)
	for range 10 {
		if c.next().name == "bye" {
			return
		}
	}
}

// ask sends OPTIONS outside a call.
func ask(c *siptest.Caller) {
	call := c.Dial()
	call.Do("OPTIONS", "")
	call.Want(200)
}

func TestPeerThatReadsNothingIsGivenUp(t *testing.T) {
	inStreams(t, takesCalls, func(w *world, l *siptest.Listener) {
		conn := w.connect(l, 1)
		begun := time.Now()
		request := "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bKx\r\nFrom: <sip:x>;tag=x\r\nTo: <sip:x>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
		if _, err := conn.Write([]byte(request)); err != nil {
			t.Fatal(err)
		}
		for i := range 3000 {
			if _, err := conn.Write([]byte(strings.Replace(request, "z9hG4bKx", fmt.Sprint("z9hG4bKx", i), 1))); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		for _, st := range w.server.streams.all() {
			st.mu.Lock()
			got := len(st.unsent)
			st.mu.Unlock()
			if got > maxUnsent || got < maxUnsent/2 {
				t.Errorf("bytes that wait: got %d, want at most %d", got, maxUnsent)
			}
		}
		for w.server.Stats().Connections > 0 {
			time.Sleep(time.Millisecond)
		}
		if got := time.Since(begun).Round(time.Second); got != writeTime {
			t.Errorf("closed: got it after %v, want %v", got, writeTime)
		}
		ask(w.dial(l, 2))
		conn.Close()
	})
}

func TestMessageWithoutABoundaryIsRefusedAndTheConnectionClosed(t *testing.T) {
	request := "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bKx\r\nFrom: <sip:x>;tag=x\r\nTo: <sip:x>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n"
	tests := []struct {
		name, stream string
		want         int // 0: no answer
	}{
		{"two lengths", request + "Content-Length: 0\r\nl: 100\r\n\r\nINVITE", 400},
		{"no length", request + "\r\n", 400},
		{"4 GiB", request + "Content-Length: 4294967295\r\n\r\n", 513},
		{"negative", request + "Content-Length: -1\r\n\r\n", 400},
		{"no Via", "OPTIONS sip:x SIP/2.0\r\nContent-Length: 0\r\nl: 0\r\n\r\n", 0},
		{"ACK", strings.ReplaceAll(request, "OPTIONS", "ACK") + "\r\n", 0},
		{"web", "GET / HTTP/1.1\r\n\r\n", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inStreams(t, takesCalls, func(w *world, l *siptest.Listener) {
				phone := w.dial(l, 1)
				begun := time.Now()
				phone.Send(test.stream)
				phone.Closed()
				if got := time.Since(begun); got != 0 {
					t.Errorf("closed: got it after %v, want it at once", got)
				}
				if got := phone.Others(); test.want == 0 && len(got) != 0 || test.want != 0 && (len(got) != 1 || got[0].Status() != test.want) {
					t.Errorf("answers: got %v, want %d", got, test.want)
				}
				if stats := w.server.Stats(); stats.Malformed != 1 || stats.Requests != 0 || stats.Panics != 0 {
					t.Errorf("stats: got %+v, want one malformed message and no request", stats)
				}
				ask(w.dial(l, 2))
			})
		})
	}
}
