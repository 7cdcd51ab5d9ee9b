package rtp

import (
	"fmt"
	"strings"
	"testing"
	"time"

	pion "github.com/pion/rtp"
)

// block is one event block of a payload; the volume is 10.
func blockOf(code uint8, end bool, duration int) []byte {
	flags := byte(10)
	if end {
		flags |= 0x80
	}
	return []byte{code, flags, byte(duration >> 8), byte(duration)}
}

// listener feeds a session's digits by hand.
type listener struct {
	*digits
	told []string
}

func newListener(tones Tones) *listener {
	l := &listener{digits: newDigits()}
	l.Digits = Digits{Events: []uint8{101, 97}, Tones: tones, Tell: func(d Digit) {
		method := "event"
		if d.Inband {
			method = "tone"
		}
		l.told = append(l.told, fmt.Sprintf("%c %s %v", d.Key, method, d.Length))
	}}
	return l
}

// eventStep is one packet of a test, or a wait.
type eventStep struct {
	timestamp uint32
	marked    bool
	payload   []byte
	wait      time.Duration
}

// press is the packets of a digit of so many times 20 ms, with three ends.
func press(code uint8, timestamp uint32, frames int) []eventStep {
	var list []eventStep
	for n := range frames {
		list = append(list, eventStep{timestamp: timestamp, marked: n == 0, payload: blockOf(code, false, 160*(n+1))})
	}
	end := eventStep{timestamp: timestamp, payload: blockOf(code, true, 160*(frames+1))}
	return append(list, end, end, end)
}

func TestEvents(t *testing.T) {
	join := func(lists ...[]eventStep) (all []eventStep) {
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	wait := func(d time.Duration) []eventStep { return []eventStep{{wait: d}} }
	five := press(5, 1000, 4)            // 100 ms
	long := func(last int) []eventStep { // segments of 8.19 s, with a packet every 50 ms
		var list []eventStep
		for _, start := range []uint32{1000, 1000 + 0xFFFF} {
			if start != 1000 {
				last = 8000
			}
			for d := 400; d < last; d += 400 {
				list = append(list, eventStep{timestamp: start, marked: d == 400 && start == 1000, payload: blockOf(7, false, d)}, eventStep{wait: 50 * time.Millisecond})
			}
		}
		return append(list, eventStep{timestamp: 1000 + 0xFFFF, payload: blockOf(7, true, 8000)})
	}
	every := make([]eventStep, 0)
	for code := range uint8(17) {
		every = append(every, press(code, 1000+uint32(code)*2000, 4)...)
	}
	tests := []struct {
		name  string
		steps []eventStep
		want  string
	}{
		{"one digit", five, "5 event 100ms"},
		{"start lost", five[1:], "5 event 100ms"},
		{"only one end came", five[6:], "5 event 100ms"},
		{"each packet twice", join(five[:1], five[:1], five[1:4], five[1:4], five[4:], five[4:]), "5 event 100ms"},
		{"reordered", join(five[2:3], five[0:1], five[4:5], five[1:2], five[3:4], five[5:]), "5 event 100ms"},
		{"end before the rest", join(five[6:], five), "5 event 100ms"},
		{"end lost", join(five[:4], wait(140*time.Millisecond), wait(20*time.Millisecond)), "5 event 80ms"},
		{"end lost, not silent long enough", join(five[:4], wait(140*time.Millisecond)), ""},
		{"end after the silence", join(five[:4], wait(time.Second), five[4:]), "5 event 80ms"},
		{"end lost, then another", join(five[:4], press(6, 3000, 4)), "5 event 80ms, 6 event 100ms"},
		{"end lost, then the same again", join(five[:4], press(5, 3000, 4)), "5 event 80ms, 5 event 100ms"},
		{"the same again, its marker lost", join(five[:4], press(5, 3000, 4)[1:]), "5 event 80ms, 5 event 100ms"},
		{"the one before comes late", join(five, press(6, 3000, 4), five[6:]), "5 event 100ms, 6 event 100ms"},
		{"a long one before comes late", join(press(1, 1000, 100)[:100], press(6, 30000, 4)[:2], press(1, 1000, 100)[102:], press(6, 30000, 4)[2:]),
			"1 event 2s, 6 event 100ms"},
		{"one long before comes late", join(five, press(6, 3000, 4), press(7, 5000, 4), five[6:]), "5 event 100ms, 6 event 100ms, 7 event 100ms"},
		{"reordered, end lost", join(five[3:4], five[:3], wait(200*time.Millisecond)), "5 event 80ms"},
		{"the same without a pause, end lost", join(five[:4], press(5, 1640, 4)), "5 event 80ms, 5 event 100ms"},
		{"three short segments", []eventStep{{timestamp: 1000, marked: true, payload: blockOf(7, false, 4000)},
			{timestamp: 5000, payload: blockOf(7, false, 4000)}, {timestamp: 9000, payload: blockOf(7, true, 1000)}}, "7 event 1.125s"},
		{"the clock jumps back", join(press(5, 900000, 4), press(6, 1000, 4)), "5 event 100ms, 6 event 100ms"},
		{"the timestamp wraps", join(press(5, 0xFFFFFF00, 4), press(6, 700, 4)), "5 event 100ms, 6 event 100ms"},
		{"every digit", every, strings.Join(strings.Split("0123456789*#ABCD!", ""), " event 100ms, ") + " event 100ms"},
		{"reserved codes", join(press(17, 1000, 4), press(255, 3000, 4), press(64, 5000, 4)), ""},
		{"a reserved code inside", join(five[:4], press(200, 1000, 4), five[4:]), "5 event 100ms"},
		{"another code of the same time", join(five[:4], press(6, 1000, 8), five[4:]), "5 event 100ms"},
		{"too short to read", []eventStep{{payload: []byte{5, 0x80, 0}}, {payload: nil}}, ""},
		{"two in one packet", []eventStep{{timestamp: 1000, marked: true, payload: append(blockOf(5, true, 400), blockOf(6, true, 480)...)},
			{timestamp: 1000, payload: append(blockOf(5, true, 400), blockOf(6, true, 480)...)}}, "5 event 50ms, 6 event 60ms"},
		{"longer than a packet can say", long(0xFFFF), "7 event 9.191875s"},
		{"longer, the end of the segment lost", long(0xFFFF - 2000), "7 event 9.191875s"},
		{"length of nothing", []eventStep{{timestamp: 9, payload: blockOf(1, true, 0)}}, "1 event 0s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, now := newListener(nil), time.Unix(1, 0)
			for _, s := range tt.steps {
				if s.wait == 0 {
					l.take(&pion.Packet{Header: pion.Header{PayloadType: 101, Timestamp: s.timestamp, Marker: s.marked}, Payload: s.payload})
				}
				l.tick(now)
				now = now.Add(s.wait)
				l.tick(now)
			}
			if got := strings.Join(l.told, ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A payload type that was not agreed on for events is none, and a new source is another
// dialling.
func TestEventsOfOtherTypesAndSources(t *testing.T) {
	l := newListener(nil)
	for _, p := range []struct {
		payloadType uint8
		ssrc        uint32
	}{{0, 1}, {96, 1}, {101, 1}, {97, 1}, {97, 2}} {
		l.take(&pion.Packet{Header: pion.Header{PayloadType: p.payloadType, SSRC: p.ssrc, Timestamp: 1000}, Payload: blockOf(3, true, 800)})
	}
	if got := strings.Join(l.told, ", "); got != "3 event 100ms, 3 event 100ms" {
		t.Errorf("got %q, want one digit of each source", got)
	}
}

// Whatever comes, a digit is told at most once for each packet, and none is longer than
// what was told of it.
func FuzzEvents(f *testing.F) {
	for _, s := range press(5, 1000, 2) {
		f.Add(s.payload, s.timestamp, s.marked)
	}
	f.Add(append(blockOf(5, true, 400), blockOf(6, true, 480)...), uint32(0xFFFFFFFF), true)
	f.Add([]byte{255, 255, 255, 255, 0}, uint32(0), false)
	f.Add([]byte{}, uint32(0), false)
	f.Fuzz(func(t *testing.T, payload []byte, timestamp uint32, marked bool) {
		told := 0
		v := &events{}
		tell := func(code uint8, ticks uint32) {
			told++
			if int(code) >= len(eventKeys) {
				t.Errorf("got code %d", code)
			}
			if ticks > segmentMax {
				t.Errorf("got %d ticks of one packet", ticks)
			}
		}
		now := time.Unix(1, 0)
		v.take(payload, timestamp, marked, tell)
		once := told
		v.expire(now, tell)
		v.expire(now.Add(time.Second), tell)
		if told > len(payload)/eventSize {
			t.Errorf("got %d digits of %d octets", told, len(payload))
		}
		if len(payload) >= 2*eventSize {
			return
		}
		v.take(payload, timestamp, marked, tell)
		if v.going || told > 1 || once > told {
			t.Errorf("got %d digits of one packet that came twice, going on: %v", told, v.going)
		}
	})
}
