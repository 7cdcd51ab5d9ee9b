package sip

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"pickup/transport/sip/siptest"
)

func inWebSocket(t *testing.T, test func(*line, *siptest.Caller)) {
	t.Helper()
	inLine(t, "WS", takesCalls, func(l *line) { test(l, l.caller(1)) })
}

// masked is a frame as a client sends it.
func masked(f ws.Frame) ws.Frame { return ws.MaskFrameInPlace(f) }

func TestWebSocketPingIsAnswered(t *testing.T) {
	inWebSocket(t, func(l *line, phone *siptest.Caller) {
		call := phone.Dial()
		request := []byte(call.Request("OPTIONS", call.NewBranch(), ""))
		phone.Frame(masked(ws.NewPingFrame(nil)))
		phone.Frame(masked(ws.NewFrame(ws.OpText, false, bytes.Clone(request[:100]))))
		phone.Frame(masked(ws.NewPingFrame([]byte("in the middle"))))
		phone.Frame(masked(ws.NewPongFrame([]byte("that nobody asked for"))))
		phone.Frame(masked(ws.NewFrame(ws.OpContinuation, true, bytes.Clone(request[100:]))))
		call.Want(200)
		var got []string
		for _, f := range phone.Control() {
			got = append(got, fmt.Sprint(f.Header.OpCode == ws.OpPong, " ", string(f.Payload)))
		}
		if want := []string{"true ", "true in the middle"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("pongs: got %q, want %q", got, want)
		}
	})
}

func TestWebSocketIsClosedAsItShould(t *testing.T) {
	long := make([]byte, maxMessage+1)
	tests := []struct {
		name   string
		script func(*siptest.Caller)
		want   ws.StatusCode
	}{
		{"by the peer", func(c *siptest.Caller) {
			c.Frame(masked(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusGoingAway, "bye"))))
		}, ws.StatusNormalClosure},
		{"by the peer without a code", func(c *siptest.Caller) { c.Frame(masked(ws.NewCloseFrame(nil))) }, ws.StatusNormalClosure},
		{"unmasked frame", func(c *siptest.Caller) { c.Frame(ws.NewTextFrame([]byte("OPTIONS"))) }, ws.StatusProtocolError},
		{"continuation of nothing", func(c *siptest.Caller) {
			c.Frame(masked(ws.NewFrame(ws.OpContinuation, true, []byte("x"))))
		}, ws.StatusProtocolError},
		{"message in a message", func(c *siptest.Caller) {
			c.Frame(masked(ws.NewFrame(ws.OpText, false, []byte("x"))))
			c.Frame(masked(ws.NewTextFrame([]byte("x"))))
		}, ws.StatusProtocolError},
		{"reserved bits", func(c *siptest.Caller) {
			f := ws.NewTextFrame([]byte("x"))
			f.Header.Rsv = ws.Rsv(true, false, false)
			c.Frame(masked(f))
		}, ws.StatusProtocolError},
		{"reserved code", func(c *siptest.Caller) { c.Frame(masked(ws.NewFrame(0x3, true, nil))) }, ws.StatusProtocolError},
		{"long control frame", func(c *siptest.Caller) { c.Frame(masked(ws.NewPingFrame(long[:126]))) }, ws.StatusProtocolError},
		{"long message", func(c *siptest.Caller) {
			c.Frame(masked(ws.Frame{Header: ws.Header{Fin: true, OpCode: ws.OpText, Length: 1 << 40}}))
		}, ws.StatusMessageTooBig},
		{"long message in fragments", func(c *siptest.Caller) {
			c.Frame(masked(ws.NewFrame(ws.OpText, false, long[:maxMessage])))
			c.Frame(masked(ws.NewFrame(ws.OpContinuation, true, long[:1])))
		}, ws.StatusMessageTooBig},
		{"idle", func(c *siptest.Caller) {}, ws.StatusGoingAway},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWebSocket(t, func(l *line, phone *siptest.Caller) {
				test.script(phone)
				phone.Closed()
				frames := phone.Control()
				if len(frames) != 1 || frames[0].Header.OpCode != ws.OpClose {
					t.Fatalf("control frames: got %v, want one that closes", frames)
				}
				if got, _ := ws.ParseCloseFrameData(frames[0].Payload); got != test.want {
					t.Errorf("code: got %d, want %d", got, test.want)
				}
				synctest.Wait()
				if got := l.server.Stats(); got.Connections != 0 || got.Panics != 0 {
					t.Errorf("stats: got %+v, want no connection and no panic", got)
				}
				ask(l.caller(2))
			})
		})
	}
}

// A message that is none, or is wrong, ends nothing: the next one is known to follow.
func TestBadMessageLeavesTheWebSocket(t *testing.T) {
	const request = "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bKx\r\nFrom: <sip:x>;tag=x\r\nTo: <sip:x>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n"
	tests := []struct {
		name, message string
		status        int // 0: no answer
	}{
		{"without a length", request + "\r\n", 200},
		{"without a length, with a body", request + "Content-Type: text/plain\r\n\r\nhello", 200},
		{"length of more", request + "Content-Length: 5\r\n\r\nabc", 400},
		{"length of less", request + "Content-Length: 0\r\n\r\nOPTIONS", 200},
		{"two lengths", request + "Content-Length: 0\r\nl: 0\r\n\r\n", 400},
		{"4 GiB", request + "Content-Length: 4294967296\r\n\r\n", 513},
		{"after a blank line", "\r\n" + request + "\r\n", 200},
		{"no SIP", "hello", 0},
		{"no end", request, 0},
		{"bad URI", "OPTIONS * SIP/2.0\r\nVia: SIP/2.0/WS x\r\n\r\n", 0},
		{"empty", "", 0},
		{"no room for a length", request + "X: " + strings.Repeat("x", maxMessage-len(request)-7) + "\r\n\r\n", 513},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWebSocket(t, func(l *line, phone *siptest.Caller) {
				phone.Send(test.message)
				synctest.Wait()
				got := phone.Others()
				if test.status == 0 && len(got) != 0 || test.status != 0 && (len(got) != 1 || got[0].Status() != test.status) {
					t.Errorf("answers: got %v, want %d", got, test.status)
				}
				ask(phone)
			})
		})
	}
}

func TestBinaryMessageIsAnswered(t *testing.T) {
	inWebSocket(t, func(l *line, phone *siptest.Caller) {
		call := phone.Dial()
		phone.Frame(masked(ws.NewBinaryFrame([]byte(call.Request("OPTIONS", call.NewBranch(), "", "Subject: \xff\xfe")))))
		call.Want(200)
	})
}

// Two messages in one frame are one message with surplus bytes (RFC 7118 section 5.1).
func TestOneMessageIsInOneFrame(t *testing.T) {
	inWebSocket(t, func(l *line, phone *siptest.Caller) {
		call := phone.Dial()
		first, second := call.Request("OPTIONS", call.NewBranch(), ""), call.Request("OPTIONS", call.NewBranch(), "")
		phone.Send(first + second)
		call.Want(200)
		call.WantNothing(time.Second)
	})
}

func TestWebSocketHandshake(t *testing.T) {
	const begin = "GET /sip HTTP/1.1\r\nHost: pickup.example\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: https://example.com\r\n"
	tests := []struct {
		name, request string
		status        int // 0: closed without an answer
	}{
		{"sip", begin + "Sec-WebSocket-Protocol: sip\r\n\r\n", 101},
		{"sip among others", begin + "Sec-WebSocket-Protocol: msrp, sip\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", 101},
		{"no subprotocol", begin + "\r\n", 400},
		{"another subprotocol", begin + "Sec-WebSocket-Protocol: msrp\r\n\r\n", 400},
		{"no WebSocket", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"old version", strings.Replace(begin, ": 13", ": 8", 1) + "\r\n", 426},
		{"POST", strings.Replace(begin, "GET", "POST", 1) + "\r\n", 405},
		{"SIP", "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n\r\n", 0},
		{"long line", begin + "Cookie: " + strings.Repeat("x", 5000) + "\r\n\r\n", 400},
		{"many lines", begin + strings.Repeat("Cookie: x\r\n", 2000) + "\r\n", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inLine(t, "WS", takesCalls, func(l *line) {
				conn := l.connect(l.listener, 1)
				defer conn.Close()
				sent := make(chan struct{})
				go func() {
					io.WriteString(conn, test.request) // the server may close before it has read all
					close(sent)
				}()
				response, err := http.ReadResponse(bufio.NewReader(conn), nil)
				switch {
				case err != nil && test.status != 0:
					t.Fatalf("response: got %v, want %d", err, test.status)
				case err == nil && response.StatusCode != test.status:
					t.Errorf("response: got %s, want %d", response.Status, test.status)
				case err == nil && response.StatusCode == 101:
					if got := response.Header.Get("Sec-WebSocket-Protocol"); got != "sip" {
						t.Errorf("subprotocol: got %q, want sip", got)
					}
					if got := response.Header.Get("Sec-WebSocket-Extensions"); got != "" {
						t.Errorf("extensions: got %q, want none", got)
					}
				}
				conn.Close()
				<-sent
				ask(l.caller(2))
			})
		})
	}
}

// FuzzWebSocket has foreign bytes go through the frames, in two parts: whatever they are,
// what comes out can be parsed as a message with a length, and no more is kept than one
// message.
func FuzzWebSocket(f *testing.F) {
	text := func(op ws.OpCode, fin bool, p string) string {
		return string(ws.MustCompileFrame(masked(ws.NewFrame(op, fin, []byte(p)))))
	}
	for _, seed := range []string{
		text(ws.OpText, true, "OPTIONS sip:x SIP/2.0\r\nVia: x\r\n\r\n"),
		text(ws.OpText, false, "OPTIONS sip:x SIP/2.0\r\n") + text(ws.OpPing, true, "x") + text(ws.OpContinuation, true, "l: 3\r\n\r\nabc"),
		text(ws.OpBinary, true, "\r\n\r\n") + text(ws.OpClose, true, "\x03\xe8"),
		"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", "\x81\x05hello", "\x89\x80\x00\x00\x00\x00",
	} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		w := &webSocket{reply: func([]byte) {}}
		cut = min(max(cut, 0), len(data))
		for _, part := range [][]byte{data[:cut], data[cut:]} {
			w.add(part)
			w.pings()
			for {
				message, err := w.next()
				if err != nil && !w.resume() || err == nil && message == nil {
					break
				}
				w.refused()
				if err != nil {
					continue
				}
				head := bytes.Index(message, []byte("\r\n\r\n")) + 4
				if n, err := contentLength(message[:head]); err != nil || head+n != len(message) {
					t.Errorf("message: got %q with length %d and error %v, want its own length", message, n, err)
				}
			}
			if len(w.fragments) > maxMessage {
				t.Errorf("fragments: got %d bytes, want at most %d", len(w.fragments), maxMessage)
			}
		}
	})
}

// FuzzOpening has foreign bytes go through the opening handshake.
func FuzzOpening(f *testing.F) {
	var request bytes.Buffer
	dialer := ws.Dialer{Protocols: []string{"sip"}}
	dialer.Upgrade(struct {
		io.Reader
		io.Writer
	}{strings.NewReader(""), &request}, &url.URL{Host: "pickup.example", Path: "/"})
	f.Add(request.Bytes())
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte("OPTIONS sip:x SIP/2.0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var response bytes.Buffer
		err := upgrade(struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(data), &response})
		if sip := bytes.Contains(response.Bytes(), []byte("Sec-WebSocket-Protocol: sip\r\n")); (err == nil) != sip {
			t.Errorf("got error %v and the response %q, want the subprotocol or an error", err, response.String())
		}
	})
}
