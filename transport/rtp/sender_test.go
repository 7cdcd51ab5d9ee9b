package rtp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	pion "github.com/pion/rtp"
)

// sendAt ticks a sender at times after its start, in milliseconds, and returns the
// socket that it sent through.
func sendAt(t *testing.T, s *Sender, milliseconds ...int) *fakeSocket {
	t.Helper()
	out := &fakeSocket{}
	for _, ms := range milliseconds {
		if _, err := s.Tick(s.start.Add(time.Duration(ms)*time.Millisecond), out, remote); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// frames tells which frames the packets carry, an M after those with the marker,
// and checks that timestamp and payload fit the frame and the sequence has no gap.
func frames(t *testing.T, s *Sender, sent []packet) string {
	t.Helper()
	text := ""
	var first uint16
	for i, packet := range sent {
		p := parsePacket(t, packet.data)
		n := int(p.Payload[0])
		if i == 0 {
			first = p.SequenceNumber
		}
		if got, want := p.SequenceNumber, first+uint16(i); got != want {
			t.Errorf("frame %d: got sequence number %d, want %d", n, got, want)
		}
		if got, want := p.Timestamp, s.clock+uint32(n)*160; got != want {
			t.Errorf("frame %d: got timestamp %d, want %d", n, got, want)
		}
		text += fmt.Sprint(" ", n)
		if p.Marker {
			text += "M"
		}
	}
	return text
}

func TestSenderLate(t *testing.T) {
	tests := []struct {
		name    string
		ticks   []int // milliseconds after the start
		want    string
		skipped uint64
		late    time.Duration
	}{
		{"in time", []int{0, 20, 40}, " 0M 1 2", 0, 0},
		{"before the start", []int{-20, -1, 0}, " 0M", 0, 0},
		{"twice in one interval", []int{0, 19, 20, 39}, " 0M 1", 0, 0},
		{"a little late", []int{0, 27, 41}, " 0M 1 2", 0, 7 * time.Millisecond},
		{"two missed are made up", []int{0, 60, 80}, " 0M 1 2 3 4", 0, 40 * time.Millisecond},
		{"more are jumped over", []int{0, 200, 220}, " 0M 8M 9 10 11", 7, 40 * time.Millisecond},
		{"late from the first", []int{100, 120}, " 3M 4 5 6", 3, 40 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := NewSender(stream(100), time.Unix(0, 0))
			sent := sendAt(t, s, test.ticks...).packets()
			if got := frames(t, s, sent); got != test.want {
				t.Errorf("got frames%s, want%s", got, test.want)
			}
			stats := s.Stats()
			want := Sent{Packets: uint64(len(sent)), Bytes: uint64(160 * len(sent)), Skipped: test.skipped, LateMax: test.late}
			if stats != want {
				t.Errorf("got %+v, want %+v", stats, want)
			}
		})
	}
}

func TestSenderMute(t *testing.T) {
	s := NewSender(stream(100), time.Unix(0, 0))
	first := sendAt(t, s, 0, 20).packets()
	s.stream.Muted = true
	if got := len(sendAt(t, s, 40, 60, 300).packets()); got != 0 {
		t.Errorf("got %d packets from a muted sender, want none", got)
	}
	s.stream.Muted = false
	second := sendAt(t, s, 320, 340).packets()
	if got, want := frames(t, s, append(first, second...)), " 0M 1 16M 17"; got != want {
		t.Errorf("got frames%s, want%s", got, want)
	}
	if got := s.Stats().Skipped; got != 0 {
		t.Errorf("got %d skipped frames, want none: no frame was due while muted", got)
	}
}

func TestSenderEnd(t *testing.T) {
	tests := []struct {
		name   string
		frames int
		muted  bool
		ticks  []int
		want   string
		over   []bool // of each tick
	}{
		{"a frame after the last", 2, false, []int{0, 20, 39, 40}, " 0M 1", []bool{false, false, false, true}},
		{"late for the end", 3, false, []int{0, 300}, " 0M 1 2", []bool{false, true}},
		{"late for more than the cap", 5, false, []int{0, 300}, " 0M 2M 3 4", []bool{false, true}},
		{"muted", 2, true, []int{0, 20, 40}, "", []bool{false, false, true}},
		{"empty", 0, false, []int{-1, 0}, "", []bool{false, true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			st := stream(test.frames)
			st.Muted = test.muted
			s := NewSender(st, time.Unix(0, 0))
			out := &fakeSocket{}
			for i, ms := range test.ticks {
				over, err := s.Tick(s.start.Add(time.Duration(ms)*time.Millisecond), out, remote)
				if over != test.over[i] || err != nil {
					t.Errorf("at %d ms: got over = %v, error %v; want %v", ms, over, err, test.over[i])
				}
			}
			if got := frames(t, s, out.packets()); got != test.want {
				t.Errorf("got frames%s, want%s", got, test.want)
			}
		})
	}
}

func TestSenderErrors(t *testing.T) {
	tests := []struct {
		err       error
		permanent bool
	}{
		{syscall.EAGAIN, false},
		{syscall.ECONNREFUSED, false},
		{syscall.ENETUNREACH, false},
		{syscall.EHOSTUNREACH, false},
		{syscall.ENOBUFS, false},
		{syscall.EPERM, false},
		{errors.New("unknown"), false},
		{syscall.EBADF, true},
		{syscall.EINVAL, true},
		{syscall.EAFNOSUPPORT, true},
		{fmt.Errorf("wrapped: %w", net.ErrClosed), true},
	}
	for _, test := range tests {
		t.Run(test.err.Error(), func(t *testing.T) {
			s := NewSender(stream(100), time.Unix(0, 0))
			out := &fakeSocket{fail: func(n int) error {
				if n == 0 {
					return test.err
				}
				return nil
			}}
			_, err := s.Tick(s.start, out, remote)
			if test.permanent != errors.Is(err, test.err) {
				t.Fatalf("got error %v, want permanent = %v", err, test.permanent)
			}
			if test.permanent {
				return
			}
			if _, err := s.Tick(s.start.Add(Interval), out, remote); err != nil {
				t.Fatal(err)
			}
			p := parsePacket(t, out.packets()[0].data)
			if !p.Marker || p.SequenceNumber != s.sequence-1 || p.Payload[0] != 1 {
				t.Errorf("got %v, want frame 1 with the marker, since frame 0 did not leave", p.Header)
			}
			if got := s.Stats(); got.Errors != 1 || got.Packets != 1 || got.Bytes != 160 {
				t.Errorf("got %+v, want one error and one packet", got)
			}
		})
	}
}

func TestSenderStartsAtRandom(t *testing.T) {
	var headers [3]pion.Header
	for i := range headers {
		sent := sendAt(t, NewSender(stream(1), time.Unix(0, 0)), 0).packets()
		headers[i] = parsePacket(t, sent[0].data).Header
	}
	a, b, c := headers[0], headers[1], headers[2]
	if a.SSRC == b.SSRC || b.SSRC == c.SSRC || a.Timestamp == b.Timestamp || b.Timestamp == c.Timestamp ||
		a.SequenceNumber == b.SequenceNumber && b.SequenceNumber == c.SequenceNumber {
		t.Errorf("three senders start alike: %v, %v, %v", a, b, c)
	}
}

func TestSenderAddress(t *testing.T) {
	s := NewSender(stream(3), time.Unix(0, 0))
	out := &fakeSocket{}
	six := netip.MustParseAddrPort("[2001:db8::7]:5004")
	for i, to := range []netip.AddrPort{six, {}, remote} {
		if _, err := s.Tick(s.start.Add(time.Duration(i)*Interval), out, to); err != nil {
			t.Fatal(err)
		}
	}
	sent := out.packets()
	if got, want := frames(t, s, sent), " 0M 2M"; got != want {
		t.Fatalf("got frames%s, want%s: nothing without a destination", got, want)
	}
	if sent[0].to != six || sent[1].to != remote {
		t.Errorf("got packets to %v and %v, want %v and %v", sent[0].to, sent[1].to, six, remote)
	}
}
