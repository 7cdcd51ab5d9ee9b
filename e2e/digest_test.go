//go:build e2e

package e2e

import (
	"testing"
	"time"
)

// Callers have to prove who they are: SIPp and baresip do, and a stranger is refused.
func TestShortDigest(t *testing.T) {
	const seconds = 1
	r, err := newReceiver(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	d := start(t, settings{
		codecs: []string{"PCMU"}, seconds: seconds, calls: 2, raced: true,
		more: "[auth.user.alice]\npassword = \"secret\"\n",
	})
	if got := request(d.sip, "INVITE", ""); got != 401 {
		t.Errorf("INVITE of a stranger: got %d, want 401", got)
	}
	l := load{calls: 3, atOnce: 1, rate: 1, seconds: seconds, scenario: "uac_digest.xml"}
	runSIPp(t, d, r.addresses(), l).wait(30 * time.Second)
	d.stop()
}
