package sip

import (
	"log/slog"
	"strings"
	"testing"

	gosip "github.com/emiago/sipgo/sip"
)

// FuzzRequest has foreign bytes go through everything that reads them before a
// call is made of them: none may panic, and no response may have a line that the
// peer has smuggled in.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n",
		"INVITE sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP [::1]:5060;branch=z9hG4bKx;rport\r\nf: \"A\" <sip:a@b> ; tag = 1\r\nt: b <sip:a@b>\r\ni: x\r\nCSeq: 1 INVITE\r\nm: <sip:a@b>;x=\"y\"\r\nRecord-Route: \"<\" <sip:[::1]:1;lr>, <sip:c>\r\nRequire: a,,b\r\nl: 0\r\n\r\n",
		"INVITE tel:1 SIP/2.0\r\nVia: SIP/2.0/UDP c\r\nFrom: sip:a@b;tag=1\r\nTo: sip:a@b;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContact: *\r\nc: text/plain\r\n\r\nbody",
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP c;branch=z9hG4bKx\r\nCSeq: 1 BYE\r\n\r\n",
		"ACK sip:a SIP/2.0\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	for _, message := range tortures(f) {
		f.Add(message)
	}
	s, err := NewServer(Config{Handler: &world{}, UserAgent: "x", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	parser, sock := newParser("via", "v", "content-length", "l"), s.open(wildcardConn{})
	sock.source = callerAddr
	f.Fuzz(func(t *testing.T, data []byte) {
		if !plausible(data) {
			return
		}
		msg, err := parser.ParseSIP(data)
		if err != nil {
			if res := s.unread(data, callerAddr); res != "" {
				wellWritten(t, res)
			}
			return
		}
		msg.SetSource(sock.id.String())
		msg.SetTransport("UDP")
		req, ok := msg.(*gosip.Request)
		if !ok {
			s.response(msg.(*gosip.Response))
			return
		}
		s.prepare(req)
		res := s.validate(req)
		if res == nil && req.IsInvite() {
			l := &Leg{server: s, invite: req}
			l.follow(req, flow{source: callerAddr, local: serverAddr, transport: "UDP"})
			_ = l.request(gosip.BYE, newBranch()).String()
			_, _, _ = l.From(), l.To(), l.RequestURI()
			res = l.build(200)
		}
		if res == nil {
			return
		}
		head, _, _ := strings.Cut(res.String(), "\r\n\r\n")
		if strings.Contains(strings.ReplaceAll(head, "\r\n", ""), "\n") {
			t.Errorf("response: got a line feed of the peer's:\n%q", head)
		}
		if s.panics.Load() != 0 {
			t.Fatal("a panic was recovered")
		}
	})
}
