//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// kamailio is a running Kamailio.
type kamailio struct {
	t       *testing.T
	command *exec.Cmd
	logged  string
	exited  chan struct{}
}

// runKamailio starts Kamailio with a configuration of the folder kamailio.
func runKamailio(t *testing.T, configuration string, arguments ...string) *kamailio {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("kamailio", configuration))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	k := &kamailio{t: t, logged: filepath.Join(folder, "log"), exited: make(chan struct{})}
	log, err := os.Create(k.logged)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	k.command = exec.Command("kamailio", append([]string{"-f", path,
		"-DD", "-E", "-m", "32", "-M", "4", "-Y", folder, "-w", folder}, arguments...)...)
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

// count is how often a file has the text.
func count(t *testing.T, file, text string) int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(data, []byte(text))
}

// lines are those of the log with this text.
func (k *kamailio) lines(text string) []string {
	k.t.Helper()
	data, err := os.ReadFile(k.logged)
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		if strings.Contains(line, text) {
			out = append(out, line)
		}
	}
	return out
}
