//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestRate places short calls as fast as `make rate` says, on the machine that Pickup
// and SIPp share: none may fail, and the log says what a call costs. A call is
// INVITE, 180, 200, ACK, ten packets, BYE, 200.
func TestRate(t *testing.T) {
	rate := 3000
	if text := os.Getenv("RATE"); text != "" {
		if _, err := fmt.Sscan(text, &rate); err != nil || rate < 1 {
			t.Fatalf("RATE=%s: must be a whole number of calls a second", text)
		}
	}
	const seconds = 10
	t.Setenv("PICKUP_AUDIO__DURATION_SECONDS", "0.2")
	t.Setenv("PICKUP_AUDIO__SOURCE", "milliwatt")
	t.Setenv("PICKUP_BEHAVIOR__AUTO_ANSWER_DELAY_MS", "0")
	t.Setenv("PICKUP_LOGGING__LEVEL", "warn")
	t.Setenv("PICKUP_LIMITS__UNACKNOWLEDGED_PER_SOURCE", "2500")
	r, err := newReceiver(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: 1, calls: 2500})
	l := load{calls: rate * seconds, atOnce: 2500, rate: rate, seconds: 1}
	before, began := d.processorTime(), time.Now()
	runSIPp(t, d, r.addresses(), l).wait(2 * time.Minute)
	took, used := time.Since(began), d.processorTime()-before
	t.Logf("%d calls in %.1f s: %.0f a second, %v of processor time for each, %d MiB at the end",
		l.calls, took.Seconds(), float64(l.calls)/took.Seconds(), (used / time.Duration(l.calls)).Round(time.Microsecond), d.resident())
	if got := len(d.callRecords()); got != l.calls {
		t.Errorf("records: got %d, want one for each of %d calls", got, l.calls)
	}
	d.stop()
}

// processorTime is what the daemon has used so far.
func (d *daemon) processorTime() time.Duration {
	d.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", d.command.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	_, fields, _ := strings.Cut(string(stat), ") ")
	var user, system int64 // in ticks of 10 ms
	if _, err := fmt.Sscan(strings.Join(strings.Fields(fields)[11:13], " "), &user, &system); err != nil {
		d.t.Fatalf("/proc/pid/stat: %v in %q", err, fields)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
