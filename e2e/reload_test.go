//go:build e2e

package e2e

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// HUP puts other audio into service for new calls, here a file from a server in
// place of a tone. A configuration with a fault is refused, and what was there stays.
func TestShortReload(t *testing.T) {
	folder := t.TempDir()
	tool(t, "sox", "-n", "-r", "44100", "-c", "2", filepath.Join(folder, "voice.mp3"), "synth", "3", "pluck", "%-9", "vol", "0.5")
	server := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer server.Close()
	url := server.URL + "/voice.mp3"
	t.Setenv("CACHE_DIRECTORY", t.TempDir())

	s := settings{codecs: []string{"PCMU"}, seconds: 1, calls: 4, source: "tone:440", raced: true}
	d := start(t, s)
	callOnce(t, d)
	s.source = "tone:4400"
	d.configure(s)
	d.hangUp("configuration refused, the old one stays")
	callOnce(t, d)
	s.source = url
	d.configure(s)
	d.hangUp("audio changed")
	callOnce(t, d)
	d.stop()

	var got []string
	for _, r := range d.callRecords() {
		got = append(got, r.Audio)
	}
	if want := []string{"tone:440", "tone:440", url}; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("audio of the calls: got %q, want %q", got, want)
	}
}

// Calls that are up lose nothing by a reload whose audio takes seconds to prepare, in both bands. The log has the latest
// packet of all calls, without a reload and with one.
func TestFullReload(t *testing.T) {
	voice := filepath.Join(t.TempDir(), "voice.mp3")
	tool(t, "sox", "-n", "-r", "44100", "-c", "2", voice, "synth", "60", "pinknoise", "vol", "0.5")
	for _, reload := range []bool{false, true} {
		s := settings{codecs: []string{"PCMU", "PCMA"}, seconds: 20, calls: 220, source: "tone:440"}
		l := load{calls: 200, atOnce: 200, rate: 50, seconds: s.seconds}
		d := start(t, s)
		r, err := newReceiver(4)
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		callers := runSIPp(t, d, r.addresses(), l)
		eventually(t, 30*time.Second, "all calls are up", func() bool {
			up, _ := r.total()
			return up == l.calls
		})
		if reload {
			d.configure(settings{codecs: []string{"PCMU", "PCMA", "G722"}, seconds: 60, calls: s.calls, source: voice})
			d.hangUp("audio changed")
		}
		callers.wait(time.Minute)
		eventually(t, 10*time.Second, "a record of each call", func() bool { return len(d.records()) == l.calls })
		d.stop()
		arrived, missing := checkReceived(t, r, l, false)
		checkSent(t, d.records(), arrived, missing)
		late := 0.0
		for _, record := range d.callRecords() {
			late = max(late, record.Sent.LateMaxMS)
		}
		t.Logf("reload %v: the latest packet of %d calls was %.1f ms late", reload, l.calls, late)
	}
}

// callOnce has SIPp make one call, which has to succeed.
func callOnce(t *testing.T, d *daemon) {
	t.Helper()
	r, err := newReceiver(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	runSIPp(t, d, r.addresses(), load{calls: 1, atOnce: 1, rate: 1, seconds: 1}).wait(20 * time.Second)
}

// hangUp sends SIGHUP and waits for what the daemon says to it.
func (d *daemon) hangUp(answer string) {
	d.t.Helper()
	if err := d.command.Process.Signal(syscall.SIGHUP); err != nil {
		d.t.Fatalf("SIGHUP: %v", err)
	}
	eventually(d.t, 30*time.Second, "the log says "+answer, func() bool {
		log, err := os.ReadFile(d.logged)
		return err == nil && bytes.Contains(log, []byte(answer))
	})
}
