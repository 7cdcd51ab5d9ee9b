package engine

import (
	"encoding/binary"
	"math"
	"net/netip"
	"testing"
	"time"

	"pickup/calls"
	"pickup/transport/memnet"
	"pickup/transport/rtp"
	"pickup/transport/sip/siptest"
)

// The digital milliwatt of ITU-T G.711 tables 5 and 6 has 0 dBm0 by definition.
func TestLawsOfTheDigitalMilliwatt(t *testing.T) {
	tests := map[string][]byte{
		"PCMU": {0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e},
		"PCMA": {0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4},
	}
	for name, codes := range tests {
		sum := uint64(0)
		for _, code := range codes {
			sum += laws[name].Energy[code]
		}
		if got := 10 * math.Log10(float64(sum)/8/laws[name].Zero); math.Abs(got) > 0.02 {
			t.Errorf("%s: got %.3f dBm0, want 0 within 0.02", name, got)
		}
		clipped := 0
		for _, energy := range laws[name].Energy {
			clipped += int(energy / rtp.Clipped)
		}
		if clipped != 2 {
			t.Errorf("%s: got %d codes at the end of the scale, want 2", name, clipped)
		}
	}
}

// talker is the media of a caller that says what it is told to, and whose RTCP answers
// each sender report of ours.
type talker struct {
	s        *scenario
	rtp      *memnet.Conn
	control  *memnet.Conn
	ssrc     uint32
	sequence uint16
	clock    uint32
}

func (s *scenario) talker(c *siptest.Caller) *talker {
	s.t.Helper()
	k := &talker{s: s, ssrc: 7, sequence: 65_400, clock: 1<<32 - 8000}
	var err error
	if k.rtp, err = s.net.Listen(netip.AddrPortFrom(c.Local().Addr(), 4000)); err != nil {
		s.t.Fatal(err)
	}
	if k.control, err = s.net.Listen(netip.AddrPortFrom(c.Local().Addr(), 4001)); err != nil {
		s.t.Fatal(err)
	}
	return k
}

func (k *talker) close() { _, _ = k.rtp.Close(), k.control.Close() }

// say sends so many packets with this octet of PCMU in them, 50 a second.
func (k *talker) say(octet byte, packets int) {
	k.s.t.Helper()
	for range packets {
		p := make([]byte, 172)
		p[0] = 0x80
		binary.BigEndian.PutUint16(p[2:], k.sequence)
		binary.BigEndian.PutUint32(p[4:], k.clock)
		binary.BigEndian.PutUint32(p[8:], k.ssrc)
		for i := range 160 {
			p[12+i] = octet
		}
		k.sequence, k.clock = k.sequence+1, k.clock+160
		if err := k.rtp.Send(p, netip.AddrPortFrom(serverAddr.Addr(), 10000)); err != nil {
			k.s.t.Fatal(err)
		}
		k.answer()
		k.s.pass(frameTime)
	}
}

// answer sends a receiver report for the sender report that waits, at once.
func (k *talker) answer() {
	var b [1500]byte
	n, _, _, err := k.control.Receive(b[:])
	if err != nil || n < 28 || b[1] != 200 {
		return
	}
	r := make([]byte, 32)
	r[0], r[1], r[3] = 0x81, 201, 7
	binary.BigEndian.PutUint32(r[4:], k.ssrc)
	copy(r[8:12], b[4:8]) // about our stream
	r[12] = 64            // a quarter lost
	r[15] = 10            // ten in all
	copy(r[24:28], b[10:14])
	_ = k.control.Send(r, netip.AddrPortFrom(serverAddr.Addr(), 10001))
}

// TestQualityIsInTheRecord has a caller on a line of 50 ms that loses each 20th packet.
func TestQualityIsInTheRecord(t *testing.T) {
	play(t, setup{network: memnet.Options{Latency: 50 * time.Millisecond}}, func(s *scenario) {
		n := 0
		s.net.Filter(func(p memnet.Packet) bool {
			if p.To.Port() != 10000 {
				return true
			}
			n++
			return n%20 != 10
		})
		caller := s.caller()
		call := caller.Invite(offer(caller, "a=rtcp-xr:voip-metrics\r\n"))
		call.WantFinal(200)
		call.Ack()
		k := s.talker(caller)
		k.say(0x1e, 500) // a sample of the milliwatt, 5.3 dB below its mean power
		k.say(0xff, 500)
		k.close()
		call.Reply(call.WantRequest("BYE"), 200)
		m := s.wantEnd(calls.Completed, calls.Server, 200).Media
		in, q := m.Received, m.Quality
		if in.Expected != 1000 || in.Lost != 50 || in.Packets != 950 || in.Late+in.Duplicated+in.Reordered+in.Sources != 0 {
			t.Errorf("received: got %+v, want 950 of 1000 and nothing else", in)
		}
		if m.RoundTrip == nil || *m.RoundTrip < 100*time.Millisecond || *m.RoundTrip > 141*time.Millisecond {
			t.Errorf("round trip: got %v, want 100 ms, and up to two ticks more", m.RoundTrip)
		}
		within(t, "MOS", q.MOS, 3.75, 3.95) // 93.2 less 15.8 for the loss and 3.2 for the delay
		within(t, "R", q.R, 73.8, 74.4)
		within(t, "listening MOS", q.ListeningMOS, 3.9, 3.95)
		within(t, "burst ratio", q.BurstRatio, 1, 1)
		within(t, "gap density", q.GapDensity, 0.05, 0.05)
		within(t, "skew", q.Skew, -1, 1)
		within(t, "silence", q.Silence, 0.5, 0.5)
		within(t, "clipping", q.Clipping, 0, 0)
		within(t, "level", q.Level, -5.2, -5.1)
		if q.OneWay == nil || *q.OneWay || q.Bursts == nil || *q.Bursts != 0 || q.BurstDensity != nil || q.BurstLength != nil {
			t.Errorf("quality: got %+v, want audio both ways and no burst", q)
		}
		if m.Remote == nil || *m.Remote.Lost != 10 || *m.Remote.FractionLost != 0.25 || m.Remote.Metrics != nil {
			t.Errorf("remote: got %+v, want the report of the caller", m.Remote)
		}
	})
}

func within(t *testing.T, what string, got *float64, low, high float64) {
	t.Helper()
	if got == nil {
		t.Errorf("%s: got nothing, want %v to %v", what, low, high)
	} else if *got < low-1e-9 || *got > high+1e-9 {
		t.Errorf("%s: got %v, want %v to %v", what, *got, low, high)
	}
}

// TestNothingIsMeasuredOfASilentCaller has no value where nothing came.
func TestNothingIsMeasuredOfASilentCaller(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		c := s.up()
		s.finish(c)
		m := s.record().Media
		got := m.Quality
		if got.OneWay == nil || !*got.OneWay {
			t.Errorf("one-way: got %v, want true", got.OneWay)
		}
		got.OneWay = nil
		if got != (calls.Quality{}) || m.RoundTrip != nil || m.Remote != nil {
			t.Errorf("got %+v, round trip %v, remote %v, want nothing", got, m.RoundTrip, m.Remote)
		}
	})
}

func TestMediaTimeout(t *testing.T) {
	tests := []struct {
		name  string
		set   string
		says  int // packets
		hold  bool
		cause calls.Cause
		least time.Duration // from the answer to the end
		most  time.Duration
	}{
		{"never heard", "5", 0, false, calls.MediaTimeout, 5 * time.Second, 6100 * time.Millisecond},
		{"fell silent after 4 s", "5", 200, false, calls.MediaTimeout, 9 * time.Second, 10100 * time.Millisecond},
		{"off", "0", 0, false, calls.Completed, 30 * time.Second, 31 * time.Second},
		{"on hold", "5", 50, true, calls.Completed, 30 * time.Second, 31 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			play(t, setup{set: []string{"media.timeout_seconds=" + test.set}}, func(s *scenario) {
				c := s.up()
				k := s.talker(c.caller)
				k.say(0xff, test.says)
				if test.hold {
					c.Reinvite(offer(c.caller, "a=recvonly\r\n"))
					c.WantFinal(200)
					c.Ack()
				}
				bye := c.WantRequest("BYE")
				c.Reply(bye, 200)
				k.close()
				r := s.wantEnd(test.cause, calls.Server, 200)
				if got := r.Duration(); got < test.least || got > test.most {
					t.Errorf("duration: got %v, want %v to %v", got, test.least, test.most)
				}
				if test.cause == calls.MediaTimeout && bye.Get("Reason") != `Q.850;cause=102;text="Recovery on timer expiry"` {
					t.Errorf("Reason: got %q, want that of a timer", bye.Get("Reason"))
				}
			})
		})
	}
}
