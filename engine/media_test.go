package engine

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"pickup/transport/memnet"
)

// sends has somebody send RTP to the call, 50 packets a second.
func (s *scenario) sends(from netip.AddrPort, ssrc uint32, packets int) {
	s.t.Helper()
	conn, err := s.net.Listen(from)
	if err != nil {
		s.t.Fatal(err)
	}
	for n := range packets {
		packet := make([]byte, 172)
		packet[0] = 0x80
		binary.BigEndian.PutUint16(packet[2:], uint16(n))
		binary.BigEndian.PutUint32(packet[4:], uint32(n)*160)
		binary.BigEndian.PutUint32(packet[8:], ssrc)
		if err := conn.Send(packet, netip.AddrPortFrom(serverAddr.Addr(), 10000)); err != nil {
			s.t.Fatal(err)
		}
		s.pass(frameTime)
	}
	if err := conn.Close(); err != nil {
		s.t.Fatal(err)
	}
}

func TestAudioFollowsTheCallerBehindNAT(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		mapped := netip.AddrPortFrom(c.caller.Local().Addr(), 61000)
		s.sends(mapped, 1, 10)
		s.finish(c)
		if got := s.heard(c.caller).packets + s.packetsTo(mapped); got != 1500 || s.packetsTo(mapped) < 1480 {
			t.Errorf("packets: got %d, %d of them to where the caller's audio comes from, want 1500 and nearly all", got, s.packetsTo(mapped))
		}
	})
}

func TestAudioFollowsNoStranger(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		stranger := netip.MustParseAddrPort("203.0.113.66:4000")
		s.sends(stranger, 1, 10)
		s.finish(c)
		s.heard(c.caller).want(t, 1500)
		if s.streams[stranger] != nil {
			t.Errorf("a stranger was sent %d packets", s.streams[stranger].packets)
		}
		if r := s.record(); r.Media.Received.Packets != 0 || r.Media.Received.Invalid != 10 {
			t.Errorf("received: got %d and %d that are not the caller's, want 0 and 10",
				r.Media.Received.Packets, r.Media.Received.Invalid)
		}
	})
}

func TestReceptionIsInTheRecord(t *testing.T) {
	const every = 20 // each 20th packet is lost
	play(t, setup{}, func(s *scenario) {
		n := 0
		s.net.Filter(func(p memnet.Packet) bool {
			if p.To.Port() != 10000 {
				return true
			}
			n++
			return n%every != 10
		})
		c := s.up()
		s.sends(netip.AddrPortFrom(c.caller.Local().Addr(), 4000), 7, 200)
		s.finish(c)
		r := s.record().Media.Received
		if r.Expected != 200 || r.Lost != 10 || r.Packets != 190 || r.Jitter != 0 {
			t.Errorf("got %d expected, %d lost, %d packets, jitter %v, want 200, 10, 190, 0", r.Expected, r.Lost, r.Packets, r.Jitter)
		}
	})
}
