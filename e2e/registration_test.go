//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// kamailio is a running Kamailio, a registrar of registrar.cfg.
type kamailio struct {
	t       *testing.T
	command *exec.Cmd
	sip     netip.AddrPort
	logged  string
	exited  chan struct{}
}

func runKamailio(t *testing.T, port uint16) *kamailio {
	t.Helper()
	configuration, err := filepath.Abs("kamailio/registrar.cfg")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	k := &kamailio{
		t: t, sip: netip.AddrPortFrom(loopback, port),
		logged: filepath.Join(folder, "log"), exited: make(chan struct{}),
	}
	log, err := os.Create(k.logged)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	listen := fmt.Sprint(loopback, ":", port)
	k.command = exec.Command("kamailio", "-f", configuration, "-l", "udp:"+listen, "-l", "tcp:"+listen,
		"-DD", "-E", "-m", "32", "-M", "4", "-Y", folder, "-w", folder)
	k.command.Stdout, k.command.Stderr = log, log
	if err := k.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = k.command.Wait() // it is only there to be called
		close(k.exited)
	}()
	t.Cleanup(k.stop)
	return k
}

func (k *kamailio) stop() {
	_ = k.command.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-k.exited:
	case <-time.After(10 * time.Second):
		_ = k.command.Process.Kill()
		<-k.exited
	}
	if k.t.Failed() {
		log, _ := os.ReadFile(k.logged)
		k.t.Logf("end of Kamailio's log:\n%s", log[max(0, len(log)-4000):])
	}
}

// saved counts what was registered of a user, or taken back when the time is 0.
func (k *kamailio) saved(what string) int { return count(k.t, k.logged, "saved "+what+"\n") }

// count is how often a file has the text.
func count(t *testing.T, file, text string) int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(data, []byte(text))
}

const threeAccounts = `
[account.datagrams]
registrar = "sip:127.0.0.1:%[1]d"
user = "pickup"
password = "secret"
[account.stream]
registrar = "sip:localhost:%[1]d;transport=tcp"
user = "streamer"
password_file = %[2]q
[account.wrong]
registrar = "sip:127.0.0.1:%[1]d"
user = "mallory"
password = "guess"
`

// Accounts over UDP and TCP are registered with a digest, refreshed, registered again
// with a registrar that has forgotten them, called through it, and given back.
func TestFullRegistration(t *testing.T) {
	const seconds = 1
	port := freePorts(t, 2)
	first := runKamailio(t, port)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, settings{
		codecs: []string{"PCMU"}, seconds: seconds, calls: 2, raced: true,
		more: fmt.Sprintf(threeAccounts, port, password),
	})
	both := func(k *kamailio, times int) func() bool {
		return func() bool { return k.saved("pickup udp 300") >= times && k.saved("streamer tcp 300") >= times }
	}
	eventually(t, 50*time.Second, "both accounts are registered", both(first, 1))
	eventually(t, 30*time.Second, "both are refreshed twice", both(first, 3))
	first.stop()
	second := runKamailio(t, port)
	eventually(t, 90*time.Second, "both are registered after the restart", both(second, 1))

	r, err := newReceiver(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	callers := runSIPp(t, d, r.addresses(), load{calls: 1, atOnce: 1, rate: 1, seconds: seconds, proxy: second.sip})
	callers.wait(20 * time.Second)

	d.stop()
	for _, want := range []string{"pickup udp 0", "streamer tcp 0"} {
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
