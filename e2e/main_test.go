//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// programs is the directory of the daemons that were built for this run.
var programs string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if programs, err = os.MkdirTemp("", "pickup-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(programs)
	return m.Run()
}

// plain builds the daemon as it is shipped; raced builds it with the race
// detector, which ends it with exit code 66 when it has found something.
var (
	plain = sync.OnceValues(func() (string, error) { return build("pickup", "CGO_ENABLED=0") })
	raced = sync.OnceValues(func() (string, error) { return build("pickup-race", "CGO_ENABLED=1", "-race") })
)

// build makes a daemon and returns its path.
func build(name, cgo string, flags ...string) (string, error) {
	path := filepath.Join(programs, name)
	arguments := append([]string{"build", "-buildvcs=false", "-o", path}, flags...)
	command := exec.Command("go", append(arguments, "pickup/cmd/pickup")...)
	command.Env = append(os.Environ(), cgo)
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

// eventually waits until the condition holds and fails the test when that takes
// longer than the limit. It is the only place of these tests that sleeps.
func eventually(t *testing.T, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", limit, what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
