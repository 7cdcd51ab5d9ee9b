package sip

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

var nonceHost = netip.MustParseAddr("198.51.100.1")

func TestNonceBelongsToAHost(t *testing.T) {
	n, now := newNonces(), time.Unix(1e9, 5)
	text := n.issue(nonceHost, now)
	if at, ok := n.read(text, nonceHost); !ok || !at.Equal(now) {
		t.Errorf("read: got %v %v, want %v", at, ok, now)
	}
	if _, ok := n.read(text, netip.MustParseAddr("198.51.100.2")); ok {
		t.Error("read for another host: got true, want false")
	}
	if _, ok := newNonces().read(text, nonceHost); ok {
		t.Error("read with another key: got true, want false")
	}
	if text == n.issue(nonceHost, now) {
		t.Error("two nonces are the same")
	}
	for _, wrong := range []string{"", "x", text[1:], text + "A", text[:len(text)-2], "B" + text[1:]} {
		if _, ok := n.read(wrong, nonceHost); ok {
			t.Errorf("read(%q): got true, want false", wrong)
		}
	}
}

func TestNonceCounts(t *testing.T) {
	n, now := newNonces(), time.Now()
	text := n.issue(nonceHost, now)
	for _, step := range []struct {
		count int
		want  bool
	}{
		{0, false}, {-1, false}, {1, true}, {1, false}, {3, true}, {2, true}, {2, false}, {3, false},
		{70, true}, {7, true}, {6, false}, {7, false}, {1 << 30, true}, {70, false}, {1<<30 - 63, true}, {1<<30 - 64, false},
	} {
		if got := n.use(text, now, step.count, now); got != step.want {
			t.Errorf("use %d: got %v, want %v", step.count, got, step.want)
		}
	}
	if n.use(text, now, 1<<30+1, now.Add(nonceAge+1)) {
		t.Error("use after its time: got true, want false")
	}
}

// What is remembered is bounded, and what is forgotten cannot be used again.
func TestNoncesAreBounded(t *testing.T) {
	n, start := newNonces(), time.Now()
	issued := func(i int) time.Time { return start.Add(time.Duration(i) * time.Microsecond) }
	for i := range 2 * maxNonces {
		if !n.use(fmt.Sprint(i), issued(i), 1, start.Add(time.Second)) {
			t.Fatalf("nonce %d: got false, want true", i)
		}
		if got := len(n.recent) + len(n.before); got > maxNonces {
			t.Fatalf("nonces remembered: got %d, want at most %d", got, maxNonces)
		}
	}
	for i := range 2 * maxNonces {
		if n.use(fmt.Sprint(i), issued(i), 1, start.Add(time.Second)) {
			t.Fatalf("nonce %d: got used twice", i)
		}
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	a, now := newAttempts(), time.Now()
	for i := range 3 * maxAttemptSources {
		a.note(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now)
		if got := len(a.recent) + len(a.before); got > maxAttemptSources {
			t.Fatalf("sources remembered: got %d, want at most %d", got, maxAttemptSources)
		}
	}
}
