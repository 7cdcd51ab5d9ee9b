package rtp

import (
	"strings"
	"testing"
	"time"

	pion "github.com/pion/rtp"
)

// fakeTones finds what its script says after so many octets, and notes what it hears.
type fakeTones struct {
	heard  []string
	finds  []byte
	missed int
}

func (f *fakeTones) Hear(payload []byte) { f.heard = append(f.heard, string(payload)) }

func (f *fakeTones) Miss(samples int) { f.missed += samples }

func (f *fakeTones) Next() (byte, time.Duration, bool) {
	if len(f.finds) == 0 {
		return 0, 0, false
	}
	key := f.finds[0]
	f.finds = f.finds[1:]
	return key, 70 * time.Millisecond, true
}

// spoken is a packet of 4 samples; its payload names it.
func spoken(timestamp uint32, name string) *pion.Packet {
	return &pion.Packet{Header: pion.Header{Timestamp: timestamp}, Payload: []byte(name)}
}

func TestTonesHearAudioInOrder(t *testing.T) {
	tests := []struct {
		name   string
		in     []*pion.Packet
		heard  string
		missed int
	}{
		{"in order", []*pion.Packet{spoken(8, "aaaa"), spoken(12, "bbbb")}, "aaaa bbbb", 0},
		{"twice", []*pion.Packet{spoken(8, "aaaa"), spoken(8, "aaaa"), spoken(12, "bbbb")}, "aaaa bbbb", 0},
		{"one lost", []*pion.Packet{spoken(8, "aaaa"), spoken(16, "cccc")}, "aaaa cccc", 4},
		{"one late", []*pion.Packet{spoken(8, "aaaa"), spoken(16, "cccc"), spoken(12, "bbbb")}, "aaaa cccc", 4},
		{"many lost", []*pion.Packet{spoken(8, "aaaa"), spoken(80000, "bbbb")}, "aaaa bbbb", int(toneGap)},
		{"the clock jumps back", []*pion.Packet{spoken(80000, "aaaa"), spoken(8, "bbbb")}, "aaaa bbbb", int(toneGap)},
		{"the timestamp wraps", []*pion.Packet{spoken(0xFFFFFFFE, "aaaa"), spoken(2, "bbbb")}, "aaaa bbbb", 0},
		{"another codec", []*pion.Packet{spoken(8, "aaaa"), {Header: pion.Header{PayloadType: 13, Timestamp: 12}, Payload: []byte{1}}}, "aaaa", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tones := &fakeTones{}
			l := newListener(tones)
			for _, p := range tt.in {
				l.take(p)
			}
			if got := strings.Join(tones.heard, " "); got != tt.heard || tones.missed != tt.missed {
				t.Errorf("got %q and %d samples missed, want %q and %d", got, tones.missed, tt.heard, tt.missed)
			}
		})
	}
}

func TestTonesAreToldOfTheEndOfTheAudio(t *testing.T) {
	tones := &fakeTones{}
	l := newListener(tones)
	now := time.Unix(1, 0)
	l.take(spoken(8, "aaaa"))
	for range 10 { // 200 ms
		l.tick(now)
		now = now.Add(Interval)
	}
	if tones.missed != int(toneGap) {
		t.Errorf("got %d samples missed, want %d, once", tones.missed, toneGap)
	}
}

// A sender that leaves the tone in the audio beside the event has its digit told once.
func TestEventHidesItsTone(t *testing.T) {
	tests := []struct {
		name  string
		event []eventStep
		after time.Duration
		found byte
		want  string
	}{
		{"while it lasts", press(5, 1000, 4)[:4], 0, '5', ""},
		{"just behind it", press(5, 1000, 4), 100 * time.Millisecond, '5', "5 event 100ms"},
		{"another key", press(5, 1000, 4), 100 * time.Millisecond, '6', "5 event 100ms, 6 tone 70ms"},
		{"long after", press(5, 1000, 4), time.Second, '5', "5 event 100ms, 5 tone 70ms"},
		{"no event", nil, 0, '5', "5 tone 70ms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tones := &fakeTones{}
			l := newListener(tones)
			now := time.Unix(1, 0)
			for _, s := range tt.event {
				l.take(&pion.Packet{Header: pion.Header{PayloadType: 101, Timestamp: s.timestamp, Marker: s.marked}, Payload: s.payload})
			}
			l.tick(now)
			tones.finds = []byte{tt.found}
			l.tick(now.Add(tt.after))
			if got := strings.Join(l.told, ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// The packets of an event count like all others of the stream, and the digit is told by
// a session on the pacer.
func TestSessionTellsOfDigits(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		if err := s.Expect(Peer{RTP: remote}); err != nil {
			t.Fatal(err)
		}
		var told []Digit
		s.SetDigits(Digits{Events: []uint8{101}, Tell: func(d Digit) { told = append(told, d) }})
		socket := w.network.socket(t, s.Port())
		sequence := byte(0)
		for _, p := range press(11, 1000, 4) {
			header := []byte{0x80, 101, 0, sequence, 0, 0, byte(p.timestamp >> 8), byte(p.timestamp), 1, 2, 3, 4}
			sequence++
			socket.deliver(remote, append(header, p.payload...))
			socket.deliver(stranger, append(header, p.payload...))
			time.Sleep(Interval)
		}
		time.Sleep(time.Second)
		got := s.Stop().Received
		if got.Packets != 7 || got.Lost != 0 || got.Bytes != 28 || got.Foreign != 7 {
			t.Errorf("got %+v, want 7 packets of 4 octets and none lost", got)
		}
		if want := (Digit{Key: '#', Length: 100 * time.Millisecond}); len(told) != 1 || told[0] != want {
			t.Errorf("got %+v, want one %+v", told, want)
		}
	})
}

func TestDigitsAllocateNothing(t *testing.T) {
	d := newDigits()
	told := 0
	d.Digits = Digits{Events: []uint8{101}, Tell: func(Digit) { told++ }}
	p := &pion.Packet{Header: pion.Header{PayloadType: 101}}
	payloads := [][]byte{blockOf(5, false, 160), blockOf(5, false, 320), blockOf(5, true, 480), blockOf(5, true, 480)}
	now := time.Unix(1, 0)
	allocs := testing.AllocsPerRun(100, func() {
		p.Timestamp += 2000
		for _, p.Payload = range payloads {
			d.take(p)
		}
		now = now.Add(Interval)
		d.tick(now)
	})
	if allocs != 0 || told < 100 {
		t.Errorf("got %v allocations and %d digits, want none and one a round", allocs, told)
	}
}
