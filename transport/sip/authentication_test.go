package sip

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"

	"pickup/transport/memnet"
)

// inGuardedWorld has a server that takes calls of alice and bob only.
func inGuardedWorld(t *testing.T, test func(*world)) {
	t.Helper()
	users := map[string]string{"alice": "secret", "bob": "other"}
	c := Config{Random: even, Authentication: &Authentication{
		Realm: "pickup.example", Algorithms: []string{"SHA-256", "MD5"}, Users: users,
	}}
	inWorldAs(t, memnet.Options{Latency: time.Millisecond}, c, takesCalls, test)
}

// credentials answer the challenge of a 401.
type answering struct {
	user, password string
	algorithm      string // of the challenge to answer
	count          int
	method         string
	alter          func(*digest.Credentials)
}

// answer makes the Authorization header field that answers the 401.
func (a answering) to(t *testing.T, refusal message) change {
	t.Helper()
	for _, text := range refusal.all("WWW-Authenticate") {
		c := challengeOf(t, text)
		if c.Algorithm != a.algorithm {
			continue
		}
		method := "INVITE"
		if a.method != "" {
			method = a.method
		}
		given, err := digest.Digest(&c, digest.Options{
			Method: method, URI: "sip:pickup@192.0.2.1", Count: a.count, Username: a.user, Password: a.password,
		})
		if err != nil {
			t.Fatal(err)
		}
		if a.alter != nil {
			a.alter(given)
		}
		return set("Authorization", given.String())
	}
	t.Fatalf("no challenge with %s in\n%v", a.algorithm, refusal)
	return nil
}

// try sends an INVITE of its own transaction and gives the final response. A call that
// is taken is hung up.
func (c *caller) try(number int, changes ...change) message {
	c.t.Helper()
	c.callID = fmt.Sprint("try-", number)
	c.branch, c.to = "z9hG4bK-"+c.callID, "<sip:pickup@192.0.2.1>"
	c.send("INVITE", changes...)
	m := c.want("SIP/2.0")
	for strings.HasPrefix(m.start, "SIP/2.0 1") {
		m = c.want("SIP/2.0")
	}
	if strings.HasPrefix(m.start, "SIP/2.0 200") {
		c.send("ACK", c.branched("ack-"+c.callID))
		c.send("BYE", set("CSeq", "7 BYE"))
		c.want("200")
		return m
	}
	c.send("ACK")
	return m
}

func TestCallersProveWhoTheyAre(t *testing.T) {
	twice := func(c *digest.Credentials) { c.Username = "bob" }
	tests := []struct {
		name  string
		given answering
		want  string
	}{
		{"SHA-256", answering{user: "alice", password: "secret", algorithm: "SHA-256"}, "200"},
		{"MD5", answering{user: "alice", password: "secret", algorithm: "MD5"}, "200"},
		{"another user", answering{user: "bob", password: "other", algorithm: "MD5"}, "200"},
		{"wrong password", answering{user: "alice", password: "other", algorithm: "SHA-256"}, "401"},
		{"unknown user", answering{user: "carol", password: "secret", algorithm: "SHA-256"}, "401"},
		{"the empty user", answering{user: "", password: "", algorithm: "SHA-256"}, "401"},
		{"another's name", answering{user: "alice", password: "secret", algorithm: "MD5", alter: twice}, "401"},
		{"of another method", answering{user: "alice", password: "secret", algorithm: "MD5", method: "BYE"}, "401"},
		{"another realm", answering{user: "alice", password: "secret", algorithm: "MD5",
			alter: func(c *digest.Credentials) { c.Realm = "elsewhere" }}, "401"},
		{"a nonce of nobody", answering{user: "alice", password: "secret", algorithm: "MD5",
			alter: func(c *digest.Credentials) { c.Nonce = "AAAA" + c.Nonce[4:] }}, "401"},
		{"qop that was not offered", answering{user: "alice", password: "secret", algorithm: "MD5",
			alter: func(c *digest.Credentials) { c.QOP = "auth-int" }}, "401"},
		{"MD5 for SHA-256", answering{user: "alice", password: "secret", algorithm: "MD5",
			alter: func(c *digest.Credentials) { c.Algorithm = "SHA-256" }}, "401"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inGuardedWorld(t, func(w *world) {
				c := w.caller()
				refusal := c.try(1)
				if refusal.start != "SIP/2.0 401 Unauthorized" {
					t.Fatalf("without credentials: got %q, want 401", refusal.start)
				}
				if got := c.try(2, tt.given.to(t, refusal)); !strings.HasPrefix(got.start, "SIP/2.0 "+tt.want) {
					t.Errorf("got %q, want %s", got.start, tt.want)
				}
				if tt.want == "200" {
					w.wantCalls(1)
				} else {
					w.wantCalls(0)
				}
				w.wantLog("secret", 0)
			})
		})
	}
}

// What is not offered is not accepted, also with the right password.
func TestAlgorithms(t *testing.T) {
	for _, offered := range []string{"MD5", "SHA-256"} {
		c := newChallenger(Authentication{Realm: "r", Algorithms: []string{offered}, Users: map[string]string{"alice": "secret"}})
		for _, used := range algorithmNames {
			now := time.Now()
			challenge := digest.Challenge{Realm: "r", Nonce: c.nonces.issue(nonceHost, now), Algorithm: used, QOP: []string{"auth"}}
			given, err := digest.Digest(&challenge, digest.Options{Method: "INVITE", URI: "sip:x", Username: "alice", Password: "secret"})
			if err != nil {
				t.Fatal(err)
			}
			want := unknown
			if used == offered {
				want = proven
			}
			if got := c.checkOne(given.String(), "INVITE", nonceHost, now); got != want {
				t.Errorf("%s where %s is offered: got verdict %d, want %d", used, offered, got, want)
			}
		}
		if got := c.challenges(nonceHost, false, time.Now()); len(got) != 1 || !strings.Contains(got[0].Value(), "algorithm="+offered) {
			t.Errorf("challenges: got %v, want one with %s", got, offered)
		}
	}
}

// A digest without qop counts no uses, so it has one (RFC 2069).
func TestDigestWithoutQOP(t *testing.T) {
	c, now := newChallenger(Authentication{Realm: "r", Users: map[string]string{"alice": "secret"}}), time.Now()
	challenge := digest.Challenge{Realm: "r", Nonce: c.nonces.issue(nonceHost, now), Algorithm: "MD5"}
	given, err := digest.Digest(&challenge, digest.Options{Method: "INVITE", URI: "sip:x", Username: "alice", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []verdict{proven, stale} {
		if got := c.checkOne(given.String(), "INVITE", nonceHost, now); got != want {
			t.Errorf("verdict: got %d, want %d", got, want)
		}
	}
}

// Nothing tells a user that exists from one that does not.
func TestUsersAreNotEnumerated(t *testing.T) {
	inGuardedWorld(t, func(w *world) {
		c := w.caller()
		refusal := c.try(1)
		var shapes []string
		for i, user := range []string{"alice", "nobody"} {
			m := c.try(2+i, answering{user: user, password: "wrong", algorithm: "SHA-256"}.to(t, refusal))
			nonce := challengeOf(t, m.get("WWW-Authenticate")).Nonce
			shape := strings.ReplaceAll(m.String(), nonce, "NONCE")
			shape = strings.ReplaceAll(shape, c.callID, "ID")
			shapes = append(shapes, strings.ReplaceAll(shape, m.tag(), "TAG"))
		}
		w.wantLog("authentication failed", 2)
		if shapes[0] != shapes[1] {
			t.Errorf("responses differ:\n%s\n%s", shapes[0], shapes[1])
		}
	})
}

func TestNonceOfCallersGrowsOld(t *testing.T) {
	inGuardedWorld(t, func(w *world) {
		c := w.caller()
		refusal := c.try(1)
		right := answering{user: "alice", password: "secret", algorithm: "SHA-256", count: 1}
		time.Sleep(nonceAge + time.Second)
		late := c.try(2, right.to(t, refusal))
		if !challengeOf(t, late.get("WWW-Authenticate")).Stale {
			t.Errorf("got %q, want a challenge with stale", late.get("WWW-Authenticate"))
		}
		wrong := right
		wrong.password = "guess"
		if m := c.try(3, wrong.to(t, refusal)); challengeOf(t, m.get("WWW-Authenticate")).Stale {
			t.Error("a wrong password with an old nonce: got stale, which says that it is right")
		}
		if m := c.try(4, right.to(t, late)); !strings.HasPrefix(m.start, "SIP/2.0 200") {
			t.Errorf("with the new nonce: got %q, want 200", m.start)
		}
	})
}

func TestCredentialsCountOnce(t *testing.T) {
	inGuardedWorld(t, func(w *world) {
		c := w.caller()
		refusal := c.try(1)
		right := answering{user: "alice", password: "secret", algorithm: "MD5", count: 1}
		first := right.to(t, refusal)
		if m := c.try(2, first); !strings.HasPrefix(m.start, "SIP/2.0 200") {
			t.Fatalf("got %q, want 200", m.start)
		}
		if m := c.try(3, first); !strings.HasPrefix(m.start, "SIP/2.0 401") {
			t.Errorf("the same credentials again: got %q, want 401", m.start)
		}
		right.count = 2
		if m := c.try(4, right.to(t, refusal)); !strings.HasPrefix(m.start, "SIP/2.0 200") {
			t.Errorf("the next use of the nonce: got %q, want 200", m.start)
		}
		elsewhere := w.callerAt(netip.MustParseAddrPort("198.51.100.2:5070"), "other")
		right.count = 3
		if m := elsewhere.try(5, right.to(t, refusal)); !strings.HasPrefix(m.start, "SIP/2.0 401") {
			t.Errorf("from another host: got %q, want 401", m.start)
		}
	})
}

func TestGuessingIsLimited(t *testing.T) {
	inGuardedWorld(t, func(w *world) {
		c := w.caller()
		refusal := c.try(1)
		right := answering{user: "alice", password: "secret", algorithm: "MD5", count: 1}
		wrong := right
		wrong.password = "guess"
		for i := range maxAttempts {
			if m := c.try(10+i, wrong.to(t, refusal)); !strings.HasPrefix(m.start, "SIP/2.0 401") {
				t.Fatalf("guess %d: got %q, want 401", i+1, m.start)
			}
		}
		w.wantLog(`level=WARN msg="authentication failed" src=198.51.100.1:5070 reason="wrong user or password" method=INVITE`, maxAttempts)
		for i, given := range []answering{wrong, right} {
			if m := c.try(30+i, given.to(t, refusal)); m.start != "SIP/2.0 403 Forbidden" {
				t.Errorf("after %d guesses: got %q, want 403", maxAttempts, m.start)
			}
		}
		other := w.callerAt(netip.MustParseAddrPort("198.51.100.2:5070"), "other")
		if m := other.try(40, right.to(t, other.try(41))); !strings.HasPrefix(m.start, "SIP/2.0 200") {
			t.Errorf("from another host: got %q, want 200", m.start)
		}
		time.Sleep(2*attemptPeriod + time.Second)
		if m := c.try(50, right.to(t, refusal)); !strings.HasPrefix(m.start, "SIP/2.0 200") {
			t.Errorf("two periods later: got %q, want 200", m.start)
		}
	})
}

// Credentials for no challenge of ours leave nothing, and those that are wrong get their
// 401 again when the INVITE is repeated, whatever the limits say.
func TestSignedInvites(t *testing.T) {
	inGuardedWorld(t, func(w *world) {
		c := w.caller()
		forged := set("Authorization", `Digest username="alice", realm="pickup.example", nonce="AAAA", uri="sip:x", response="00"`)
		for i := range 100 {
			if m := c.try(100+i, forged); !strings.HasPrefix(m.start, "SIP/2.0 401") {
				t.Fatalf("a nonce of nobody: got %q, want 401", m.start)
			}
		}
		if got := w.server.Stats().Transactions; got != 0 {
			t.Errorf("transactions: got %d, want 0", got)
		}
		refusal := c.try(1)
		w.server.limits.Calls, w.server.sources.limits.Calls = 1, 1
		wrong := answering{user: "alice", password: "guess", algorithm: "MD5", count: 1}.to(t, refusal)
		c.callID, c.branch, c.to = "try-2", "z9hG4bK-try-2", "<sip:pickup@192.0.2.1>"
		invite := c.send("INVITE", wrong)
		first := c.want("401")
		for range 5 {
			c.raw(invite.String())
			if m := c.want("SIP/2.0"); m.String() != first.String() {
				t.Fatalf("repeated: got\n%v\nwant\n%v", m, first)
			}
		}
		w.wantLog("authentication failed", 1)
		if got := w.server.Stats().Limited; got != 0 {
			t.Errorf("limited: got %d, want 0", got)
		}
		c.send("ACK")
	})
}

// The digest is of nc as the client wrote it.
func TestNonceCountInUpperCase(t *testing.T) {
	c, now := newChallenger(Authentication{Realm: "r", Users: map[string]string{"alice": "secret"}}), time.Now()
	nonce := c.nonces.issue(nonceHost, now)
	for _, nc := range []string{"0000000A", "0000000b", "C"} {
		wantNC(t, c, nonce, nc, now, proven)
	}
	wantNC(t, c, nonce, "0000000a", now, stale)
}

func wantNC(t *testing.T, c *challenger, nonce, nc string, now time.Time, want verdict) {
	t.Helper()
	a := algorithmMD5
	response := a.hash(a.hash("alice", "r", "secret"), nonce, nc, "x,nc=y", "auth", a.hash("INVITE", "sip:x"))
	text := fmt.Sprintf(`Digest username="alice", realm="r", nonce="%s", uri="sip:x", cnonce="x,nc=y", nc=%s, qop=auth, response="%s"`, nonce, nc, response)
	if got := c.checkOne(text, "INVITE", nonceHost, now); got != want {
		t.Errorf("nc %s: got verdict %d, want %d", nc, got, want)
	}
}

func TestWhoIsNotAsked(t *testing.T) {
	inGuardedWorld(t, func(w *world) {
		c := w.caller()
		c.send("OPTIONS")
		c.want("200")
		c.send("BYE")
		c.want("481")
		c.send("MESSAGE")
		c.want("405")
		c.send("ACK")
		c.wantSilence(time.Second)
		refusal := c.try(1)
		c.callID, c.branch, c.to = "dialog", "z9hG4bK-dialog", "<sip:pickup@192.0.2.1>"
		c.answered(answering{user: "alice", password: "secret", algorithm: "MD5"}.to(t, refusal))
		c.send("INFO")
		c.want("200")
		c.send("BYE", set("CSeq", "3 BYE"), c.branched("bye"))
		c.want("200")
	})
}

// The registrar of an account calls without credentials, and with the switch nobody
// else calls the user of the account.
func TestRegistrarsCall(t *testing.T) {
	users := map[string]string{"bob": "other"}
	c := Config{Random: even, Authentication: &Authentication{Realm: "pickup.example", Users: users}}
	inWorldAs(t, memnet.Options{Latency: time.Millisecond}, c, takesCalls, func(w *world) {
		r := w.registrar(registrarAddr, accept(600))
		a := trunk()
		a.FromRegistrarOnly = true
		w.register(a)
		r.want(1)
		trunk := w.callerAt(netip.AddrPortFrom(registrarAddr.Addr(), 5062), "trunk")
		alice := starting("INVITE sip:alice@192.0.2.1 SIP/2.0")
		if m := trunk.try(1, alice); !strings.HasPrefix(m.start, "SIP/2.0 200") {
			t.Errorf("from the registrar: got %q, want 200", m.start)
		}
		c := w.caller()
		open := &registrations{}
		open.list.Store(&[]*registration{{account: Account{User: "alice"}}})
		if open.stray("alice", callerAddr.Addr()) {
			t.Error("without the switch: got a stray call, want none")
		}
		if m := c.try(2, alice); m.start != "SIP/2.0 403 Forbidden" {
			t.Errorf("to the account's user: got %q, want 403", m.start)
		}
		escaped := starting("INVITE sip:%61lic%65@192.0.2.1 SIP/2.0")
		if m := c.try(4, escaped); m.start != "SIP/2.0 403 Forbidden" {
			t.Errorf("to the account's user, escaped: got %q, want 403", m.start)
		}
		if m := c.try(3); !strings.HasPrefix(m.start, "SIP/2.0 401") {
			t.Errorf("to another user: got %q, want 401", m.start)
		}
	})
}
