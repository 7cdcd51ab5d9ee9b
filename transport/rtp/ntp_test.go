package rtp

import (
	"testing"
	"time"
)

func TestNTP(t *testing.T) {
	tests := []struct {
		at   string
		want uint64
	}{
		{"1970-01-01T00:00:00Z", 2208988800 << 32},
		{"2000-01-01T00:00:00Z", 3155673600 << 32},
		{"2026-03-01T12:00:00.5+01:00", (3981351600 << 32) + 1<<31},
		{"2026-03-01T12:00:00.000000001+01:00", 3981351600<<32 + 4},
		{"2026-03-01T11:59:59.999999999+01:00", 3981351600<<32 - 5},
		{"2036-02-07T06:28:16Z", 0}, // era 1 begins
	}
	for _, test := range tests {
		at, err := time.Parse(time.RFC3339Nano, test.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := ntp(at); got != test.want {
			t.Errorf("%s: got %#x, want %#x", test.at, got, test.want)
		}
	}
	if got, want := short(0x0123456789abcdef), uint32(0x456789ab); got != want {
		t.Errorf("got short form %#x, want %#x", got, want)
	}
}

func TestShortDuration(t *testing.T) {
	tests := []struct {
		in   time.Duration
		want uint32
	}{
		{0, 0}, {-time.Second, 0}, {time.Second, 65536}, {5250 * time.Millisecond, 0x54000},
		{20 * time.Hour, 1<<32 - 1}, {1 << 62, 1<<32 - 1},
	}
	for _, test := range tests {
		if got := shortDuration(test.in); got != test.want {
			t.Errorf("%v: got %d, want %d", test.in, got, test.want)
		}
	}
	if got, want := fromShort(0x54000), 5250*time.Millisecond; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := fromShort(1<<31-1), 9*time.Hour; got < want {
		t.Errorf("got %v of the longest, want more than %v", got, want)
	}
}
