package memnet

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

var (
	callerAddr = netip.MustParseAddrPort("192.0.2.1:5060")
	serverAddr = netip.MustParseAddrPort("192.0.2.2:5060")
)

// pair opens two sockets on a new network and closes them at the end.
func pair(t *testing.T, opt Options) (n *Network, caller, server *Conn) {
	t.Helper()
	n = New(opt)
	return n, listen(t, n, callerAddr), listen(t, n, serverAddr)
}

func listen(t *testing.T, n *Network, addr netip.AddrPort) *Conn {
	t.Helper()
	c, err := n.Listen(addr)
	if err != nil {
		t.Fatalf("Listen(%v): %v", addr, err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func send(t *testing.T, c *Conn, text string, to netip.AddrPort) {
	t.Helper()
	if err := c.Send([]byte(text), to); err != nil {
		t.Fatalf("Send(%q, %v): %v", text, to, err)
	}
}

// received takes all that waits at c.
func received(t *testing.T, c *Conn) (texts []string) {
	t.Helper()
	var buf [64]byte
	for {
		n, _, _, err := c.Receive(buf[:])
		if err != nil {
			t.Fatalf("Receive: %v", err)
		}
		if n < 0 {
			return texts
		}
		texts = append(texts, string(buf[:n]))
	}
}

func TestPerfectNetworkDeliversAtOnce(t *testing.T) {
	_, caller, server := pair(t, Options{})
	send(t, caller, "one", serverAddr)
	send(t, caller, "two", serverAddr)
	if got, want := received(t, server), []string{"one", "two"}; !slices.Equal(got, want) {
		t.Errorf("server received %q, want %q", got, want)
	}
	if got := received(t, caller); got != nil {
		t.Errorf("caller received %q, want nothing", got)
	}
}

func TestLatencyIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const latency = 40 * time.Millisecond
		_, caller, server := pair(t, Options{Latency: latency})
		start := time.Now()
		send(t, caller, "x", serverAddr)
		time.Sleep(latency - 1)
		if got := received(t, server); got != nil {
			t.Errorf("1 ns before the latency is over: received %q, want nothing", got)
		}
		time.Sleep(time.Nanosecond)
		n, from, at, err := server.Receive(make([]byte, 8))
		if n != 1 || err != nil {
			t.Fatalf("Receive = %d, %v, want 1 byte", n, err)
		}
		if got := at.Sub(start); got != latency {
			t.Errorf("arrived after %v, want %v", got, latency)
		}
		if from != callerAddr {
			t.Errorf("from %v, want %v", from, callerAddr)
		}
	})
}

// The timers of many packets fire at one instant; their order stays.
func TestEqualTimesKeepTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, caller, server := pair(t, Options{Latency: time.Millisecond})
		var want []string
		for i := range 200 {
			text := fmt.Sprint(i)
			want = append(want, text)
			send(t, caller, text, serverAddr)
		}
		time.Sleep(time.Millisecond)
		if got := received(t, server); !slices.Equal(got, want) {
			t.Errorf("received %q, want %q", got, want)
		}
	})
}

// A reader blocked while packets with different delays arrive sees each of them
// at its own time.
func TestBlockedReaderIsWokenForEachArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, caller, server := pair(t, Options{Latency: time.Second})
		start := time.Now()
		go func() {
			for i := range 3 {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				caller.Send([]byte{byte(i)}, serverAddr)
			}
		}()
		want := []time.Duration{1000, 1100, 1300}
		for i := range want {
			if _, _, err := server.ReadFrom(make([]byte, 1)); err != nil {
				t.Fatalf("ReadFrom: %v", err)
			}
			if got := time.Since(start); got != want[i]*time.Millisecond {
				t.Errorf("packet %d read after %v, want %v", i, got, want[i]*time.Millisecond)
			}
		}
	})
}

func TestJitterStaysInItsBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const latency, jitter, packets = 10 * time.Millisecond, 50 * time.Millisecond, 500
		_, caller, server := pair(t, Options{Latency: latency, Jitter: jitter, Seed: 3})
		start := time.Now()
		for i := range packets {
			send(t, caller, fmt.Sprint(i), serverAddr)
		}
		time.Sleep(latency + jitter)
		var delays []time.Duration
		var order []string
		var buf [8]byte
		for range packets {
			n, _, at, err := server.Receive(buf[:])
			if n < 0 || err != nil {
				t.Fatalf("Receive = %d, %v after %d packets, want %d packets", n, err, len(delays), packets)
			}
			delays = append(delays, at.Sub(start))
			order = append(order, string(buf[:n]))
		}
		if !slices.IsSorted(delays) {
			t.Error("the times of arrival go back, want them to rise")
		}
		lowest, highest := delays[0], delays[packets-1]
		if lowest < latency || lowest > latency+jitter/10 || highest >= latency+jitter || highest < latency+jitter*9/10 {
			t.Errorf("delays from %v to %v, want them to fill %v to %v", lowest, highest, latency, latency+jitter)
		}
		if slices.IsSortedFunc(order, func(a, b string) int { return len(a) - len(b) }) {
			t.Error("packets arrive in the order of sending, want jitter to reorder them")
		}
	})
}

func TestReorderHoldsPacketsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, caller, server := pair(t, Options{Latency: time.Millisecond, Reorder: 0.2, Seed: 1})
		const packets = 200
		for i := range packets {
			send(t, caller, string([]byte{byte(i)}), serverAddr)
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(time.Second)
		swapped, before := 0, byte(0)
		texts := received(t, server)
		for _, text := range texts {
			if text[0] < before {
				swapped++
			}
			before = text[0]
		}
		if len(texts) != packets {
			t.Errorf("%d packets arrived, want %d", len(texts), packets)
		}
		// A packet held back by 30 ms is overtaken by its successor unless that
		// one is held back too: 200 * 0.2 * 0.8 = 32, standard deviation below 6.
		if swapped < 14 || swapped > 50 {
			t.Errorf("%d packets arrived late, want about 32", swapped)
		}
	})
}

func TestLossAndDuplicationKeepTheirRates(t *testing.T) {
	const packets, loss, duplicate = 20000, 0.05, 0.02
	n, caller, server := pair(t, Options{Loss: loss, Duplicate: duplicate, Seed: 7})
	arrived := 0
	for range packets {
		send(t, caller, "x", serverAddr)
		arrived += len(received(t, server))
	}
	stats := n.Stats()
	within := func(name string, got uint64, of, p float64) {
		t.Helper()
		bound := 4 * math.Sqrt(of*p*(1-p))
		if math.Abs(float64(got)-of*p) > bound {
			t.Errorf("%s %d of %.0f packets, want %.0f within %.0f", name, got, of, of*p, bound)
		}
	}
	within("dropped", stats.Dropped, packets, loss)
	within("duplicated", stats.Duplicated, packets*(1-loss), duplicate)
	if want := int(packets - stats.Dropped + stats.Duplicated); arrived != want {
		t.Errorf("%d packets arrived, want %d", arrived, want)
	}
	if stats.Sent != packets || stats.Delivered != uint64(arrived) {
		t.Errorf("stats %+v, want %d sent and %d delivered", stats, packets, arrived)
	}
}

// fates sends packets through a bad network and returns which of them arrived,
// in order.
func fates(t *testing.T, opt Options) (texts []string) {
	synctest.Test(t, func(t *testing.T) {
		_, caller, server := pair(t, opt)
		for i := range 200 {
			send(t, caller, fmt.Sprint(i), serverAddr)
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		texts = received(t, server)
	})
	return texts
}

func TestSeedDecidesEverything(t *testing.T) {
	opt := Options{Jitter: 10 * time.Millisecond, Loss: 0.1, Duplicate: 0.1, Reorder: 0.1, Seed: 42}
	first, second := fates(t, opt), fates(t, opt)
	if !slices.Equal(first, second) {
		t.Errorf("seed 42 gave %q, then %q, want the same", first, second)
	}
	opt.Seed = 43
	if other := fates(t, opt); slices.Equal(first, other) {
		t.Error("seeds 42 and 43 gave the same fates, want different ones")
	}
}

func TestTapAndFilterSeeEveryPacket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, caller, server := pair(t, Options{Latency: time.Second})
		start := time.Now()
		var seen []Packet
		n.Tap(func(p Packet) { seen = append(seen, p) })
		n.Filter(func(p Packet) bool { return string(p.Data) != "ACK" })
		time.Sleep(time.Minute)
		send(t, caller, "ACK", serverAddr)
		send(t, caller, "BYE", serverAddr)
		if len(seen) != 2 {
			t.Fatalf("the tap saw %d packets at sending, want 2", len(seen))
		}
		for i, want := range []string{"ACK", "BYE"} {
			p := seen[i]
			if string(p.Data) != want || p.From != callerAddr || p.To != serverAddr ||
				p.Time.Sub(start) != time.Minute || p.Dropped != (want == "ACK") {
				t.Errorf("the tap saw %+v, want %q, dropped only when it is the ACK", p, want)
			}
		}
		time.Sleep(time.Second)
		if got, want := received(t, server), []string{"BYE"}; !slices.Equal(got, want) {
			t.Errorf("received %q, want %q", got, want)
		}
		if got := n.Stats().Dropped; got != 1 {
			t.Errorf("stats count %d dropped, want 1", got)
		}
	})
}

func TestPacketToNobodyVanishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, caller, server := pair(t, Options{Latency: time.Second})
		send(t, caller, "x", netip.MustParseAddrPort("192.0.2.9:9"))
		send(t, caller, "y", serverAddr)
		if err := server.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
		time.Sleep(time.Second)
		if got := n.Stats(); got.Unreachable != 2 || got.Delivered != 0 {
			t.Errorf("stats %+v, want 2 unreachable and none delivered", got)
		}
	})
}

func TestFullQueueDropsTheNewest(t *testing.T) {
	n, caller, server := pair(t, Options{})
	for i := range queueLimit + 10 {
		send(t, caller, fmt.Sprint(i), serverAddr)
	}
	if got := n.Stats().Overflowed; got != 10 {
		t.Errorf("%d packets overflowed, want 10", got)
	}
	got := received(t, server)
	if len(got) != queueLimit || got[queueLimit-1] != fmt.Sprint(queueLimit-1) {
		t.Errorf("%d packets waited, want the first %d", len(got), queueLimit)
	}
}

func TestListen(t *testing.T) {
	n := New(Options{})
	tests := []struct {
		name, addr string
		want       string
		wantErr    error
	}{
		{"given port", "192.0.2.1:5060", "192.0.2.1:5060", nil},
		{"taken", "192.0.2.1:5060", "", syscall.EADDRINUSE},
		{"taken, mapped form", "[::ffff:192.0.2.1]:5060", "", syscall.EADDRINUSE},
		{"same port, other host", "192.0.2.2:5060", "192.0.2.2:5060", nil},
		{"first ephemeral", "192.0.2.1:0", "192.0.2.1:49152", nil},
		{"next ephemeral", "192.0.2.1:0", "192.0.2.1:49153", nil},
		{"IPv6", "[2001:db8::1]:5060", "[2001:db8::1]:5060", nil},
		{"wildcard", "0.0.0.0:5060", "", syscall.EADDRNOTAVAIL},
	}
	for _, tt := range tests {
		c, err := n.Listen(netip.MustParseAddrPort(tt.addr))
		if !errors.Is(err, tt.wantErr) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.wantErr)
		}
		if err == nil && c.LocalAddr().String() != tt.want {
			t.Errorf("%s: address %v, want %v", tt.name, c.LocalAddr(), tt.want)
		}
	}
	if got := n.Open(); got != 5 {
		t.Errorf("%d sockets open, want 5", got)
	}
}

func TestEphemeralPortsEndAndAreFreedByClose(t *testing.T) {
	n := New(Options{})
	anyPort := netip.AddrPortFrom(callerAddr.Addr(), 0)
	conns := make([]*Conn, lastEphemeral-firstEphemeral+1)
	for i := range conns {
		conns[i] = listen(t, n, anyPort)
	}
	if _, err := n.Listen(anyPort); !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatalf("no port left: error %v, want %v", err, syscall.EADDRINUSE)
	}
	freed := conns[1000]
	freed.Close()
	if got, want := listen(t, n, anyPort).LocalAddr().String(), freed.LocalAddr().String(); got != want {
		t.Errorf("address %v, want the freed %v", got, want)
	}
}

func TestNewRefusesImpossibleOptions(t *testing.T) {
	for _, opt := range []Options{{Loss: 1.1}, {Duplicate: -0.1}, {Reorder: math.NaN()}, {Latency: -1}, {ReorderDelay: -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New(%+v) did not panic", opt)
				}
			}()
			New(opt)
		}()
	}
}
