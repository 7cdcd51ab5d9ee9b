package sip

import (
	"net"
	"net/netip"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// spoofed is the n-th of many addresses.
func spoofed(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

func TestSourcesAreBounded(t *testing.T) {
	table := newSources(Limits{Messages: 100})
	caller, proven := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	table.hear(caller, 500, true, false)
	table.move(caller, absent, unanswered)
	table.prove(proven)
	for n := range 4 * maxSources {
		table.hear(spoofed(n), 500, true, false)
		if n%maxSources == 0 {
			table.hear(proven, 500, true, false)
		}
	}
	if got := table.size(); got > maxSources {
		t.Errorf("sources: got %d, want at most %d", got, maxSources)
	}
	if len(table.index) != len(table.entries) {
		t.Errorf("index: got %d entries, want %d", len(table.index), len(table.entries))
	}
	if e := table.find(caller); e == nil || e.invites[unanswered] != 1 {
		t.Errorf("the source with a call: got %+v, want it kept", e)
	}
	if e := table.find(proven); e == nil || !e.proven {
		t.Errorf("the source that is heard of and receives: got %+v, want it kept", e)
	}
}

// The bound that the documentation gives.
func TestSourcesTakeLittleMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	table := newSources(Limits{Messages: 100})
	for n := range 2 * maxSources {
		table.hear(spoofed(n), 500, true, false)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if got := int64(after.HeapAlloc) - int64(before.HeapAlloc); got > 20<<20 {
		t.Errorf("the full table: got %d bytes, want at most 20 MiB", got)
	}
	runtime.KeepAlive(table)
}

func TestSourceOfIPv6IsANetwork(t *testing.T) {
	table := newSources(Limits{Messages: 1})
	heard := 0
	for _, a := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"} {
		if table.hear(netip.MustParseAddr(a), 1, true, false) {
			heard++
		}
	}
	if heard != 3 || table.size() != 2 {
		t.Errorf("got %d heard of %d sources, want 3 of 2", heard, table.size())
	}
}

func TestProofGrowsOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := newSources(Limits{Amplification: 8})
		a := netip.MustParseAddr("192.0.2.1")
		spend := func(bytes int, want bool) {
			t.Helper()
			if got := table.spend(a, bytes, 0); got != want {
				t.Errorf("%d bytes: got %v, want %v", bytes, got, want)
			}
		}
		table.hear(a, 100, true, false)
		spend(801, false)
		spend(800, true)
		spend(1, false)
		table.prove(a)
		spend(100000, true)
		time.Sleep(proofAge + time.Second)
		spend(1, false) // it has to begin anew
		table.hear(a, 100, true, false)
		spend(800, true)
		table.prove(a)
		time.Sleep(proofAge + time.Second)
		table.hear(a, 100, true, false) // what ends the silence is answered
		spend(801, false)
		spend(800, true)
	})
}

func TestComplaintsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := newSources(Limits{Messages: 1})
		complaints := 0
		for n := range 1000 {
			table.hear(spoofed(n), 1, true, false)
			for range 3 {
				if table.warn(spoofed(n)) {
					complaints++
				}
			}
		}
		if complaints != 2*warnRate {
			t.Errorf("complaints at once: got %d, want %d", complaints, 2*warnRate)
		}
		time.Sleep(warnPeriod)
		if !table.warn(spoofed(0)) || table.warn(spoofed(0)) {
			t.Error("after a minute: want one complaint about the source")
		}
	})
}

// unread is a socket from which the same datagram comes again and again.
type unread struct {
	net.PacketConn
	data []byte
	from netip.AddrPort
	left int
}

func (u *unread) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(serverAddr) }

func (u *unread) ReadFromUDPAddrPort(p []byte) (int, netip.AddrPort, error) {
	if u.left--; u.left < 0 {
		return 0, netip.AddrPort{}, net.ErrClosed
	}
	return copy(p, u.data), u.from, nil
}

// dropping are the ways to drop a datagram ahead of the parser.
var dropping = []struct {
	name   string
	acl    ACL
	limits Limits
	data   string
}{
	{"denied", ACL{Deny: prefixes("198.51.100.0/24")}, Limits{}, "OPTIONS sip:a@b SIP/2.0\r\n\r\n"},
	{"over the limit", ACL{}, Limits{Messages: 1}, "OPTIONS sip:a@b SIP/2.0\r\n\r\n"},
}

func dropper(tb testing.TB, n, which int) (*Server, *socket) {
	tb.Helper()
	d := dropping[which]
	s, err := NewServer(Config{Handler: handling(nil), ACL: d.acl, Limits: d.limits})
	if err != nil {
		tb.Fatal(err)
	}
	s.sources.hear(callerAddr.Addr(), 1, true, false)
	s.sources.hear(callerAddr.Addr(), 1, true, false)
	s.sources.warn(callerAddr.Addr())
	return s, newSocket(s, &unread{data: []byte(d.data), from: callerAddr, left: n}, 0)
}

func TestDroppedDatagramAllocatesNothing(t *testing.T) {
	for i, d := range dropping {
		s, sock := dropper(t, 1001, i)
		buffer := make([]byte, maxDatagram)
		const each = 100
		got := testing.AllocsPerRun(20, func() {
			sock.PacketConn.(*unread).left = each
			_, _, _ = sock.ReadFrom(buffer)
		})
		if got != 0 {
			t.Errorf("%s: got %v allocations for %d datagrams, want 0", d.name, got, each)
		}
		s.transactions.Close()
	}
}

func BenchmarkDroppedDatagram(b *testing.B) {
	for i, d := range dropping {
		b.Run(d.name, func(b *testing.B) {
			s, sock := dropper(b, b.N, i)
			defer s.transactions.Close()
			buffer := make([]byte, maxDatagram)
			b.ReportAllocs()
			b.ResetTimer()
			_, _, _ = sock.ReadFrom(buffer)
		})
	}
	b.Run("garbage", func(b *testing.B) {
		data := []byte("INVITE sip:pickup@192.0.2.1 SIP/2.0\r\nVia: x\n\r\n\r\n")
		b.ReportAllocs()
		for b.Loop() {
			if plausible(data) {
				b.Fatal("plausible")
			}
		}
	})
	b.Run("spoofed", func(b *testing.B) {
		table := newSources(Limits{Messages: 100, Amplification: 8})
		for n := range maxSources {
			table.hear(spoofed(n), 500, true, false)
		}
		b.ReportAllocs()
		n := maxSources
		for b.Loop() {
			table.hear(spoofed(n), 500, true, false)
			n++
		}
	})
}

// The library's pool is bounded between two turns, too.
func TestPeersAreBounded(t *testing.T) {
	s, err := NewServer(Config{Handler: handling(nil)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.transactions.Close()
	conn := newSocket(s, &unread{}, 0).conn
	for n := range 3 * maxPeers {
		s.peers.heard(netip.AddrPortFrom(spoofed(n), 5060).String(), conn)
	}
	if got, most := s.transport.Pool("udp").Size(), 2*maxPeers; got > most {
		t.Errorf("addresses: got %d, want at most %d", got, most)
	}
}
