package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"
)

const (
	md5Challenge    = `Digest realm="example.net", nonce="n1", algorithm=MD5, qop="auth, auth-int"`
	sha256Challenge = `Digest realm="example.net", nonce="n2", algorithm=SHA-256, qop="auth"`
	plainChallenge  = `Digest realm="example.net", nonce="n3"`
)

func challengeOf(t *testing.T, text string) digest.Challenge {
	t.Helper()
	c, err := digest.ParseChallenge(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.QOP {
		c.QOP[i] = strings.TrimSpace(c.QOP[i])
	}
	return *c
}

// guards challenges until the request proves the password, with the header fields of
// the status.
func guards(t *testing.T, status int, password, challenge string) func(int, message) []string {
	fields := challengeFields[0]
	phrase := "401 Unauthorized"
	if status == 407 {
		fields, phrase = challengeFields[1], "407 Proxy Authentication Required"
	}
	c := challengeOf(t, challenge)
	return func(_ int, m message) []string {
		if proves(m, fields.response, c, password) {
			return []string{"200 OK"}
		}
		return []string{phrase, fields.challenge + ": " + challenge}
	}
}

func TestChallengesAreAnswered(t *testing.T) {
	tests := []struct {
		name   string
		status int
		text   string
	}{
		{"401 with MD5", 401, md5Challenge},
		{"401 with SHA-256", 401, sha256Challenge},
		{"401 without qop", 401, plainChallenge},
		{"407", 407, md5Challenge},
		{"odd case", 401, `DIGEST realm="example.net", nonce="n4", algorithm=md5, qop="AUTH"`},
		{"opaque", 401, md5Challenge + `, opaque="o\"p"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inRegistration(t, nil, func(w *world) {
				text := strings.Replace(strings.Replace(tt.text, "md5", "MD5", 1), "AUTH", "auth", 1)
				r := w.registrar(registrarAddr, nil)
				check := guards(t, tt.status, "secret", text)
				r.follow(func(n int, m message) []string {
					lines := check(n, m)
					if len(lines) == 2 {
						lines[1] = strings.Replace(lines[1], text, tt.text, 1)
					}
					return lines
				})
				stop := w.register(trunk())
				r.want(3)
				w.wantStatus(true, "")
				if got, want := r.times(), "0 0 495"; got != want {
					t.Errorf("requests at: got %s s, want %s s: the nonce is used again", got, want)
				}
				stop()
				if got := len(r.seen()); got != 4 {
					t.Errorf("requests: got %d, want 4: the last takes the binding back", got)
				}
				w.wantLog("secret", 0)
			})
		})
	}
}

// Each use of a nonce has the next count, and an opaque comes back.
func TestNonceCount(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, guards(t, 401, "secret", md5Challenge+`, opaque="x"`))
		w.register(trunk())
		r.want(4)
		for i, m := range r.seen()[1:] {
			c := credentialsOf(m, "Authorization")
			if c == nil || c.Nc != i+1 || c.Opaque != "x" || c.QOP != "auth" || c.Username != "alice" {
				t.Errorf("request %d: got %+v, want nc %d, opaque x, qop auth, user alice", i+2, c, i+1)
			}
		}
	})
}

func TestStrongestChallengeIsAnswered(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, func(_ int, m message) []string {
			if m.get("Authorization") != "" {
				return []string{"200 OK"}
			}
			return []string{"401 Unauthorized", "WWW-Authenticate: " + md5Challenge,
				`WWW-Authenticate: Digest realm="x", nonce="n9", algorithm=SHA-1024`, "WWW-Authenticate: nonsense",
				"WWW-Authenticate: " + sha256Challenge, "WWW-Authenticate: " + plainChallenge}
		})
		w.register(trunk())
		if c := credentialsOf(r.want(2), "Authorization"); c == nil || c.Nonce != "n2" || c.Algorithm != "SHA-256" {
			t.Errorf("credentials: got %+v, want those for n2 with SHA-256", c)
		}
	})
}

func TestBothChallenges(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		proxy, registrar := challengeOf(t, md5Challenge), challengeOf(t, sha256Challenge)
		r := w.registrar(registrarAddr, func(_ int, m message) []string {
			switch {
			case !proves(m, "Proxy-Authorization", proxy, "secret"):
				return []string{"407 Proxy Authentication Required", "Proxy-Authenticate: " + md5Challenge}
			case !proves(m, "Authorization", registrar, "secret"):
				return []string{"401 Unauthorized", "WWW-Authenticate: " + sha256Challenge}
			}
			return []string{"200 OK"}
		})
		w.register(trunk())
		r.want(4)
		if got, want := r.times(), "0 0 0 495"; got != want {
			t.Errorf("requests at: got %s s, want %s s", got, want)
		}
	})
}

// A wrong password is no loop: each attempt proves it once, and they grow rare.
func TestWrongPassword(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, guards(t, 401, "other", md5Challenge))
		w.register(trunk())
		r.want(6)
		if got, want := r.times(), "0 0 45 45 135 135"; got != want {
			t.Errorf("requests at: got %s s, want %s s", got, want)
		}
		status := w.wantStatus(false, RegAuth)
		if !strings.Contains(status.LastError, "password is wrong") {
			t.Errorf("reason: got %q, want the password", status.LastError)
		}
		w.wantLog("secret", 0)
	})
}

// The nonce changes with every response: as stale, as a surprise, and for ever.
func TestStaleNonce(t *testing.T) {
	tests := []struct {
		name    string
		changes int // responses that bring a new nonce to right credentials
		stale   bool
		want    string
	}{
		{"once", 1, true, "0 0 0 495"},
		{"three times", 3, true, "0 0 0 0 0 495"},
		{"for ever", 1000, true, "0 0 0 0 0 0 45"},
		{"without saying so", 1, false, "0 0 45"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inRegistration(t, nil, func(w *world) {
				r := w.registrar(registrarAddr, func(n int, m message) []string {
					if n > tt.changes+1 {
						return []string{"200 OK"}
					}
					return []string{"401 Unauthorized", fmt.Sprintf(
						`WWW-Authenticate: Digest realm="r", nonce="n%d", qop="auth", stale=%v`, n, tt.stale && n > 1)}
				})
				w.register(trunk())
				r.want(strings.Count(tt.want, " ") + 1)
				if got := r.times(); !strings.HasPrefix(got, tt.want) {
					t.Errorf("requests at: got %s s, want %s s at first", got, tt.want)
				}
			})
		})
	}
}

// A registrar that restarts does not know its nonce and need not say that it is stale.
func TestNonceOfBefore(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, guards(t, 401, "secret", md5Challenge))
		w.register(trunk())
		r.want(2)
		time.Sleep(time.Second)
		r.follow(guards(t, 401, "secret", sha256Challenge))
		r.want(4)
		time.Sleep(time.Second)
		w.wantStatus(true, "")
		w.wantLog("registration failed", 0)
	})
}

func TestRealm(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, guards(t, 401, "secret", md5Challenge))
		a := trunk()
		a.Realm = "elsewhere.example"
		w.register(a)
		r.want(2)
		status := w.wantStatus(false, RegAuth)
		if !strings.Contains(status.LastError, "realm elsewhere.example") {
			t.Errorf("reason: got %q, want the realm", status.LastError)
		}
		for _, m := range r.seen() {
			if m.get("Authorization") != "" {
				t.Error("credentials were given to another realm")
			}
		}
	})
}

func TestNoPassword(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, guards(t, 401, "", md5Challenge))
		a := trunk()
		a.Password = ""
		w.register(a)
		r.want(1)
		time.Sleep(time.Second)
		if s := w.wantStatus(false, RegAuth); !strings.Contains(s.LastError, "has none") {
			t.Errorf("reason: got %q, want that there is no password", s.LastError)
		}
	})
}
