//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
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

// settings are what the tests vary in the configuration.
type settings struct {
	codecs  []string
	seconds int    // how long each call plays
	calls   int    // at the same time
	grace   int    // seconds that a stop leaves to the calls
	source  string // of the audio; builtin when empty
	raced   bool
	secure  bool   // all transports, IPv6 too
	early   bool   // early media for half a second, otherwise 100 ms of ringing
	level   string // of the log; info when empty
	more    string // TOML
}

// daemon is a running `pickup serve`.
type daemon struct {
	t       *testing.T
	command *exec.Cmd
	sip     netip.AddrPort
	rtp     [2]uint16 // first and last port for media
	file    string    // path of its configuration
	logged  string    // path of its log
	written string    // path of its call records
	listens string    // lines of the configuration
	// certificate is the path of the one that it has for TLS, when it has one.
	certificate string
	exited      chan struct{}
}

// start runs the daemon and returns when it answers OPTIONS with 200.
func start(t *testing.T, s settings) *daemon {
	t.Helper()
	program := plain
	if s.raced {
		program = raced
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	d := &daemon{
		t:       t,
		sip:     netip.AddrPortFrom(loopback, freePorts(t, 4)),
		logged:  filepath.Join(folder, "log"),
		written: filepath.Join(folder, "calls.jsonl"),
		exited:  make(chan struct{}),
	}
	d.listens = "bind_address = \"127.0.0.1\"\ntransport = [\"udp\", \"tcp\"]"
	if s.secure {
		d.listens = d.secure(t, folder)
	}
	media := uint16(2 * s.calls)
	first := freePorts(t, media)
	d.rtp = [2]uint16{first, first + media - 1}
	d.file = filepath.Join(folder, "pickup.toml")
	d.configure(s)
	log, err := os.Create(d.logged)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	d.command = exec.Command(path, "serve", "-c", d.file)
	d.command.Stdout, d.command.Stderr = log, log
	if err := d.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		// The exit code is read from ProcessState.
		_ = d.command.Wait()
		close(d.exited)
	}()
	t.Cleanup(d.discard)
	eventually(t, time.Minute, "OPTIONS answered with 200", func() bool {
		return d.dead() || request(d.sip, "OPTIONS", "") == 200
	})
	if d.dead() {
		t.Fatalf("the daemon ended at once: %v", d.command.ProcessState)
	}
	return d
}

// configure writes the configuration.
func (d *daemon) configure(s settings) {
	d.t.Helper()
	write(d.t, filepath.Dir(d.file), filepath.Base(d.file), d.configuration(s))
}

func (d *daemon) configuration(s settings) string {
	delay := 100
	if s.early {
		delay = 500
	}
	return fmt.Sprintf(`
[sip]
port = %d
%s
[behavior]
auto_answer_delay_ms = %d
early_media = %v
max_concurrent_calls = %d
shutdown_grace_seconds = %d
[media]
rtp_port_range_start = %d
rtp_port_range_end = %d
preferred_codecs = ["%s"]
[audio]
source = %q
allow_private_networks = true
duration_seconds = %d
[logging]
level = %q
format = "json"
[cdr]
file = %q
%s
`, d.sip.Port(), d.listens, delay, s.early, s.calls, s.grace, d.rtp[0], d.rtp[1], strings.Join(s.codecs, `", "`), cmp.Or(s.source, "builtin"), s.seconds, cmp.Or(s.level, "info"), d.written, s.more)
}

func (d *daemon) dead() bool {
	select {
	case <-d.exited:
		return true
	default:
		return false
	}
}

// terminate sends SIGTERM and returns at once.
func (d *daemon) terminate() {
	d.t.Helper()
	if err := d.command.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatalf("SIGTERM: %v", err)
	}
}

// wait is for the end of the daemon, which has to be in order.
func (d *daemon) wait(limit time.Duration) {
	d.t.Helper()
	eventually(d.t, limit, "the daemon ends", d.dead)
	if code := d.command.ProcessState.ExitCode(); code != 0 {
		d.t.Errorf("exit code: got %d, want 0", code)
	}
}

// stop ends a daemon that has no calls.
func (d *daemon) stop() {
	d.t.Helper()
	d.terminate()
	d.wait(10 * time.Second)
}

// discard ends the daemon if the test has not, and shows its log if the test failed.
func (d *daemon) discard() {
	if !d.dead() {
		_ = d.command.Process.Kill()
		<-d.exited
	}
	if !d.t.Failed() {
		return
	}
	log, err := os.ReadFile(d.logged)
	if err != nil {
		d.t.Error(err)
	}
	d.t.Logf("end of the daemon's log:\n%s", log[max(0, len(log)-8000):])
}

// ended is what the log says about a call that is over.
type ended struct {
	Message    string `json:"msg"`
	CallID     string `json:"call_id"`
	Cause      string `json:"cause"`
	HungUpBy   string `json:"hangup_by"`
	DurationMS int    `json:"duration_ms"`
	TxPackets  int    `json:"tx_packets"`
	TxSkipped  int    `json:"tx_skipped"`
	RxPackets  int    `json:"rx_packets"`
}

// records are the calls that the log has as ended, so far.
func (d *daemon) records() []ended {
	d.t.Helper()
	log, err := os.ReadFile(d.logged)
	if err != nil {
		d.t.Fatal(err)
	}
	var out []ended
	lines := bufio.NewScanner(bytes.NewReader(log))
	for lines.Scan() {
		var line ended
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Message == "call ended" {
			out = append(out, line)
		}
	}
	return out
}

// descriptors is how many files and sockets the daemon has open.
func (d *daemon) descriptors() int {
	d.t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", d.command.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	return len(entries)
}
