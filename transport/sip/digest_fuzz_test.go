package sip

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// FuzzRegisterResponse has foreign bytes answer a REGISTER: none may panic, take more
// time than was asked for, or smuggle a line into the next request.
func FuzzRegisterResponse(f *testing.F) {
	head := "Via: SIP/2.0/UDP c;branch=z9hG4bKx\r\nCSeq: 1 REGISTER\r\n"
	for _, seed := range []string{
		"SIP/2.0 200 OK\r\n" + head + "Contact: \"a,<\" <sip:alice@192.0.2.1>;expires=\"5\";q=1, sip:b;expires=7\r\nExpires: 9\r\n\r\n",
		"SIP/2.0 401 No\r\n" + head + "WWW-Authenticate: " + md5Challenge + "\r\nWWW-Authenticate: " + sha256Challenge + "\r\n\r\n",
		"SIP/2.0 407 No\r\n" + head + "Proxy-Authenticate: Digest realm=\"a\\\"\", nonce=\"\\\\\", opaque=\"\t\", stale=TRUE\r\n\r\n",
		"SIP/2.0 423 No\r\n" + head + "Min-Expires: 99999999999999999999\r\n\r\n",
		"SIP/2.0 503 No\r\n" + head + "Retry-After: 5 (x);duration=1\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	s, err := NewServer(Config{Handler: &world{}, UserAgent: "x", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	parser := newParser("via", "v", "content-length", "l")
	f.Fuzz(func(t *testing.T, data []byte) {
		if !plausible(data) {
			return
		}
		msg, err := parser.ParseSIP(data)
		if err != nil {
			return
		}
		res, ok := msg.(*gosip.Response)
		if !ok {
			return
		}
		s.response(res)
		asked := time.Minute
		if got := granted(res, "sip:alice@192.0.2.1:5060", asked); got < 0 || got > asked {
			t.Errorf("granted: got %v, want up to %v", got, asked)
		}
		r := &registration{server: s, account: trunk(), expires: asked}
		r.credentials.account = &r.account
		r.by = &link{transport: "UDP", local: serverAddr, contact: serverAddr}
		if next, err := r.refusal(res, asked); err == nil && (next < asked || next > maxExpires) {
			t.Errorf("expiry of the next request: got %v, want %v to %v", next, asked, maxExpires)
		}
		text, _, _ := strings.Cut(r.request("z9hG4bKy", r.contactHere(), asked), "\r\n\r\n")
		if strings.ContainsAny(strings.ReplaceAll(text, "\r\n", ""), "\r\n") {
			t.Errorf("request: got a line of the registrar's:\n%q", text)
		}
	})
}

// FuzzAuthorization has foreign bytes for credentials: none may panic or be right.
func FuzzAuthorization(f *testing.F) {
	c := newChallenger(Authentication{Realm: "r", Users: map[string]string{"alice": "secret"}})
	nonce := c.nonces.issue(nonceHost, time.Now())
	for _, seed := range []string{
		"Digest username=\"alice\", realm=\"r\", nonce=\"" + nonce + "\", uri=\"sip:x\", response=\"00\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"c\"",
		"Digest username=\"\\\"\", nc=ffffffffff", "Basic eDp5", "Digest", "Digest ,", "Digest realm=\"r\", nonce=\"" + nonce + "\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := c.checkOne(text, "INVITE", nonceHost, time.Now()); got == proven || got == stale {
			t.Errorf("verdict: got %v on %q, want that it is not right", got, text)
		}
	})
}
