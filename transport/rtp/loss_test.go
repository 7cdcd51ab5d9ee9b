package rtp

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"pickup/transport/memnet"
)

// TestTwoSessionsOnALossyNetwork has two sessions send to one another and compares
// what each of them measured, and was told, with what the network did.
func TestTwoSessionsOnALossyNetwork(t *testing.T) {
	const latency = 30 * time.Millisecond
	tests := []struct {
		name     string
		network  memnet.Options
		low      int64 // bounds of the number lost of 3000: four standard deviations
		high     int64
		fraction float64       // at most, in the peer's last report
		slower   time.Duration // the most that a round trip is longer
	}{
		{"perfect", memnet.Options{Latency: latency}, 0, 0, 0, 0},
		{"5 % lost", memnet.Options{Latency: latency, Loss: 0.05, Seed: 1}, 102, 198, 0.2, 0},
		{"5 % lost, reordered", memnet.Options{Latency: latency, Loss: 0.05, Reorder: 0.05, Seed: 2}, 102, 198, 0.2, latency},
		{"5 % twice", memnet.Options{Latency: latency, Duplicate: 0.05, Seed: 3}, -198, -102, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := memnet.New(test.network)
				pacers := NewPacers(1)
				defer pacers.Close()
				var sessions [2]*Session
				var peers [2]Peer
				for i, ip := range []netip.Addr{local, remote.Addr()} {
					s, err := Open(Config{
						Listen:  func(a netip.AddrPort) (Socket, error) { return n.Listen(a) },
						Ports:   newPorts(t, 10000, 10019),
						Pacers:  pacers,
						Address: ip,
					})
					if err != nil {
						t.Fatal(err)
					}
					sessions[i] = s
					peers[1-i] = Peer{RTP: netip.AddrPortFrom(ip, s.Port()), RTCP: netip.AddrPortFrom(ip, s.Port()+1), Source: ip}
				}
				for i, s := range sessions {
					if err := s.Play(stream(3000), peers[i], func(error) {}); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(70 * time.Second)
				for _, s := range sessions {
					stats := s.Stop()
					check(t, stats, test.low, test.high, test.fraction)
					if off := stats.Report.RoundTrip - 2*latency; !stats.Report.HasRoundTrip || off < -time.Millisecond || off > test.slower+time.Millisecond {
						t.Errorf("got a round trip of %v, want %v", stats.Report.RoundTrip, 2*latency)
					}
				}
			})
		})
	}
}

func check(t *testing.T, stats Stats, low, high int64, fraction float64) {
	t.Helper()
	got, told := stats.Received, stats.Report
	// What is lost at either end nobody can count.
	if got.Expected > 3000 || got.Expected < 2995 || got.Lost != got.Expected+got.Duplicated-got.Packets {
		t.Errorf("got %+v, want 3000 packets expected", got)
	}
	if net := int64(got.Lost) - int64(got.Duplicated); net < low || net > high || got.Lost > 0 && got.Duplicated > 0 {
		t.Errorf("got %d lost and %d twice, want a difference of %d to %d", got.Lost, got.Duplicated, low, high)
	}
	if !told.Valid || told.Lost < low || told.Lost > high || told.FractionLost > fraction {
		t.Errorf("got the report %+v, want %d to %d lost, and at most %v at last", told, low, high, fraction)
	}
	if got.Foreign != 0 || got.Invalid != 0 || got.InvalidRTCP != 0 || got.RTCP == 0 {
		t.Errorf("got %+v, want RTCP and nothing but the peer's packets", got)
	}
}
