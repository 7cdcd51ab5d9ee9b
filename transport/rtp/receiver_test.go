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
				w.network.socket(t, s.Port()).deliver(test.in)
				time.Sleep(time.Second)
				want := Received{Packets: 1, Bytes: uint64(test.payload), From: remote}
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
		time.Sleep(time.Until(beatOf(s)) + time.Millisecond)
		for range 20 {
			rtp.deliver(datagram(0x80))
			rtcp.deliver([]byte{0x80, 201, 0, 1, 0, 0, 0, 0})
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
		if want := (Received{Packets: 20, Bytes: 3200, RTCP: 20, From: remote}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestReceiveFirstSource(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		socket := w.network.socket(t, s.Port())
		sources := []string{"192.0.2.7:1", "192.0.2.8:2", "192.0.2.9:3"}
		for i, first := range []byte{0x00, 0x80, 0x80} { // the first is noise
			socket.mu.Lock()
			socket.peer = netip.MustParseAddrPort(sources[i])
			socket.mu.Unlock()
			socket.deliver(datagram(first))
			time.Sleep(2 * Interval)
		}
		if got := s.Stop().Received.From; got.String() != sources[1] {
			t.Errorf("got first source %v, want %v", got, sources[1])
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
	r := &receiver{} // one for all inputs: what a packet leaves behind must not matter
	f.Fuzz(func(t *testing.T, in []byte) {
		before := r.received
		r.read(&once{datagram: append([]byte{}, in...)}, &once{})
		got := r.received
		if got.Packets+got.Invalid != before.Packets+before.Invalid+1 {
			t.Errorf("got %+v after %+v, want one datagram more", got, before)
		}
		if got.Packets > before.Packets && (len(in) < 12 || in[0]>>6 != 2) {
			t.Errorf("%x counts as RTP", in)
		}
		if size := got.Bytes - before.Bytes; size > uint64(max(0, len(in)-12)) {
			t.Errorf("got %d payload octets of a datagram of %d", size, len(in))
		}
	})
}
