package rtp

import (
	"bytes"
	"net/netip"
	"testing"
	"time"
)

// datagram is an RTP packet of 160 payload octets with another first octet, and what
// is to follow the header.
func datagram(first byte, rest ...byte) []byte {
	return append([]byte{first, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4}, append(rest, bytes.Repeat([]byte{0xff}, 160)...)...)
}

func TestReceive(t *testing.T) {
	padded := datagram(0xa0)
	padded[len(padded)-1] = 10
	overpadded := datagram(0xa0)
	overpadded[len(overpadded)-1] = 200
	tests := []struct {
		name    string
		in      []byte
		payload int // -1 is invalid
	}{
		{"G.711", datagram(0x80), 160},
		{"empty payload", datagram(0x80)[:12], 0},
		{"two contributing sources", datagram(0x82, 0, 0, 0, 1, 0, 0, 0, 2), 160},
		{"header extension", datagram(0x90, 0xab, 0xcd, 0, 1, 1, 2, 3, 4), 160},
		{"one-byte extensions", datagram(0x90, 0xbe, 0xde, 0, 1, 0x10, 7, 0, 0), 160},
		{"padding", padded, 150},
		{"larger than any", append(datagram(0x80), make([]byte, 3000)...), readSize - 12},
		{"nothing", []byte{}, -1},
		{"11 octets", datagram(0x80)[:11], -1},
		{"version 1", datagram(0x40), -1},
		{"STUN", append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, make([]byte, 12)...), -1},
		{"text", []byte("INVITE sip:pickup SIP/2.0\r\n"), -1},
		{"sources cut off", datagram(0x8f)[:40], -1},
		{"extension longer than the packet", datagram(0x90, 0xab, 0xcd, 0xff, 0xff), -1},
		{"more padding than packet", overpadded, -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.open(t)
				if err := s.Expect(Peer{RTP: remote}); err != nil {
					t.Fatal(err)
				}
				w.network.socket(t, s.Port()).deliver(remote, test.in)
				time.Sleep(time.Second)
				want := Received{Packets: 1, Bytes: uint64(test.payload), Expected: 1, From: remote}
				if test.payload < 0 {
					want = Received{Invalid: 1}
				}
				if got := s.Stop().Received; got != want {
					t.Errorf("got %+v, want %+v", got, want)
				}
			})
		})
	}
}

func TestReceiveBounds(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		rtp, rtcp := w.network.socket(t, s.Port()), w.network.socket(t, s.Port()+1)
		if err := s.Expect(Peer{RTP: remote}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(beatOf(s)) + time.Millisecond)
		for range 20 {
			rtp.deliver(remote, datagram(0x80))
			rtcp.deliver(remoteControl, []byte{0x80, 201, 0, 1, 0, 0, 0, 0})
		}
		for _, want := range []int{12, 4, 0} {
			time.Sleep(Interval)
			rtp.mu.Lock()
			rtcp.mu.Lock()
			if len(rtp.inbox) != want || len(rtcp.inbox) != want {
				t.Errorf("got %d RTP and %d RTCP datagrams waiting, want %d", len(rtp.inbox), len(rtcp.inbox), want)
			}
			rtcp.mu.Unlock()
			rtp.mu.Unlock()
		}
		got := s.Stop().Received
		if want := (Received{Packets: 20, Bytes: 3200, Expected: 1, Duplicated: 19, RTCP: 20, From: remote}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestReceiveFirstSource(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		socket := w.network.socket(t, s.Port())
		for i, from := range []netip.AddrPort{remote, stranger} {
			if err := s.Expect(Peer{RTP: from}); err != nil {
				t.Fatal(err)
			}
			socket.deliver(from, datagram(0x80))
			time.Sleep(2 * Interval)
			s.task.Do(func(time.Time) {
				if got := s.measured().Received; got.Packets != uint64(i)+1 || got.From != remote {
					t.Errorf("got %+v, want %d packets and first source %v", got, i+1, remote)
				}
			})
		}
		s.Stop()
	})
}

// TestReceiveWithoutStamps reads from a socket that does not tell when its
// datagrams arrived.
func TestReceiveWithoutStamps(t *testing.T) {
	var r receiver
	r.latch.arm(Peer{RTP: remote})
	for i, arrival := range []int{0, 30} { // D = 80 ticks
		p := datagram(0x80)
		p[3], p[7] = byte(i), byte(160*i)
		r.read(at(arrival), &once{datagram: p}, &once{})
	}
	if got, want := r.stats().Jitter, 625*time.Microsecond; got != want {
		t.Errorf("got jitter %v, want %v", got, want)
	}
}

func TestReportBeforeAnyStream(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		if err := s.Expect(partner); err != nil {
			t.Fatal(err)
		}
		w.network.socket(t, s.Port()+1).deliver(remoteControl, appendReport(nil, peerSSRC, nil, &block{}))
		time.Sleep(time.Second)
		if got := s.Stop(); got.Received.RTCP != 1 || got.Report.Valid {
			t.Errorf("got %+v, want a report about nothing", got)
		}
	})
}

// once is a Socket that delivers one datagram.
type once struct {
	fakeSocket
	datagram []byte
}

func (o *once) Receive(p []byte) (int, netip.AddrPort, time.Time, error) {
	if o.datagram == nil {
		return -1, netip.AddrPort{}, time.Time{}, nil
	}
	n := copy(p, o.datagram)
	o.datagram = nil
	return n, remote, time.Time{}, nil
}

func FuzzReceive(f *testing.F) {
	f.Add([]byte{})
	f.Add(datagram(0x80))
	f.Add(datagram(0xbf, 0xbe, 0xde, 0, 1, 0x10, 7, 0, 0))
	f.Add(datagram(0x90, 0x10, 0x00, 0, 1, 1, 2, 3, 4))
	f.Add(datagram(0xa0))
	f.Add([]byte{0x81, 201, 0, 7, 1, 2, 3, 4})
	r := &receiver{} // one for all inputs: what a packet leaves behind must not matter
	f.Fuzz(func(t *testing.T, in []byte) {
		r.latch.arm(Peer{RTP: remote})
		before := r.stats()
		r.read(time.Unix(0, 0), &once{datagram: append([]byte{}, in...)}, &once{})
		got := r.stats()
		if total(got) != total(before)+1 || got.Foreign > 0 {
			t.Errorf("got %+v after %+v, want one datagram more", got, before)
		}
		if got.Packets > before.Packets && (len(in) < 12 || in[0]>>6 != 2) {
			t.Errorf("%x counts as RTP", in)
		}
		if size := got.Bytes - before.Bytes; size > uint64(max(0, len(in)-12)) {
			t.Errorf("got %d payload octets of a datagram of %d", size, len(in))
		}
		if got.Expected-before.Expected > maxDropout || got.Lost > got.Expected || got.Lost+got.Packets != got.Expected+got.Duplicated+r.reception.order.before || got.Jitter < 0 {
			t.Errorf("got %+v after %+v, want a loss and a jitter that are possible", got, before)
		}
	})
}

// total is the number of datagrams that were read.
func total(r Received) uint64 { return r.Packets + r.Invalid + r.RTCP + r.InvalidRTCP + r.Foreign }
