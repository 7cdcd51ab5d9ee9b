package rtp

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// silent is a Socket that sends nowhere and receives nothing.
type silent struct{ fakeSocket }

func (*silent) Send([]byte, netip.AddrPort) error { return nil }

// BenchmarkTick is one tick of one session: both sockets read, one packet sent.
func BenchmarkTick(b *testing.B) {
	listen := func() Socket {
		s, err := ListenRaw(netip.MustParseAddrPort("127.0.0.1:0"))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		return s
	}
	sink := listen()
	for _, test := range []struct {
		name      string
		rtp, rtcp Socket
	}{
		{"bare", &silent{}, &silent{}},
		{"sockets", listen(), listen()},
	} {
		b.Run(test.name, func(b *testing.B) {
			st := Stream{Source: &steady{}, Frames: 1 << 60, Samples: 160}
			s := &Session{rtp: test.rtp, rtcp: test.rtcp, sender: NewSender(st, time.Now()), done: func(error) {}}
			s.receiver.latch.arm(Peer{RTP: addrOf(sink)})
			ph := &phase{tickers: []Ticker{s}}
			b.ReportAllocs()
			for b.Loop() {
				s.sender.start = s.sender.start.Add(-Interval) // one more frame is due
				ph.walk(0)
			}
		})
	}
}

// BenchmarkReceiveControl is what one RTCP datagram of the peer costs: an ordinary
// one, and the worst ones that fit into a datagram.
func BenchmarkReceiveControl(b *testing.B) {
	ordinary := appendReport(nil, peerSSRC, &senderInfo{ntp: 1 << 40}, &block{ssrc: ownSSRC, received: 7})
	ordinary = appendCNAME(ordinary, peerSSRC, new([cnameSize]byte))
	headers := appendReport(nil, peerSSRC, nil, nil)
	for len(headers)+controlHeader <= readSize {
		headers = append(headers, version, typeBye, 0, 0)
	}
	blocks := append(appendReport(nil, peerSSRC, nil, nil), make([]byte, 31*blockSize)...)
	blocks[0] |= 31
	sized(blocks, 0)
	for _, test := range []struct {
		name string
		in   []byte
	}{{"ordinary", ordinary}, {"headers", headers}, {"blocks", blocks}, {"broken", headers[:readSize-2]}} {
		b.Run(test.name, func(b *testing.B) {
			r := &receiver{own: ownSSRC}
			r.latch.arm(partner)
			now := time.Now()
			b.ReportAllocs()
			for b.Loop() {
				r.takeControl(test.in, now, true)
			}
		})
	}
}

// BenchmarkReceive is what one RTP packet of the peer costs, from the datagram on:
// without and with the measuring of its level.
func BenchmarkReceive(b *testing.B) {
	for _, test := range []struct {
		name  string
		scale *Scale
	}{{"counted", nil}, {"measured", &Scale{Zero: 1}}} {
		b.Run(test.name, func(b *testing.B) {
			r := &receiver{}
			r.latch.arm(Peer{RTP: remote})
			r.watch.hearing.Scale = test.scale
			packet, now := datagram(0x80), time.Unix(1, 0)
			b.ReportAllocs()
			for n := uint32(0); b.Loop(); n++ {
				binary.BigEndian.PutUint16(packet[2:], uint16(n))
				binary.BigEndian.PutUint32(packet[4:], 160*n)
				now = now.Add(Interval)
				r.take(packet, remote, now)
			}
		})
	}
}
