package rtp

import (
	"encoding/binary"
	"math"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// partner is a peer that has RTCP.
var partner = Peer{RTP: remote, RTCP: remoteControl}

// parts are the packets of a compound of ours. Each begins with one report and the
// CNAME (RFC 3550 section 6.1).
type parts struct {
	at     time.Time
	sender *rtcp.SenderReport // or
	empty  *rtcp.ReceiverReport
	blocks []rtcp.ReceptionReport
	cname  string
	bye    bool
}

func parseControl(t *testing.T, p packet) (c parts) {
	t.Helper()
	all, err := rtcp.Unmarshal(p.data)
	if err != nil || len(all) < 2 {
		t.Fatalf("a compound of ours does not parse: %v: %x", err, p.data)
	}
	if err := rtcp.CompoundPacket(all).Validate(); err != nil {
		t.Errorf("a compound of ours is not valid: %v: %x", err, p.data)
	}
	c.at = p.at
	var ssrc uint32
	switch first := all[0].(type) {
	case *rtcp.SenderReport:
		c.sender, c.blocks, ssrc = first, first.Reports, first.SSRC
	case *rtcp.ReceiverReport:
		c.empty, c.blocks, ssrc = first, first.Reports, first.SSRC
	}
	chunk := all[1].(*rtcp.SourceDescription).Chunks[0]
	c.cname = chunk.Items[0].Text
	if chunk.Source != ssrc || chunk.Items[0].Type != rtcp.SDESCNAME {
		t.Errorf("got source description %+v of %x, want a CNAME of it", chunk, ssrc)
	}
	if len(all) == 3 {
		c.bye = all[2].(*rtcp.Goodbye).Sources[0] == ssrc
	}
	return c
}

// checkReport holds a sender report against the RTP packets: what the NTP and the
// RTP clock show at its sending, and the counts up to then.
func checkReport(t *testing.T, c parts, sent []packet) {
	t.Helper()
	seconds := float64(c.sender.NTPTime>>32) - 2208988800 + float64(c.sender.NTPTime&0xffffffff)/(1<<32)
	if want := float64(c.at.UnixNano()) / 1e9; math.Abs(seconds-want) > 1e-6 {
		t.Errorf("got NTP time %f in a report sent at %f", seconds, want)
	}
	first := parsePacket(t, sent[0].data)
	clock := first.Timestamp + uint32(c.at.Sub(sent[0].at)*8000/time.Second)
	count := uint32(0)
	for _, p := range sent {
		if !p.at.After(c.at) {
			count++
		}
	}
	if got := c.sender; got.SSRC != first.SSRC || got.RTPTime != clock || got.PacketCount != count || got.OctetCount != 160*count {
		t.Errorf("got %+v, want SSRC %x, RTP time %d, %d packets and %d octets", got, first.SSRC, clock, count, 160*count)
	}
}

func TestReportsOfThirtySeconds(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		names := make(map[string]bool)
		for range 5 {
			s := w.open(t)
			socket, control := w.network.socket(t, s.Port()), w.network.socket(t, s.Port()+1)
			time.Sleep(1234567 * time.Microsecond)
			if err := s.Play(stream(1500), partner, func(error) {}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(30*time.Second + 7*time.Millisecond)
			stats := s.Stop()
			sent, reports := socket.packets(), control.packets()
			if n := len(reports); n < 6 || n > 16 || int(stats.Sent.RTCP) != n {
				t.Fatalf("got %d reports and %+v, want one about every four seconds", n, stats.Sent)
			}
			before, mean := sent[0].at, minimum/2
			for i, p := range reports {
				c := parseControl(t, p)
				if last := i == len(reports)-1; c.sender == nil || c.bye != last || p.to != remoteControl || len(c.blocks) != 0 {
					t.Fatalf("got %+v to %v, want a sender report to %v, and a BYE in the last of %d", c, p.to, remoteControl, len(reports))
				}
				checkReport(t, c, sent)
				names[c.cname] = true
				if c.bye {
					break
				}
				low, high := shortest(mean), longest(mean)+Interval
				if gap := p.at.Sub(before); gap < low || gap > high {
					t.Errorf("got report %d after %v, want %v to %v", i, gap, low, high)
				}
				before, mean = p.at, minimum
			}
		}
		for name := range names {
			if !regexp.MustCompile(`^[A-Za-z0-9+/]{16}$`).MatchString(name) {
				t.Errorf("got CNAME %q, want 96 bits in Base64", name)
			}
		}
		if len(names) != 5 {
			t.Errorf("got CNAMEs %v of five sessions, want one of each", names)
		}
	})
}

// shortest and longest are the bounds of RFC 3550 section 6.3.1 about a mean.
func shortest(mean time.Duration) time.Duration {
	return time.Duration(0.5 / 1.21828182845 * float64(mean))
}

func longest(mean time.Duration) time.Duration {
	return time.Duration(1.5 / 1.21828182845 * float64(mean))
}

func TestIntervalSpread(t *testing.T) {
	const draws = 20_000
	var bins [10]int
	var sum time.Duration
	for i := range uint64(draws) {
		var c control
		var seed controlSeed
		binary.BigEndian.PutUint64(seed[:], i)
		c.begin(at(0), seed)
		if first := c.next.Sub(at(0)); first < shortest(minimum/2) || first > longest(minimum/2) {
			t.Fatalf("got the first report after %v, want %v to %v", first, shortest(minimum/2), longest(minimum/2))
		}
		next := c.interval(minimum)
		sum += next
		bins[int(10*float64(next-shortest(minimum))/float64(longest(minimum)-shortest(minimum)))]++
	}
	if mean := sum / draws; mean < 4050*time.Millisecond || mean > 4160*time.Millisecond {
		t.Errorf("got a mean of %v, want 5 s/1.218 = 4.104 s", mean)
	}
	for i, n := range bins { // 5 standard deviations of a binomial count
		if n < draws/10-212 || n > draws/10+212 {
			t.Errorf("got %d of %d intervals in tenth %d, want about %d", n, draws, i, draws/10)
		}
	}
}

func TestReportsWhileMuted(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		socket, control := w.network.socket(t, s.Port()), w.network.socket(t, s.Port()+1)
		st := stream(6000)
		if err := s.Play(st, partner, func(error) {}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		for _, muted := range []bool{true, false} {
			st.Muted = muted
			if err := s.Change(st, partner); err != nil {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Second)
		}
		s.Stop()
		sent := socket.packets()
		var counts []int // packets sent at each report
		kinds := ""
		for i, p := range control.packets() {
			c := parseControl(t, p)
			count := 0
			for _, p := range sent {
				if !p.at.After(c.at) {
					count++
				}
			}
			counts = append(counts, count)
			since := 0 // packets up to the report before the last one
			if i >= 2 {
				since = counts[i-2]
			}
			if (c.sender != nil) != (count > since) {
				t.Errorf("report %d: got a sender report: %v; %d packets were sent in the last two intervals", i, c.sender != nil, count-since)
			}
			if c.sender != nil {
				checkReport(t, c, sent)
			}
			kinds += map[bool]string{true: "S", false: "R"}[c.sender != nil]
		}
		if !regexp.MustCompile(`^S{3,}R{5,}S{5,}$`).MatchString(kinds) {
			t.Errorf("got reports %s, want S, then R on hold, then S again", kinds)
		}
	})
}

func TestByeOnlyAfterSending(t *testing.T) {
	muted := stream(1500)
	muted.Muted = true
	tests := []struct {
		name   string
		play   bool
		stream Stream
		peer   Peer
		after  time.Duration
		want   int
	}{
		{"never played", false, Stream{}, partner, 10 * time.Second, 0},
		{"muted, before the first report", true, muted, partner, time.Second, 0},
		{"muted, after the first report", true, muted, partner, 3200 * time.Millisecond, 2},
		{"before the first report", true, stream(1500), partner, time.Second, 1},
		{"no address on hold", true, muted, onHold, 10 * time.Second, 0},
		{"no RTCP address", true, stream(1500), Peer{RTP: remote}, 10 * time.Second, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.open(t)
				control := w.network.socket(t, s.Port()+1)
				if err := s.Expect(test.peer); err != nil {
					t.Fatal(err)
				}
				if test.play {
					if err := s.Play(test.stream, test.peer, func(error) {}); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(test.after)
				s.Stop()
				reports := control.packets()
				if len(reports) != test.want {
					t.Fatalf("got %d reports, want %d", len(reports), test.want)
				}
				for i, p := range reports {
					if got := parseControl(t, p).bye; got != (i == len(reports)-1) {
						t.Errorf("got a BYE: %v in report %d of %d", got, i, len(reports))
					}
				}
			})
		})
	}
}

func TestReportsOnOnePort(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		socket, control := w.network.socket(t, s.Port()), w.network.socket(t, s.Port()+1)
		if err := s.Play(stream(500), Peer{RTP: remote, RTCP: remote, Mux: true}, func(error) {}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		stats := s.Stop()
		if got := len(control.packets()); got != 0 {
			t.Errorf("got %d packets from the RTCP port, want none", got)
		}
		reports := 0
		for _, p := range socket.packets() {
			if p.to != remote {
				t.Errorf("got a packet to %v, want %v", p.to, remote)
			}
			if isControl(p.data) {
				parseControl(t, p)
				reports++
			}
		}
		if reports < 2 || int(stats.Sent.RTCP) != reports || stats.Sent.Packets != 500 {
			t.Errorf("got %d reports and %+v, want some among 500 packets", reports, stats.Sent)
		}
	})
}

func TestReportsRefusedByTheKernel(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		w.network.socket(t, s.Port()+1).fail = func(int) error { return syscall.EPERM }
		if err := s.Play(stream(500), partner, func(error) {}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if got := s.Stop().Sent; got.RTCP != 0 || got.Errors < 3 || got.Packets != 500 {
			t.Errorf("got %+v, want 500 packets, no report and an error for each", got)
		}
	})
}

func TestControlSeed(t *testing.T) {
	var seed controlSeed
	copy(seed[:], "to draw from, 16a name of 12")
	var c control
	c.begin(at(0), seed)
	if got, want := string(c.cname[:]), "YSBuYW1lIG9mIDEy"; got != want {
		t.Errorf("got CNAME %q, want %q, of the last 12 octets", got, want)
	}
	s := NewSender(stream(100), at(0))
	var want [stampsKept]uint32
	for i := range 6 {
		s.sent.Packets++
		c.compose(at(5000*i), s, &receiver{}, false)
		if i >= 2 {
			want[5-i] = short(ntp(at(5000 * i)))
		}
	}
	if c.stamps != want {
		t.Errorf("got stamps %x, want those of the last four reports, %x", c.stamps, want)
	}
}
