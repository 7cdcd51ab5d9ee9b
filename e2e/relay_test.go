package e2e

import (
	"encoding/binary"
	"math"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// through sends numbered packets through a relay, one by one, and returns the
// numbers in the order in which they arrive.
func through(t *testing.T, packets int, i impairment) (arrived []int, counted tally) {
	t.Helper()
	server, err := openSocket(0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRelay(netip.AddrPort{}, addressOf(server), impairment{}, i)
	if err != nil {
		t.Fatal(err)
	}
	enlarge(server)
	var reading sync.WaitGroup
	reading.Go(func() {
		read(server, func(packet []byte, _ netip.AddrPort) {
			if n := int(binary.BigEndian.Uint32(packet)); n < packets {
				arrived = append(arrived, n)
				return
			}
			_ = server.Close()
		})
	})
	for n := range packets {
		r.toServer.take(binary.BigEndian.AppendUint32(nil, uint32(n)))
	}
	counted = r.toServer.counted()
	r.close()
	// The last packet goes another way: it ends the server, after all the others.
	end, err := openSocket(0)
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	if _, err := end.WriteTo(binary.BigEndian.AppendUint32(nil, uint32(packets)), server.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	reading.Wait()
	return arrived, counted
}

func TestRelayPassesAll(t *testing.T) {
	arrived, counted := through(t, 500, impairment{})
	if want := (tally{arrived: 500, passed: 500}); counted != want {
		t.Errorf("tally: got %+v, want %+v", counted, want)
	}
	for i, n := range arrived {
		if n != i {
			t.Fatalf("packet %d: got number %d", i, n)
		}
	}
	if len(arrived) != 500 {
		t.Errorf("arrived: got %d, want 500", len(arrived))
	}
}

func TestRelayCountsWhatItDoes(t *testing.T) {
	const packets = 2000
	arrived, counted := through(t, packets, impairment{loss: 0.05, duplicate: 0.05, reorder: 0.05, later: time.Millisecond, seed: 1})
	if counted.arrived != packets || counted.passed+counted.dropped != packets {
		t.Errorf("tally: got %+v of %d packets", counted, packets)
	}
	if want := counted.passed + counted.duplicated; len(arrived) != want {
		t.Errorf("arrived: got %d, want %d", len(arrived), want)
	}
	times, first, last := make(map[int]int), packets, 0
	for _, n := range arrived {
		times[n]++
		first, last = min(first, n), max(last, n)
	}
	if got := last - first + 1 - len(times); got != counted.lost {
		t.Errorf("lost: got %d, want the %d that are missing", counted.lost, got)
	}
	for name, got := range map[string]int{"dropped": counted.dropped, "duplicated": counted.duplicated, "reordered": counted.reordered} {
		if expected, bound := 0.05*packets, 4*math.Sqrt(0.05*0.95*packets); math.Abs(float64(got)-expected) > bound {
			t.Errorf("%s: got %d of %d, want %.0f within %.0f", name, got, packets, expected, bound)
		}
	}
}

func TestRelayRepeatsItself(t *testing.T) {
	_, first := through(t, 500, impairment{loss: 0.1, seed: 7})
	_, again := through(t, 500, impairment{loss: 0.1, duplicate: 0.5, seed: 7})
	_, other := through(t, 500, impairment{loss: 0.1, seed: 8})
	if first.dropped != again.dropped || first.lost != again.lost {
		t.Errorf("same seed: got %+v and %+v, want the same losses", first, again)
	}
	if first == other {
		t.Errorf("another seed: got %+v twice", first)
	}
}

func TestRelayDelays(t *testing.T) {
	arrived, counted := through(t, 100, impairment{reorder: 0.2, later: time.Hour, seed: 3})
	if len(arrived) != 100 || counted.reordered == 0 {
		t.Fatalf("arrived: got %d, want 100, some of them late: %+v", len(arrived), counted)
	}
	// What waits longer comes after all the others, each part in order.
	falls := 0
	for i := 1; i < len(arrived); i++ {
		if arrived[i] < arrived[i-1] {
			falls++
		}
	}
	if falls != 1 {
		t.Errorf("order: got %v, want two rising parts", arrived)
	}
}

// A relay that is told no addresses learns them: answers come back to who asked.
func TestRelayLearns(t *testing.T) {
	server, caller, err := openPair()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	defer caller.Close()
	r, err := newRelay(netip.AddrPort{}, addressOf(server), impairment{}, impairment{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if _, err := caller.WriteToUDPAddrPort([]byte("ask"), r.callerSide()); err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 16)
	n, from, err := server.ReadFromUDPAddrPort(packet)
	if err != nil || string(packet[:n]) != "ask" || from != r.serverSide() {
		t.Fatalf("server: got %q from %v, %v, want ask from %v", packet[:n], from, err, r.serverSide())
	}
	if _, err := server.WriteToUDPAddrPort([]byte("answer"), from); err != nil {
		t.Fatal(err)
	}
	n, from, err = caller.ReadFromUDPAddrPort(packet)
	if err != nil || string(packet[:n]) != "answer" || from != r.callerSide() {
		t.Fatalf("caller: got %q from %v, %v, want answer from %v", packet[:n], from, err, r.callerSide())
	}
}
