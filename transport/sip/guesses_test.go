package sip

import (
	"testing"
	"time"

	gosip "github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// A request has one guess, however many credentials it brings.
func TestRequestHasOneGuess(t *testing.T) {
	now := time.Now()
	tests := []struct {
		name      string
		passwords []string
		want      verdict
		counted   int
	}{
		{"right", []string{"secret"}, proven, 0},
		{"wrong ones before the right one", []string{"a", "b", "secret"}, incorrect, 1},
		{"the right one first", []string{"secret", "a"}, proven, 0},
		{"of another realm", []string{"", "secret"}, proven, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newChallenger(Authentication{Realm: "r", Users: map[string]string{"alice": "secret"}})
			challenge := digest.Challenge{Realm: "r", Nonce: c.nonces.issue(nonceHost, now), Algorithm: "MD5", QOP: []string{"auth"}}
			req := gosip.NewRequest(gosip.INVITE, gosip.Uri{})
			for _, password := range test.passwords {
				asked := challenge
				if password == "" {
					asked.Realm = "elsewhere"
				}
				given, err := digest.Digest(&asked, digest.Options{Method: "INVITE", URI: "sip:x", Count: 1, Username: "alice", Password: password})
				if err != nil {
					t.Fatal(err)
				}
				req.AppendHeader(gosip.NewHeader("Authorization", given.String()))
			}
			if got := c.check(req, nonceHost, now); got != test.want {
				t.Errorf("verdict: got %d, want %d", got, test.want)
			}
			if got := c.attempts.recent[networkOf(nonceHost)]; got != test.counted {
				t.Errorf("attempts counted: got %d, want %d", got, test.counted)
			}
		})
	}
}
