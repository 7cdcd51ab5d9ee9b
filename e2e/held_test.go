//go:build e2e

package e2e

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// One call that is held and resumed twice, seen on the wire.
func TestShortHeld(t *testing.T) {
	testHeld(t, 5)
}

func TestFullHeld(t *testing.T) {
	testHeld(t, 30)
}

func testHeld(t *testing.T, seconds int) {
	r, err := newReceiver(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	l := load{calls: 1, atOnce: 1, rate: 1, seconds: seconds, scenario: "uac_hold.xml", silences: 2}
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: seconds, calls: 4})
	wire := record(t, d)
	runSIPp(t, d, r.addresses(), l).wait(time.Duration(seconds+20) * time.Second)
	wire.stop()
	d.stop()
	packets, controls := wire.sent(), wire.controls()
	t.Run("stream", func(t *testing.T) {
		counted := newStreams()
		for _, p := range packets {
			counted.add(p.data, netip.AddrPort{})
		}
		for _, fault := range counted.faults(1, l.plan()) {
			t.Error(fault)
		}
		checkTsharkStreams(t, wire, len(packets))
	})
	t.Run("silence while held", func(t *testing.T) { checkSilence(t, wire, packets) })
	t.Run("clock", func(t *testing.T) { checkClock(t, packets) })
	t.Run("reports", func(t *testing.T) {
		checkControls(t, packets, controls, seconds)
		checkIntervals(t, controls)
	})
}

// checkSilence wants no packet between Pickup's answer to a re-INVITE that holds and
// the arrival of the one that resumes, and some before, between and after.
func checkSilence(t *testing.T, wire *capture, packets []packet) {
	t.Helper()
	at := func(filter string) float64 {
		rows := wire.rows(filter, "frame.time_relative")
		if len(rows) == 0 {
			t.Fatalf("the capture has no packet for %s", filter)
		}
		return wire.seconds(rows[0][0])
	}
	before := 0.0
	for _, held := range []int{2, 4} {
		silent := at(fmt.Sprintf(`sip.Status-Code == 200 && sip.CSeq.seq == %d`, held))
		resumed := at(fmt.Sprintf(`sip.Method == "INVITE" && sip.CSeq.seq == %d`, held+1))
		if got := between(packets, silent, resumed); got != 0 {
			t.Errorf("held for %.3f s: got %d packets, want 0", resumed-silent, got)
		}
		if got := between(packets, before, silent); got < 10 {
			t.Errorf("before it: got %d packets, want at least 10", got)
		}
		before = resumed
	}
	if end, _ := wire.hangUp(); between(packets, before, end) < 10 {
		t.Errorf("after the last one: got %d packets, want at least 10", between(packets, before, end))
	}
}

// between is the number of packets in a span of time.
func between(packets []packet, from, to float64) int {
	n := 0
	for _, p := range packets {
		if p.at > from && p.at < to {
			n++
		}
	}
	return n
}

// checkClock wants each packet to leave when its timestamp says, also after a hold.
func checkClock(t *testing.T, packets []packet) {
	t.Helper()
	const late = 0.060 // what the pacer makes up for; more it skips
	start, worst := origin(packets), 0.0
	for n, p := range packets {
		behind := p.at - elapsed(packets[0], timestamp(p)) - start
		worst = max(worst, behind)
		if behind > late {
			t.Errorf("packet %d: got %.4f s after its timestamp, want at most %.3f s", n, behind, late)
		}
	}
	t.Logf("the latest packet left %.4f s after its timestamp", worst)
}
