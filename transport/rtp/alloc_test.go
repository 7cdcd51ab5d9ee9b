package rtp

import (
	"net/netip"
	"testing"
	"time"
)

// steady is a Source that allocates nothing.
type steady struct{ frame [160]byte }

func (s *steady) Frame(int) []byte { return s.frame[:] }

func TestTickAllocatesNothing(t *testing.T) {
	for _, ip := range loopback(t) {
		t.Run(ip.String(), func(t *testing.T) {
			peer := openTestSocket(t, netip.AddrPortFrom(ip, 0))
			own, control := openTestSocket(t, netip.AddrPortFrom(ip, 0)), openTestSocket(t, netip.AddrPortFrom(ip, 0))
			st := stream(1 << 30)
			st.Source = &steady{}
			st.Remote = addrOf(peer)
			s := &Session{rtp: own, rtcp: control, sender: NewSender(st, time.Now()), done: func(error) {}}
			ph := &phase{tickers: []Ticker{s}}
			in := [][]byte{datagram(0x80), datagram(0x92, 0, 0, 0, 1, 0, 0, 0, 2, 0xbe, 0xde, 0, 1, 0x10, 7, 0, 0), {1}}
			beat := int64(0)
			allocs := testing.AllocsPerRun(500, func() {
				for _, p := range in {
					_ = peer.Send(p, addrOf(own))
				}
				_ = peer.Send(in[2], addrOf(control))
				s.sender.start = s.sender.start.Add(-Interval) // one more frame is due
				ph.walk(beat)
				beat += phases
			})
			if allocs != 0 {
				t.Errorf("got %v allocations in a tick that sends and receives, want none", allocs)
			}
			got := s.receiver.received
			if sent := s.sender.Stats(); sent.Packets < 500 || got.Packets == 0 || got.Invalid == 0 || got.RTCP == 0 {
				t.Errorf("got %+v and %+v, want packets both ways", sent, got)
			}
		})
	}
}
