package rtp

import (
	"net/netip"
	"testing"
	"time"
)

// other is a Source of another codec: its last octet tells it from the tone.
type other struct{}

func (other) Frame(n int) []byte {
	frame := tone{}.Frame(n)
	frame[159] = 0xa5
	return frame
}

func TestHoldAndResume(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		socket := w.network.socket(t, s.Port())
		var end ending
		end.play(t, s, stream(1500))
		time.Sleep(5003 * time.Millisecond)
		change := func(st Stream, peer Peer) {
			t.Helper()
			if err := s.Change(st, peer); err != nil {
				t.Fatal(err)
			}
		}
		held := stream(1)
		held.Muted = true
		change(held, Peer{RTP: remote})
		atHold := len(socket.packets())
		time.Sleep(5 * time.Second)
		if got := len(socket.packets()); got != atHold {
			t.Errorf("got %d packets on hold, want none", got-atHold)
		}
		resumed := Stream{Source: other{}, PayloadType: 0, Frames: 1, Samples: 1}
		target := netip.MustParseAddrPort("192.0.2.77:6000")
		change(resumed, Peer{RTP: target})
		time.Sleep(5 * time.Second)
		change(resumed, onHold)
		atSecond := len(socket.packets())
		time.Sleep(time.Second)
		change(resumed, Peer{RTP: remote})
		time.Sleep(15 * time.Second)
		stats := s.Stop()
		sent := socket.packets()
		first := parsePacket(t, sent[0].data)
		for i, packet := range sent {
			p := parsePacket(t, packet.data)
			elapsed := packet.at.Sub(sent[0].at)
			want := first.Header
			want.SequenceNumber += uint16(i)
			want.Timestamp += uint32(elapsed * 8000 / time.Second)
			want.Marker = i == 0 || i == atHold || i == atSecond
			want.PayloadType = 8
			to := remote
			if i >= atHold {
				want.PayloadType = 0
			}
			if i >= atHold && i < atSecond {
				to = target
			}
			got := p.Header
			if got.SequenceNumber != want.SequenceNumber || got.Timestamp != want.Timestamp || got.Marker != want.Marker ||
				got.PayloadType != want.PayloadType || got.SSRC != want.SSRC || packet.to != to {
				t.Fatalf("packet %d at %v: got %v to %v, want %v to %v", i, elapsed, got, packet.to, want, to)
			}
			if n := int(elapsed / Interval); int(p.Payload[0]) != n%256 || (p.Payload[159] == 0xa5) != (i >= atHold) && n != 0xa5 {
				t.Fatalf("packet %d: got frame %d, ending in %x, at %v", i, p.Payload[0], p.Payload[159], elapsed)
			}
		}
		if n := len(sent); n < 1190 || n > 1210 || int(stats.Sent.Packets) != n || stats.Sent.Skipped != 0 {
			t.Errorf("got %d packets and %+v, want about 1200 and none skipped", n, stats.Sent)
		}
		if want := sent[0].at.Add(30 * time.Second); end.calls != 1 || !end.at.Equal(want) {
			t.Errorf("got %d calls of done, at %v; want one at 30s as without a change", end.calls, end.at.Sub(sent[0].at))
		}
	})
}

func TestChangeBeforePlay(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		socket := w.network.socket(t, s.Port())
		if err := s.Change(Stream{}, Peer{RTP: remote}); err != nil {
			t.Fatal(err)
		}
		socket.deliver(remote, datagram(0x80))
		time.Sleep(time.Second)
		if got := len(socket.packets()); got != 0 {
			t.Errorf("got %d packets before Play, want none", got)
		}
		if got := s.Stop().Received; got.Packets != 1 || got.Foreign != 0 {
			t.Errorf("got %+v, want one packet of the peer", got)
		}
		if err := s.Change(Stream{}, Peer{RTP: remote}); err != nil {
			t.Errorf("got error %v from Change after Stop, want none and no effect", err)
		}
	})
}
