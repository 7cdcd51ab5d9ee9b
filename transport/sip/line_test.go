package sip

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pickup/transport/sip/siptest"
)

// line is a way to the server of a world by one transport with connections.
type line struct {
	*world
	transport string
	listener  *siptest.Listener
	trusted   *tls.Config // of clients
}

// lines runs a test over each transport with connections, in a world of its own.
func lines(t *testing.T, play func(*call), test func(*line)) {
	t.Helper()
	for _, transport := range []string{"TCP", "TLS", "WS", "WSS"} {
		t.Run(transport, func(t *testing.T) { inLine(t, transport, play, test) })
	}
}

func inLine(t *testing.T, transport string, play func(*call), test func(*line)) {
	t.Helper()
	inWorld(t, play, func(w *world) {
		l := &line{world: w, transport: transport, listener: siptest.NewListener(serverAddr)}
		authority := siptest.NewAuthority(w.T)
		certificate, key := authority.Issue("pickup.example", time.Now(), time.Now().Add(10000*time.Hour))
		pair, err := tls.X509KeyPair(certificate, key)
		if err != nil {
			w.Fatal(err)
		}
		l.trusted = &tls.Config{RootCAs: authority.Pool(), ServerName: "pickup.example"}
		served := make(chan error, 1)
		go func() { served <- l.serve(&tls.Config{Certificates: []tls.Certificate{pair}}) }()
		synctest.Wait()
		w.Cleanup(func() {
			if err := <-served; err != nil {
				w.Errorf("serving: got %v, want nil after Close", err)
			}
		})
		test(l)
		w.close() // the listener is joined by the cleanup
	})
}

func (l *line) serve(conf *tls.Config) error {
	switch l.transport {
	case "TLS":
		return l.server.ServeTLS(l.listener, conf)
	case "WS":
		return l.server.ServeWS(l.listener)
	case "WSS":
		return l.server.ServeWSS(l.listener, conf)
	}
	return l.server.ServeTCP(l.listener)
}

// caller makes a caller with a connection from the nth host.
func (l *line) caller(n int) *siptest.Caller {
	l.Helper()
	conn := l.connect(l.listener, n)
	switch l.transport {
	case "TLS":
		return siptest.NewSecureCaller(l.T, conn, l.trusted)
	case "WS":
		return siptest.NewWebSocketCaller(l.T, conn, "WS")
	case "WSS":
		return siptest.NewWebSocketCaller(l.T, siptest.Secure(l.T, conn, l.trusted), "WSS")
	}
	return siptest.NewStreamCaller(l.T, conn)
}

// framed reports whether messages come in frames.
func (l *line) framed() bool { return strings.HasPrefix(l.transport, "WS") }

// The dialog of the caller, with its changes, and all responses by its connection.
func TestCallOverEachTransport(t *testing.T) {
	contacts := map[string]string{"TCP": "tcp", "TLS": "tls", "WS": "ws", "WSS": "ws"}
	for transport, param := range contacts {
		t.Run(transport, func(t *testing.T) {
			inLine(t, transport, func(c *call) {
				if got := c.Transport(); got != transport {
					c.Errorf("Transport: got %q, want %q", got, transport)
				}
				renegotiates(c)
			}, func(l *line) {
				call := l.caller(1).Invite(offer)
				call.Want(180)
				ok := call.Want(200)
				if got, want := ok.Get("Contact"), "<sip:192.0.2.1:5060;transport="+param+">"; got != want {
					t.Errorf("Contact: got %q, want %q", got, want)
				}
				call.Ack()
				changes(t, call)
				hangUp(call)
				call.WantNothing(time.Minute)
				l.wantCalls(1)
				if got := l.server.Stats(); got.Malformed != 0 || got.Handshakes != 0 {
					t.Errorf("stats: got %+v, want nothing malformed and no handshake that failed", got)
				}
			})
		})
	}
}

// Requests of ours in a dialog leave by the caller's connection, once.
func TestByeOverEachTransport(t *testing.T) {
	lines(t, hangsUp(200), func(l *line) {
		call := l.caller(1).Invite(offer)
		call.Want(200)
		call.Ack()
		bye := call.WantRequest("BYE")
		if via, want := bye.Get("Via"), "SIP/2.0/"+l.transport+" 192.0.2.1:5060;branch="; !strings.HasPrefix(via, want) {
			l.Errorf("Via: got %q, want %q", via, want)
		}
		call.Reply(bye, 200)
		call.WantNothing(time.Minute)
	})
}

func TestContactOfASIPSCall(t *testing.T) {
	want := map[string]string{
		"TCP": "<sip:192.0.2.1:5060;transport=tcp>", "TLS": "<sips:192.0.2.1:5060>",
		"WS": "<sip:192.0.2.1:5060;transport=ws>", "WSS": "<sips:192.0.2.1:5060;transport=ws>",
	}
	lines(t, takesCalls, func(l *line) {
		phone := l.caller(1)
		call := phone.Dial()
		phone.Send(strings.Replace(call.Request("INVITE", call.NewBranch(), offer), "INVITE sip:", "INVITE sips:", 1))
		call.Want(180)
		if got := call.Want(200).Get("Contact"); got != want[l.transport] {
			l.Errorf("Contact: got %q, want %q", got, want[l.transport])
		}
		call.Ack()
		hangUp(call)
	})
}

// Messages of any size come in any segmentation: of the stream, of TLS records, and of
// fragments of a WebSocket message.
func TestMessagesInAnySegmentationOverEachTransport(t *testing.T) {
	for _, size := range []int{1, 3, 1000, 100000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			lines(t, takesCalls, func(l *line) {
				phone := l.caller(1)
				phone.Cut(size)
				call := establish(phone)
				call.Do("INFO", strings.Repeat("x", 40000), "X-Long: "+strings.Repeat("y", 20000))
				call.Want(415)
				// A response of more than 1300 bytes: the Record-Route of the request is in it.
				via := "Via: SIP/2.0/TCP other.example;branch=z9hG4bK" + strings.Repeat("z", 9000)
				call.Do("OPTIONS", "", via)
				if m := call.Want(200); len(m.Get("Via"))+9000 > 20000 || !strings.Contains(fmt.Sprint(m.Headers), strings.Repeat("z", 9000)) {
					l.Errorf("response: got %v, want both Vias", m.Headers)
				}
				hangUp(call)
			})
		})
	}
}

func TestPingIsAnsweredOverEachTransport(t *testing.T) {
	lines(t, takesCalls, func(l *line) {
		phone := l.caller(1)
		ask(phone)
		for range 3 {
			time.Sleep(9 * time.Minute)
			phone.Send("\r\n\r\n")
			if m := phone.Other(); m.Start != "" {
				l.Errorf("pong: got %q, want an empty line", m.Start)
			}
			if l.framed() { // in a stream two of them would be a ping
				phone.Send("\r\n") // keeps the connection and asks for nothing
			}
		}
		time.Sleep(time.Second)
		if got := phone.Others(); len(got) != 0 {
			l.Errorf("answers to a single CRLF: got %v, want none", got)
		}
		ask(phone)
	})
}

// Who connects and says nothing, or too little, is closed after its time, and holds up
// nobody meanwhile.
func TestHandshakesHaveADeadline(t *testing.T) {
	tests := []struct{ name, transport, begins string }{
		{"no TLS", "TLS", ""},
		{"half a record", "TLS", "\x16\x03\x01\x01\x00\x01"},
		{"no request", "WS", ""},
		{"half a request", "WS", "GET / HTTP/1.1\r\nHost: x\r\nUpgr"},
		{"no TLS below", "WSS", ""},
	}
	for _, test := range tests {
		t.Run(test.transport+" "+test.name, func(t *testing.T) {
			inLine(t, test.transport, takesCalls, func(l *line) {
				begun := time.Now()
				var silent []*siptest.Caller
				for n := range 5 {
					phone := siptest.NewStreamCaller(l.T, l.connect(l.listener, 100+n))
					if test.begins != "" {
						phone.Send(test.begins)
					}
					silent = append(silent, phone)
				}
				ask(l.caller(1))
				if got := time.Since(begun); got != 0 {
					t.Errorf("another caller: served after %v, want at once", got)
				}
				for _, phone := range silent {
					phone.Closed()
				}
				if got := time.Since(begun); got != messageTime {
					t.Errorf("closed: got it after %v, want %v", got, messageTime)
				}
				synctest.Wait()
				if got := l.server.Stats(); got.Handshakes != 5 || got.Connections != 1 || got.Malformed != 0 {
					t.Errorf("stats: got %+v, want 5 handshakes that failed and one connection", got)
				}
			})
		})
	}
}

func TestWhatIsNoTLSIsRefused(t *testing.T) {
	inLine(t, "TLS", takesCalls, func(l *line) {
		phone := siptest.NewStreamCaller(l.T, l.connect(l.listener, 1))
		begun := time.Now()
		phone.Send("OPTIONS sip:x SIP/2.0\r\n")
		phone.Closed()
		if got := time.Since(begun); got != 0 {
			t.Errorf("closed: got it after %v, want at once", got)
		}
		ask(l.caller(2))
	})
}

// A WebSocket may wait for its first call: a page connects when it is opened.
func TestConnectionsThatAreIdleAreClosed(t *testing.T) {
	after := map[string]time.Duration{"TCP": messageTime, "TLS": messageTime, "WS": idleTime, "WSS": idleTime}
	lines(t, takesCalls, func(l *line) {
		begun := time.Now()
		l.caller(1).Closed()
		if got := time.Since(begun); got != after[l.transport] {
			l.Errorf("closed: got it after %v, want %v", got, after[l.transport])
		}
		synctest.Wait()
		if got := l.server.Stats().Connections; got != 0 {
			l.Errorf("connections: got %d, want 0", got)
		}
	})
}

func TestConnectionsOfOneSourceAreBoundedOverEachTransport(t *testing.T) {
	lines(t, takesCalls, func(l *line) {
		for range maxStreamsSource {
			l.connect(l.listener, 1) // none gets as far as its handshake
		}
		conn := l.connect(l.listener, 1)
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			l.Error("connection beyond the bound: got a byte, want the end")
		}
		if got := l.server.Stats(); got.Unserved != 1 || got.Connections != maxStreamsSource {
			l.Errorf("stats: got %+v, want %d connections and one unserved", got, maxStreamsSource)
		}
		ask(l.caller(2))
	})
}

// Nothing of a connection is left in the library when it is lost during a call.
func TestConnectionIsLostOverEachTransport(t *testing.T) {
	lines(t, func(c *call) {
		takesCall(c)
		time.Sleep(time.Minute)
		c.hangUp()
		if got := c.hear("bye answered").status; got != 0 {
			c.Errorf("ByeAnswered: got %d, want 0", got)
		}
	}, func(l *line) {
		phone := l.caller(1)
		establish(phone)
		phone.Close()
		time.Sleep(2 * time.Minute)
		for _, transport := range []string{"tcp", "tls", "ws", "wss"} {
			if got := l.server.transport.Pool(transport).Size(); got != 0 {
				l.Errorf("addresses that the library keeps for %s: got %d, want 0", transport, got)
			}
		}
		if stats := l.server.Stats(); stats.Dialogs != 0 || stats.Connections != 0 {
			l.Errorf("left: got %d dialogs and %d connections, want none", stats.Dialogs, stats.Connections)
		}
	})
}

// faulty is a framing with an error of ours in it.
type faulty struct{ framer }

func (faulty) next() ([]byte, error) { panic("broken frame") }

func TestPanicOfAReaderEndsItsConnection(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		st := w.server.admit(from{ours, callerAddr}, way{transport: "TCP"})
		st.framing = &faulty{}
		if n, err := st.Read(make([]byte, 10)); n != 0 || err == nil {
			t.Errorf("Read: got %d, %v, want an error", n, err)
		}
		if got := w.server.Stats().Panics; got != 1 {
			t.Errorf("panics: got %d, want 1", got)
		}
		st.Close()
	})
}
