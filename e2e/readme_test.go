//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The command of the README for SIPp places a call that succeeds, as it stands
// there but for the port of the daemon.
func TestShortReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for line := range strings.Lines(string(readme)) {
		if strings.HasPrefix(line, "sipp ") {
			words = strings.Fields(line)
		}
	}
	if len(words) < 2 || words[len(words)-1] != "127.0.0.1:5060" {
		t.Fatalf("README: got the command %q, want one of sipp that ends with 127.0.0.1:5060", words)
	}
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: 1, calls: 2, raced: true})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, words[0], append(words[1:len(words)-1], d.sip.String())...)
	command.Dir = ".."
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(words, " "), err, out[max(0, len(out)-3000):])
	}
	d.stop()
	for _, r := range d.callRecords() {
		if r.Cause != "completed" || r.HungUpBy != "server" {
			t.Errorf("cause, hangup_by: got %q, %q, want completed, server", r.Cause, r.HungUpBy)
		}
	}
}
