package rtp

import (
	"net/netip"
	"testing"
	"time"
)

// steady is a Source that allocates nothing.
type steady struct{ frame [160]byte }

func (s *steady) Frame(int) []byte { return s.frame[:] }

// TestTickAllocatesNothing sends and receives RTP and RTCP, valid, broken and of
// others, in each tick.
func TestTickAllocatesNothing(t *testing.T) {
	for _, ip := range loopback(t) {
		t.Run(ip.String(), func(t *testing.T) {
			open := func() *rawSocket { return openTestSocket(t, netip.AddrPortFrom(ip, 0)) }
			peer, peerControl, stranger, own, control := open(), open(), open(), open(), open()
			st := stream(1 << 30)
			st.Source = &steady{}
			now := time.Now()
			s := &Session{rtp: own, rtcp: control, sender: NewSender(st, now), done: func(error) {}}
			s.receiver.own = s.sender.ssrc()
			s.receiver.latch.arm(Peer{RTP: addrOf(peer), RTCP: addrOf(peerControl)})
			s.receiver.control.begin(now, controlSeed{})
			ph := &phase{tickers: []Ticker{s}}
			about := block{ssrc: s.receiver.own, lost: -1, jitter: 7, received: 1}
			report := appendReport(nil, 0x01020304, &senderInfo{ntp: 1 << 20}, &about)
			extended := datagram(0x92, 0, 0, 0, 1, 0, 0, 0, 2, 0xbe, 0xde, 0, 1, 0x10, 7, 0, 0)
			report = appendExtended(report, 0x01020304, s.receiver.own, &everyMetric)
			s.receiver.watch.hearing = Hearing{Scale: &flat, Equipment: Equipment{0, 25.1}, Metrics: true, Due: true, Timeout: time.Hour}
			beat := int64(0)
			inTurn := datagram(0x80)
			allocs := testing.AllocsPerRun(500, func() {
				inTurn[3]++
				for _, p := range [][]byte{datagram80, inTurn, extended, {1}} {
					_ = peer.Send(p, addrOf(own))
				}
				_ = stranger.Send(datagram80, addrOf(own))
				_ = peerControl.Send(report, addrOf(control))
				_ = peerControl.Send(report[:20], addrOf(control))
				s.sender.start = s.sender.start.Add(-Interval) // one more frame is due
				s.receiver.control.next = now                  // and a report
				s.receiver.watch.next = now                    // and a look
				ph.walk(beat)
				beat += phases
			})
			if allocs != 0 {
				t.Errorf("got %v allocations in a tick that sends and receives, want none", allocs)
			}
			got := s.measured()
			if got.Sent.Packets < 500 || got.Sent.RTCP < 500 || got.Received.Packets == 0 || got.Received.Invalid == 0 ||
				got.Received.Foreign == 0 || got.Received.RTCP == 0 || got.Received.InvalidRTCP == 0 || !got.Report.Valid || !got.Report.HasMetrics ||
				got.Quality.Loudness.Packets == 0 || got.Received.Duplicated == 0 || s.Live().Received == 0 {
				t.Errorf("got %+v, want packets of every kind", got)
			}
		})
	}
}

var datagram80 = datagram(0x80)
