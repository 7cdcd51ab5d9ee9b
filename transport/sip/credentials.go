package sip

import (
	"slices"
	"strings"

	"github.com/icholy/digest"

	gosip "github.com/emiago/sipgo/sip"
)

// credentials answer the challenges of one account's registrar, and of a proxy before
// it. They are owned by the goroutine of the account.
type credentials struct {
	account *Account
	kept    [2]*answeredChallenge // of the registrar, of the proxy
}

// answeredChallenge is a challenge that is answered in each request until there is a
// new one.
type answeredChallenge struct {
	*digest.Challenge
	count int  // requests that have answered it
	fresh bool // it is from this attempt
}

type challengeField struct {
	status              int
	challenge, response string
}

// The header fields of challenges and credentials (RFC 3261 sections 22.2 and 22.3).
var challengeFields = [2]challengeField{
	{401, "WWW-Authenticate", "Authorization"},
	{407, "Proxy-Authenticate", "Proxy-Authorization"},
}

// fields are the credentials for the next request.
func (c *credentials) fields(method, uri string) []gosip.Header {
	var fields []gosip.Header
	for i, kept := range c.kept {
		if kept == nil {
			continue
		}
		kept.count++
		answer, err := digest.Digest(kept.Challenge, digest.Options{
			Method: method, URI: uri, Count: kept.count, Username: c.account.User, Password: c.account.Password,
		})
		if err == nil {
			fields = append(fields, gosip.NewHeader(challengeFields[i].response, answer.String()))
		}
	}
	return fields
}

// begin is called before each attempt: a challenge to its first request is for a nonce
// that has grown old, and no verdict on the password.
func (c *credentials) begin() {
	for _, kept := range c.kept {
		if kept != nil {
			kept.fresh = false
		}
	}
}

// challenged takes the challenge of a 401 or 407. The text says why it is not answered,
// and is empty when it is: one that follows our answer to a challenge just before
// refuses the password, unless it says that the nonce is stale (RFC 7616 section 3.3).
func (c *credentials) challenged(res *gosip.Response) (refused string) {
	i := slices.IndexFunc(challengeFields[:], func(f challengeField) bool { return f.status == res.StatusCode })
	before := c.kept[i]
	c.kept[i] = nil
	next := c.strongest(values(res, challengeFields[i].challenge))
	switch {
	case next == nil && c.account.Realm != "":
		return "it asks for no digest that can be given in realm " + c.account.Realm
	case next == nil:
		return "it asks for no digest with MD5 or SHA-256 and qop auth"
	case c.account.Password == "":
		return "it asks for a password and the account has none"
	case before != nil && before.fresh && !next.Stale:
		return "the user or the password is wrong"
	}
	c.kept[i] = &answeredChallenge{Challenge: next, fresh: true}
	return ""
}

// strength orders the algorithms; 0 is one that is not answered.
var strength = map[string]int{"": 1, "MD5": 1, "SHA-256": 2}

// strongest is the challenge with the strongest algorithm that can be answered, nil
// when none can.
func (c *credentials) strongest(texts []string) *digest.Challenge {
	var best *digest.Challenge
	for _, text := range texts {
		offered, err := digest.ParseChallenge(text)
		if err != nil || c.account.Realm != "" && offered.Realm != c.account.Realm {
			continue
		}
		for i, qop := range offered.QOP {
			offered.QOP[i] = strings.ToLower(strings.TrimSpace(qop))
		}
		offered.Algorithm = strings.ToUpper(offered.Algorithm)
		if strength[offered.Algorithm] == 0 || len(offered.QOP) > 0 && !offered.SupportsQOP("auth") || offered.Nonce == "" {
			continue
		}
		if best == nil || strength[offered.Algorithm] > strength[best.Algorithm] {
			best = offered
		}
	}
	return best
}
