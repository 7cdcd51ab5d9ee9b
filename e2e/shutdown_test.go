//go:build e2e

package e2e

import (
	"testing"
	"time"
)

func TestShortShutdown(t *testing.T) {
	testShutdown(t, load{calls: 10, atOnce: 10, rate: 50, seconds: 10}, 1, true)
}

// The first of these calls end by themselves within the grace; the last ones began
// two seconds later and are ended by Pickup.
func TestFullShutdown(t *testing.T) {
	testShutdown(t, load{calls: 100, atOnce: 100, rate: 50, seconds: 6}, 5, false)
}

// testShutdown stops a daemon whose calls are all up: new ones are refused, those
// that are up end within the grace in order, and none is without its record.
func testShutdown(t *testing.T, l load, grace int, raced bool) {
	r, err := newReceiver(4)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: l.seconds, calls: l.atOnce + 20, grace: grace, raced: raced})
	callers := runSIPp(t, d, r.addresses(), l)
	eventually(t, 10*time.Second, "audio of all calls", func() bool {
		sources, _ := r.total()
		return sources == l.calls
	})
	d.terminate()
	eventually(t, time.Second, "OPTIONS answered with 503", func() bool { return request(d.sip, "OPTIONS", "") == 503 })
	if got := request(d.sip, "INVITE", "late"); got != 503 {
		t.Errorf("INVITE while the daemon stops: got %d, want 503", got)
	}
	d.wait(time.Duration(grace)*time.Second + 10*time.Second)
	callers.wait(20 * time.Second)
	records := d.records()
	if len(records) != l.calls {
		t.Errorf("records: got %d, want %d", len(records), l.calls)
	}
	own := 0
	for _, record := range records {
		if record.TxPackets == l.seconds*50 {
			own++
		}
	}
	t.Logf("%d calls ended by themselves, %d by the shutdown", own, len(records)-own)
}
