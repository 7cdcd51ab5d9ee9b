package rtp

import (
	"fmt"
	"testing"
	"time"
)

// heard is an RTP packet for a reception: its arrival is in milliseconds.
type heard struct {
	sequence  uint16
	timestamp uint32
	at        int
}

func at(milliseconds int) time.Time {
	return time.Unix(1_000_000, 0).Add(time.Duration(milliseconds) * time.Millisecond)
}

// inTurn is a packet for each sequence number, 20 ms apart.
func inTurn(sequences ...uint16) []heard {
	var packets []heard
	for i, s := range sequences {
		packets = append(packets, heard{s, uint32(i) * 160, i * 20})
	}
	return packets
}

func TestReceptionCounts(t *testing.T) {
	tests := []struct {
		name     string
		packets  []heard
		expected uint64
		lost     int64
		refused  int
		highest  uint32 // with the wraps, in the report block
	}{
		{"one", inTurn(7), 1, 0, 0, 7},
		{"in order", inTurn(7, 8, 9), 3, 0, 0, 9},
		{"a gap", inTurn(7, 8, 11, 12), 6, 2, 0, 12},
		{"reordered", inTurn(7, 9, 8, 10), 4, 0, 0, 10},
		{"twice", inTurn(7, 8, 8, 8, 9), 3, -2, 0, 9},
		{"twice and a gap", inTurn(7, 7, 9), 3, 0, 0, 9},
		{"wrapped", inTurn(65534, 65535, 0, 1), 4, 0, 0, 1<<16 + 1},
		{"wrapped in a gap", inTurn(65530, 5), 12, 10, 0, 1<<16 + 5},
		{"reordered at the wrap", inTurn(65534, 0, 65535, 1), 4, 0, 0, 1<<16 + 1},
		{"the longest gap", inTurn(0, 2999), 3000, 2998, 0, 2999},
		{"a gap that is too long", inTurn(0, 3000), 1, 0, 1, 0},
		{"a jump is not believed", inTurn(10, 11, 5000, 12), 3, 0, 1, 12},
		{"a jump and on from there", inTurn(10, 11, 5000, 5001, 5002), 4, 0, 1, 5002},
		{"back by a hundred", inTurn(500, 400, 501), 2, 0, 1, 501},
		{"back by less", inTurn(500, 401, 501), 2, -1, 0, 501},
		{"lost before a new start", inTurn(10, 12, 40000, 40001), 4, 1, 1, 40001},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r reception
			refused := 0
			for _, p := range test.packets {
				if !r.count(1, p.sequence, p.timestamp, at(p.at)) {
					refused++
				}
			}
			all := r.all()
			if all.expected != test.expected || all.lost() != test.lost || refused != test.refused {
				t.Errorf("got %d expected, %d lost, %d refused; want %d, %d, %d",
					all.expected, all.lost(), refused, test.expected, test.lost, test.refused)
			}
			if got := r.report(at(1000)).highest; got != test.highest {
				t.Errorf("got highest sequence number %#x, want %#x", got, test.highest)
			}
		})
	}
}

func TestReceptionOfSourceZero(t *testing.T) {
	var r reception
	r.count(0, 40_000, 0, at(0))
	r.count(0, 40_001, 160, at(20))
	if got, want := r.all(), (tally{2, 2}); got != want || r.jitter != 0 {
		t.Errorf("got %+v and jitter %d, want %+v and none", got, r.jitter, want)
	}
}

// TestReceptionBeforeTheFirst has a packet come that was sent before the first one: it
// is out of turn, and neither expected nor lost.
func TestReceptionBeforeTheFirst(t *testing.T) {
	var r reception
	for i, sequence := range []uint16{500, 401, 401, 501} {
		r.count(1, sequence, uint32(sequence)*160, at(20*i))
	}
	want := disorder{duplicated: 1, reordered: 1, before: 1, jitterMax: r.order.jitterMax, late: r.order.late}
	if got := r.lost(); got != 0 || r.order != want || r.pattern().packets != 2 {
		t.Errorf("got %d lost and %+v, want none and %+v", got, r.order, want)
	}
}

func TestReceptionManyWraps(t *testing.T) {
	var r reception
	for i := range 200_000 {
		r.count(1, uint16(60_000+i), uint32(i)*160, at(20*i))
	}
	if got, want := r.all(), (tally{200_000, 200_000}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, want := r.report(at(0)).highest, uint32(60_000+199_999); got != want {
		t.Errorf("got highest sequence number %d, want %d", got, want)
	}
}

// TestReceptionJitter compares with J += (|D| - J)/16 of RFC 3550 section 6.4.1,
// worked out by hand in the integers of appendix A.8, with sixteen times J.
func TestReceptionJitter(t *testing.T) {
	tests := []struct {
		name    string
		packets []heard
		jitter  int64 // in ticks, times 16
	}{
		{"even", inTurn(1, 2, 3, 4), 0},
		// D = 80 ticks: J = 80.
		{"one late by 10 ms", []heard{{1, 0, 0}, {2, 160, 30}}, 80},
		// Then D = -80: J = 80 + 80 - (88>>4 = 5) = 155.
		{"and the next in time", []heard{{1, 0, 0}, {2, 160, 30}, {3, 320, 40}}, 155},
		// Then D = 0: J = 155 - (163>>4 = 10) = 145, and D = 40: J = 145 + 40 - (153>>4 = 9) = 176.
		{"and two more", []heard{{1, 0, 0}, {2, 160, 30}, {3, 320, 40}, {4, 480, 60}, {5, 640, 85}}, 176},
		// Reordered: transits 0, 0, 240 and 0: J = 240, then 240 + 240 - (248>>4 = 15) = 465.
		{"reordered", []heard{{1, 0, 0}, {3, 320, 40}, {2, 160, 50}, {4, 480, 60}}, 465},
		{"timestamp wraps", []heard{{1, 1<<32 - 160, 0}, {2, 0, 20}, {3, 160, 40}}, 0},
		{"silence", []heard{{1, 0, 0}, {2, 80_000, 10_000}}, 0},
		{"an event of four packets", []heard{{1, 0, 0}, {2, 160, 20}, {3, 160, 40}, {4, 160, 60}, {5, 640, 80}}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r reception
			for _, p := range test.packets {
				r.count(1, p.sequence, p.timestamp, at(p.at))
			}
			if r.jitter != test.jitter {
				t.Errorf("got jitter %d, want %d", r.jitter, test.jitter)
			}
			if got, want := r.report(at(0)).jitter, uint32(test.jitter/16); got != want {
				t.Errorf("got jitter %d in the report, want %d", got, want)
			}
			got, want := (&receiver{reception: r}).stats().Jitter, time.Duration(test.jitter)*time.Second/8000/16
			if got != want {
				t.Errorf("got jitter %v, want %v", got, want)
			}
		})
	}
}

func TestReceptionReports(t *testing.T) {
	var r reception
	text := ""
	sequence := uint16(65_500)
	for _, interval := range []struct{ lost, sent int }{{0, 64}, {16, 64}, {64, 64}, {0, 16}, {1, 300}} {
		for i := range interval.sent {
			if i >= interval.lost || i == interval.sent-1 && interval.lost < interval.sent {
				r.count(1, sequence, uint32(sequence)*160, at(0))
			}
			sequence++
		}
		if !r.fresh() {
			text += " none"
			continue
		}
		b := r.report(at(0))
		text += fmt.Sprintf(" %d/%d", b.fraction, b.lost)
	}
	// 16 of 64 are 64/256; then nothing came, and the 64 lost count in the next
	// interval, as 64 of 80; 1 of 300 is less than 1/256.
	if want := " 0/0 64/16 none 204/80 0/81"; text != want {
		t.Errorf("got fraction and number lost%s, want%s", text, want)
	}
}

func TestReceptionClampsLost(t *testing.T) {
	var r reception
	r.count(1, 0, 0, at(0))
	for range 5000 { // each gap is the longest that counts
		r.count(1, r.highest+maxDropout-1, 0, at(0))
	}
	if got, want := r.report(at(0)).lost, int32(1<<23-1); got != want {
		t.Errorf("got %d lost, want %d, the most that 24 bits hold", got, want)
	}
	r = reception{ssrc: 1, packets: 1 << 30, jumped: noSequence}
	if got, want := r.report(at(0)).lost, int32(-1<<23); got != want {
		t.Errorf("got %d lost, want %d, the least that 24 bits hold", got, want)
	}
}

func TestReceptionOfAnotherSource(t *testing.T) {
	var r reception
	for i := range 10 {
		r.count(1, uint16(2*i), uint32(i)*160, at(20*i)) // 9 are lost
	}
	r.heard(77, at(200))
	r.report(at(200))
	for i := range 5 {
		r.count(2, uint16(50_000+i), uint32(i)*160+999, at(300+20*i))
	}
	if got, want := r.all(), (tally{19 + 5, 10 + 5}); got != want {
		t.Errorf("got %+v over both sources, want %+v", got, want)
	}
	got := r.report(at(500))
	if want := (block{ssrc: 2, highest: 50_004}); got != want {
		t.Errorf("got report %+v, want %+v, with nothing of the source before", got, want)
	}
}

func TestReceptionDelaySinceReport(t *testing.T) {
	var r reception
	r.count(1, 1, 0, at(0))
	if got := r.report(at(10)); got.received != 0 || got.delay != 0 {
		t.Errorf("got LSR %d and DLSR %d before any sender report, want 0", got.received, got.delay)
	}
	r.heard(0x12345678, at(100))
	got := r.report(at(1600))
	if got.received != 0x12345678 || got.delay != 65536*3/2 {
		t.Errorf("got LSR %#x and DLSR %d, want 0x12345678 and 1.5 s in 65536ths", got.received, got.delay)
	}
	if got := r.report(at(50)).delay; got != 0 {
		t.Errorf("got DLSR %d after a step of the clock, want 0", got)
	}
}
