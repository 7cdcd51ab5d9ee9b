package sip

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// tortures are the messages of RFC 4475 and RFC 5118.
func tortures(f *testing.F) [][]byte {
	f.Helper()
	files, err := filepath.Glob("testdata/torture/*/*.dat")
	if err != nil || len(files) == 0 {
		f.Fatalf("torture messages: got %d (%v), want some", len(files), err)
	}
	var messages [][]byte
	for _, file := range files {
		message, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		messages = append(messages, message)
	}
	return messages
}

// script is a socket that is read what a test delivers, and keeps what is written.
type script struct {
	inbox  chan []byte
	done   chan struct{}
	closed sync.Once

	mu      sync.Mutex
	written []output
}

// output is a message that was written.
type output struct {
	text string
	at   time.Time
}

func newScript() *script { return &script{inbox: make(chan []byte), done: make(chan struct{})} }

func (s *script) deliver(data []byte) { s.inbox <- data; synctest.Wait() }

// sent is what was written since the last time.
func (s *script) sent() []output {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.written
	s.written = nil
	return list
}

func (s *script) ReadFrom(p []byte) (int, net.Addr, error) {
	select {
	case data := <-s.inbox:
		return copy(p, data), net.UDPAddrFromAddrPort(callerAddr), nil
	case <-s.done:
		return 0, nil, net.ErrClosed
	}
}

func (s *script) WriteTo(p []byte, _ net.Addr) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = append(s.written, output{string(p), time.Now()})
	return len(p), nil
}

func (s *script) LocalAddr() net.Addr              { return net.UDPAddrFromAddrPort(serverAddr) }
func (s *script) Close() error                     { s.closed.Do(func() { close(s.done) }); return nil }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// inScript runs a server in virtual time whose only socket is a script. When the test
// is over nothing may be left of any call, though the server is still there.
func inScript(t *testing.T, play func(*call), test func(*script)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, play: play}
		server, err := NewServer(Config{Handler: w, UserAgent: "x", Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		conn, served := newScript(), make(chan error, 1)
		go func() { served <- server.ServeUDP(conn) }()
		test(conn)
		time.Sleep(5 * time.Minute) // longer than any timer
		wantNoCalls(t, server)
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("ServeUDP: got %v, want nil after Close", err)
		}
	})
}

func wantNoCalls(t *testing.T, server *Server) {
	t.Helper()
	d := &server.dialogs
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.live != 0 || len(d.legs)+len(d.invites)+len(d.sent)+len(d.awaited) != 0 {
		t.Errorf("kept: got %d calls, %d legs, %d INVITEs, %d requests of ours, %d awaited, want none", d.live, len(d.legs), len(d.invites), len(d.sent), len(d.awaited))
	}
	if got := server.panics.Load(); got != 0 {
		t.Errorf("panics: got %d, want 0", got)
	}
}

// patient answers and takes part in everything until the call is over, which it ends
// after half a minute.
func patient(c *call) {
	_, _ = c.Ring(nil)
	if c.Answer([]byte(answer)) != nil {
		return
	}
	timeout := time.NewTimer(30 * time.Second)
	defer timeout.Stop()
	for {
		select {
		case <-timeout.C:
			_ = c.Leg.Bye(Reason{"Q.850", 16, "x"}) // its end is an event
		case e := <-c.events:
			switch {
			case e.name == "reoffered" && strings.Contains(e.text, "refuse"):
				_ = c.Refuse(Refusal{Status: 488})
			case e.name == "reoffered":
				_ = c.Reply([]byte(reply))
			case e.name == "ack timeout":
				_ = c.Leg.Bye(Reason{"SIP", 408, "x"})
			case e.name == "bye", e.name == "cancelled", e.name == "answer failed", e.name == "bye answered":
				return
			}
		}
	}
}

// temper are the ways in which the scripted handlers treat a call.
var temper = []func(*call){
	patient,
	func(c *call) { _ = c.Reject(Refusal{Status: 486, RetryAfter: time.Second, Warning: Warning{399, "x"}}) },
	func(c *call) { _, _ = c.Ring(nil) },
	func(c *call) { _ = c.Answer([]byte(answer)) },
	func(c *call) { time.Sleep(time.Second); patient(c) },
}

// wellSent checks everything that was written in answer to what a peer has sent: each
// message can be read again, and each transaction has one final response. After 64·T1
// the same request is another transaction, and one with another To is another request.
// The library keeps none for CANCEL.
func wellSent(t *testing.T, written []output) {
	t.Helper()
	type final struct {
		start string
		at    time.Time
	}
	finals := make(map[string]final)
	for _, o := range written {
		wellWritten(t, o.text)
		m := parse(o.text)
		if !strings.HasPrefix(m.start, "SIP/2.0 ") || strings.HasPrefix(m.start, "SIP/2.0 1") || strings.HasSuffix(m.get("CSeq"), "CANCEL") {
			continue
		}
		key := fmt.Sprint(m.all("Via"), m.get("CSeq"), m.get("Call-ID"), m.get("From"), m.get("To"))
		old, known := finals[key]
		if known && o.at.Sub(old.at) >= 64*gosip.T1 {
			known = false
		}
		if known && old.start != m.start {
			t.Errorf("two final responses to one request: %q and %q", old.start, m.start)
		}
		if !known {
			finals[key] = final{m.start, o.at}
		}
	}
}

// wellWritten checks one message of ours.
func wellWritten(t *testing.T, text string) {
	t.Helper()
	head, body, found := strings.Cut(text, "\r\n\r\n")
	lines := strings.ReplaceAll(head, "\r\n", "")
	if !found || strings.ContainsAny(lines, "\r\n") {
		t.Errorf("message of ours: got a line end of the peer's:\n%q", text)
	}
	m := parse(text)
	if got := m.all("Content-Length"); len(got) != 1 || got[0] != fmt.Sprint(len(body)) {
		t.Errorf("Content-Length: got %q, want %d in\n%q", got, len(body), text)
	}
	for _, name := range []string{"From", "To", "Call-ID", "CSeq"} {
		if got := m.all(name); len(got) > 1 {
			t.Errorf("%s: got %d of them, want one in\n%q", name, len(got), text)
		}
	}
	if len(m.all("Via")) == 0 {
		t.Errorf("Via: got none in\n%q", text)
	}
	few := newParser()
	msg, err := few.ParseSIP([]byte(text))
	if err != nil {
		t.Errorf("message of ours cannot be read: %v in\n%q", err, text)
		return
	}
	res, ok := msg.(*gosip.Response)
	if ok && res.StatusCode > 100 && m.get("To") != "" && !strings.Contains(strings.ToLower(m.get("To")), "tag") {
		t.Errorf("To: got %q, want a tag", m.get("To"))
	}
}
