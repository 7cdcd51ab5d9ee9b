package rtp

import (
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
			st := Stream{Source: &steady{}, Frames: 1 << 60, Samples: 160, Remote: addrOf(sink)}
			s := &Session{rtp: test.rtp, rtcp: test.rtcp, sender: NewSender(st, time.Now()), done: func(error) {}}
			ph := &phase{tickers: []Ticker{s}}
			b.ReportAllocs()
			for b.Loop() {
				s.sender.start = s.sender.start.Add(-Interval) // one more frame is due
				ph.walk(0)
			}
		})
	}
}
