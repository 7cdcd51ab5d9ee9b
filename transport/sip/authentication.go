package sip

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/icholy/digest"

	gosip "github.com/emiago/sipgo/sip"
)

// Authentication is who may call, and how callers show that they are who they say: by
// a digest of RFC 7616 and RFC 8760, with SHA-256 or MD5.
type Authentication struct {
	Realm      string            // that callers' programs show or look for
	Algorithms []string          // "MD5" and "SHA-256", as callers are offered them; MD5 when empty
	Users      map[string]string // passwords by user name
}

// algorithm is a digest algorithm.
type algorithm int

const (
	algorithmMD5 algorithm = iota
	algorithmSHA256
	algorithms
)

var algorithmNames = [algorithms]string{"MD5", "SHA-256"}

// algorithmOf reads the algorithm parameter; without one it is MD5 (RFC 7616 section
// 3.4).
func algorithmOf(name string) (algorithm, bool) {
	switch strings.ToUpper(name) {
	case "SHA-256":
		return algorithmSHA256, true
	case "", "MD5":
		return algorithmMD5, true
	}
	return 0, false
}

// hash is the hexadecimal digest of parts joined by colons.
func (a algorithm) hash(parts ...string) string {
	text := []byte(strings.Join(parts, ":"))
	if a == algorithmMD5 {
		sum := md5.Sum(text)
		return hex.EncodeToString(sum[:])
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// secrets stand for a user's password: H(user:realm:password) of each algorithm.
type secrets [algorithms]string

func newSecrets(user, realm, password string) (s secrets) {
	for a := range algorithms {
		s[a] = a.hash(user, realm, password)
	}
	return s
}

// challenger asks for credentials and checks them. Multiple goroutines may use it.
type challenger struct {
	realm    string
	offered  []algorithm
	users    map[string]secrets
	nobody   secrets // stands in for a user that does not exist, so that both take as long
	nonces   *nonces
	attempts *attempts
}

func newChallenger(a Authentication) *challenger {
	c := &challenger{
		realm: a.Realm, users: make(map[string]secrets, len(a.Users)), nonces: newNonces(), attempts: newAttempts(),
		nobody: newSecrets("", a.Realm, rand.Text()),
	}
	for _, name := range a.Algorithms {
		if algorithm, ok := algorithmOf(name); ok {
			c.offered = append(c.offered, algorithm)
		}
	}
	if len(c.offered) == 0 {
		c.offered = []algorithm{algorithmMD5}
	}
	for user, password := range a.Users {
		c.users[user] = newSecrets(user, a.Realm, password)
	}
	return c
}

// verdict is what is known of a request's credentials.
type verdict int

const (
	unknown   verdict = iota // there are none, or none for a challenge of ours
	stale                    // they are right, but their nonce is too old or was used
	incorrect                // user or password is wrong
	barred                   // there were too many wrong ones, so they are not looked at
	proven
)

// maxCredentials bounds how many Authorization header fields of a request are read.
const maxCredentials = 4

// check gives the verdict on a request from a source. The first wrong credentials end it.
func (c *challenger) check(req *gosip.Request, source netip.Addr, now time.Time) verdict {
	fields := req.GetHeaders("Authorization")
	if len(fields) == 0 {
		return unknown
	}
	if c.attempts.barred(source, now) {
		return barred
	}
	best := unknown
	for _, h := range fields[:min(len(fields), maxCredentials)] {
		best = max(best, c.checkOne(h.Value(), string(req.Method), source, now))
		if best == incorrect { // one guess for each attempt that is counted
			c.attempts.note(source, now)
			return incorrect
		}
	}
	return best
}

// recognises reports whether the credentials of a request are for a challenge that we
// made for the source. That counts nothing and remembers nothing.
func (c *challenger) recognises(req *gosip.Request, source netip.Addr) bool {
	fields := req.GetHeaders("Authorization")
	return slices.ContainsFunc(fields[:min(len(fields), maxCredentials)], func(h gosip.Header) bool {
		given, err := digest.ParseCredentials(h.Value())
		if err != nil {
			return false
		}
		_, ours := c.nonces.read(given.Nonce, source)
		return ours
	})
}

// checkOne gives the verdict on one Authorization header field. All that a user name
// changes is which secret is compared.
func (c *challenger) checkOne(text, method string, source netip.Addr, now time.Time) verdict {
	given, err := digest.ParseCredentials(text)
	if err != nil {
		return unknown
	}
	issued, ok := c.nonces.read(given.Nonce, source)
	algorithm, known := algorithmOf(given.Algorithm)
	if !ok || !known || !slices.Contains(c.offered, algorithm) || given.Realm != c.realm || given.QOP != "" && given.QOP != "auth" || given.Userhash {
		return unknown
	}
	secret, exists := c.users[given.Username]
	if !exists {
		secret = c.nobody
	}
	parts := []string{secret[algorithm], given.Nonce}
	if given.QOP != "" {
		// The digest is of nc as the client wrote it (RFC 7616 section 3.4.1).
		parts = append(parts, parameterOf(text, "nc"), given.Cnonce, given.QOP)
	}
	want := algorithm.hash(append(parts, algorithm.hash(method, given.URI))...)
	// The lengths are known to everybody; the content is compared in constant time.
	right := subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(given.Response))) == 1
	if !right || !exists {
		return incorrect
	}
	count := given.Nc
	if given.QOP == "" {
		count = 1 // RFC 2069 counts no uses, so there is one
	}
	if !c.nonces.use(given.Nonce, issued, count, now) {
		return stale
	}
	return proven
}

// parameterOf is the value of a parameter of credentials as it is written, without its
// quotes; the last one, as the library has it.
func parameterOf(credentials, name string) (value string) {
	_, rest, _ := strings.Cut(strings.TrimSpace(credentials), " ")
	for rest != "" {
		var parameter string
		parameter, rest = cutOutside(rest, ',')
		if k, v, _ := strings.Cut(parameter, "="); strings.EqualFold(strings.TrimSpace(k), name) {
			value = unescape(strings.TrimSpace(v))
		}
	}
	return value
}

// challenges are the header fields of a 401, one for each algorithm in the order of
// preference (RFC 8760 section 2.4).
func (c *challenger) challenges(source netip.Addr, stale bool, now time.Time) []gosip.Header {
	nonce := c.nonces.issue(source, now)
	fields := make([]gosip.Header, len(c.offered))
	for i, a := range c.offered {
		text := digest.Challenge{Realm: c.realm, Nonce: nonce, Algorithm: algorithmNames[a], Stale: stale, QOP: []string{"auth"}}
		fields[i] = gosip.NewHeader("WWW-Authenticate", text.String())
	}
	return fields
}

// admitted gives the refusal of an INVITE outside a dialog whose sender must not call,
// nil when it may be handled. No other request is asked who sent it: OPTIONS asks for
// nothing, and what is not served, or has no dialog to belong to, is refused anyway.
func (s *Server) admitted(req *gosip.Request) *gosip.Response {
	from, _ := netip.ParseAddrPort(req.Source()) // the transport wrote it
	source := from.Addr().Unmap()
	if s.registrations.stray(req.Recipient.User, source) {
		s.log.Debug("call refused", "src", req.Source(), "reason", "it is not from the registrar of the account")
		return s.build(req, 403)
	}
	if s.challenger == nil || s.registrations.registrar(source) {
		return nil
	}
	now := time.Now()
	switch found := s.challenger.check(req, source, now); found {
	case proven:
		s.sources.prove(source)
		return nil
	case barred:
		return s.build(req, 403)
	case incorrect:
		s.log.Warn("authentication failed", "src", req.Source(), "reason", "wrong user or password",
			"method", clean(string(req.Method)))
		return s.build(req, 401, s.challenger.challenges(source, false, now)...)
	default:
		return s.build(req, 401, s.challenger.challenges(source, found == stale, now)...)
	}
}
