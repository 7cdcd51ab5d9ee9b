package sip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	gosip "github.com/emiago/sipgo/sip"
)

// tagBytes is the length of a tag before it is written in hexadecimal: 96 bits,
// where RFC 3261 section 19.3 wants 32 and guessing should be hopeless.
const tagBytes = 12

// tagger makes the local tags. A tag is a keyed digest of what identifies the
// transaction, so every response to one INVITE carries the same tag, the library's
// own 487 included, and so does the 200 to its CANCEL (RFC 3261 section 9.2: "the
// To tag of the response to the CANCEL and the To tag in the response to the
// original request SHOULD be the same"). Nobody without the key can guess it.
type tagger struct{ key [sha256.Size]byte }

func newTagger() (t tagger) {
	rand.Read(t.key[:]) // never fails: it ends the process instead
	return t
}

// tag is the local tag for a request that has none.
func (t *tagger) tag(req *gosip.Request) string {
	parts := make([]string, 0, 4)
	if h := req.CallID(); h != nil {
		parts = append(parts, h.Value())
	}
	if h := req.From(); h != nil {
		parts = append(parts, tagOf(h.Params))
	}
	if h := req.CSeq(); h != nil {
		parts = append(parts, strconv.FormatUint(uint64(h.SeqNo), 10))
	}
	if h := req.Via(); h != nil {
		parts = append(parts, h.Params.GetOr("branch", ""))
	}
	return t.digest(parts...)
}

// digest is the tag of what has these parts.
func (t *tagger) digest(parts ...string) string {
	mac := hmac.New(sha256.New, t.key[:])
	for _, part := range parts {
		mac.Write([]byte(part))
		mac.Write([]byte{'\n'}) // in no header field
	}
	return hex.EncodeToString(mac.Sum(nil)[:tagBytes])
}

// newBranch makes the branch of a transaction of ours (RFC 3261 section 8.1.1.7).
// It cannot be guessed, so that nobody else can answer our request.
func newBranch() string { return gosip.RFC3261BranchMagicCookie + rand.Text() }

func tagOf(p gosip.HeaderParams) string { return p.GetOr("tag", "") }
