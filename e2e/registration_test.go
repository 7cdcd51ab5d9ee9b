//go:build e2e

package e2e

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runRegistrar starts the registrar of registrar.cfg, over UDP and TCP on the port and
// over TLS on the next one.
func runRegistrar(t *testing.T, port uint16, certificate, key string) *kamailio {
	t.Helper()
	listen := fmt.Sprint(loopback, ":", port)
	return runKamailio(t, "registrar.cfg", "-l", "udp:"+listen, "-l", "tcp:"+listen, "-l", fmt.Sprint("tls:", loopback, ":", port+1),
		"-A", fmt.Sprintf("CERTIFICATE=%q", certificate), "-A", fmt.Sprintf("KEY=%q", key))
}

// saved counts what was registered of a user, or taken back when the time is 0.
func (k *kamailio) saved(what string) int { return count(k.t, k.logged, "saved "+what+"\n") }

const fourAccounts = `
[account.datagrams]
registrar = "sip:127.0.0.1:%[1]d"
user = "pickup"
password = "secret"
[account.stream]
registrar = "sip:localhost:%[1]d;transport=tcp"
user = "streamer"
password_file = %[2]q
[account.secure]
registrar = "sip:127.0.0.1:%[3]d;transport=tls"
ca_file = %[4]q
user = "secure"
password = "secret"
[account.wrong]
registrar = "sip:127.0.0.1:%[1]d"
user = "mallory"
password = "guess"
`

// Accounts over UDP, TCP and TLS are registered with a digest, refreshed, registered again
// with a registrar that has forgotten them, called through it, and given back.
func TestFullRegistration(t *testing.T) {
	const seconds = 1
	port := freePorts(t, 2)
	certificate, key := selfSigned(t, t.TempDir())
	first := runRegistrar(t, port, certificate, key)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, settings{
		codecs: []string{"PCMU"}, seconds: seconds, calls: 2, raced: true,
		more: fmt.Sprintf(fourAccounts, port, password, port+1, certificate),
	})
	all := func(k *kamailio, times int) func() bool {
		return func() bool {
			return k.saved("pickup udp 300") >= times && k.saved("streamer tcp 300") >= times && k.saved("secure tls 300") >= times
		}
	}
	eventually(t, 50*time.Second, "all accounts are registered", all(first, 1))
	eventually(t, 30*time.Second, "all are refreshed twice", all(first, 3))
	first.stop()
	second := runRegistrar(t, port, certificate, key)
	eventually(t, 90*time.Second, "all are registered after the restart", all(second, 1))

	r, err := newReceiver(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	proxy := netip.AddrPortFrom(loopback, port)
	for _, user := range []string{"pickup", "streamer", "secure"} {
		callers := runSIPp(t, d, r.addresses(), load{name: user, calls: 1, atOnce: 1, rate: 1, seconds: seconds, proxy: proxy, user: user})
		callers.wait(20 * time.Second)
	}

	d.stop()
	for _, want := range []string{"pickup udp 0", "streamer tcp 0", "secure tls 0"} {
		if got := second.saved(want); got != 1 {
			t.Errorf("%s: got %d, want 1 when the daemon stops", want, got)
		}
	}
	if got := count(t, d.logged, `"diagnosis":"REG-AUTH"`); got == 0 || got > 4 {
		t.Errorf("failures of the wrong password: got %d, want a few", got)
	}
	log, _ := os.ReadFile(d.logged)
	for _, secret := range []string{"secret", "guess"} {
		if strings.Contains(string(log), secret) {
			t.Errorf("the log has the password %q", secret)
		}
	}
}
