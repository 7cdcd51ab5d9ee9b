package rtp

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// course is what happens to the packets of a sender on their way.
type course struct {
	packets   int
	first     uint16 // sequence number
	clock     uint32 // first timestamp
	lose      func(n int) bool
	delay     func(n int) time.Duration
	ppm       float64 // how much faster the sender's clock runs
	twice     func(n int) bool
	payload   byte
	roundTrip time.Duration // 0: not measured
}

// arriving is one packet of a course.
type arriving struct {
	n  int
	at time.Duration
}

// run hands the packets to a receiver in the order of their arrival.
func (c course) run() (*receiver, []arriving) {
	var order []arriving
	for n := range c.packets {
		sent := time.Duration(float64(n) * float64(Interval) / (1 + c.ppm*1e-6))
		if c.delay != nil {
			sent += c.delay(n)
		}
		if c.lose == nil || !c.lose(n) {
			order = append(order, arriving{n, sent})
		}
		if c.twice != nil && c.twice(n) {
			order = append(order, arriving{n, sent + time.Millisecond})
		}
	}
	sortByArrival(order)
	r := &receiver{}
	r.latch.arm(Peer{RTP: remote})
	r.watch.hearing = Hearing{Scale: &flat, Equipment: Equipment{Robustness: 25.1}}
	if c.roundTrip > 0 {
		r.control.report.RoundTrip, r.control.report.HasRoundTrip = c.roundTrip, true
	}
	for _, a := range order {
		p := datagram(0x80)
		binary.BigEndian.PutUint16(p[2:], c.first+uint16(a.n))
		binary.BigEndian.PutUint32(p[4:], c.clock+160*uint32(a.n))
		for i := range p[headerSize:] {
			p[headerSize+i] = c.payload
		}
		r.take(p, remote, at(0).Add(a.at))
	}
	return r, order
}

func sortByArrival(order []arriving) {
	for i := 1; i < len(order); i++ {
		for j := i; j > 0 && order[j].at < order[j-1].at; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
}

// flat is a scale on which octet n has the square n², and 255 is clipped.
var flat = func() (s Scale) {
	for i := range s.Energy {
		s.Energy[i] = uint64(i * i)
	}
	s.Energy[255] += Clipped
	s.Zero = 100 * 100
	return s
}()

// randomly is true for a share of the packets, always the same ones.
func randomly(share float64, seed uint64) func(int) bool {
	random := rand.New(rand.NewPCG(seed, 7))
	drawn := map[int]bool{}
	return func(n int) bool {
		if _, ok := drawn[n]; !ok {
			drawn[n] = random.Float64() < share && n > 0
		}
		return drawn[n]
	}
}

// uniformly is a delay from 0 to most.
func uniformly(most time.Duration) func(int) time.Duration {
	random := rand.New(rand.NewPCG(3, 9))
	return func(int) time.Duration { return time.Duration(random.Int64N(int64(most))) }
}

// TestQualityUnderLoss injects loss and wants exactly that, and a rating by it.
func TestQualityUnderLoss(t *testing.T) {
	lost := func(share float64) func(int) bool { return randomly(share, 1) }
	tests := []struct {
		name   string
		course course
		ratio  [2]float64 // bounds of the burst ratio
		mos    [2]float64 // of the listening
	}{
		{"none", course{packets: 1500, first: 7}, [2]float64{1, 1}, [2]float64{4.40, 4.42}},
		{"1 %", course{packets: 1500, first: 65_000, lose: lost(0.01)}, [2]float64{1, 1.1}, [2]float64{4.25, 4.38}},
		{"5 %", course{packets: 1500, clock: 1<<32 - 80_000, lose: lost(0.05)}, [2]float64{1, 1.15}, [2]float64{3.75, 4.05}},
		{"20 %", course{packets: 1500, lose: lost(0.2)}, [2]float64{1, 1.1}, [2]float64{2.4, 2.85}},
		// Eight of each 160: 5 % in runs, for which Ppl/BurstR falls to 0.66.
		{"5 % in bursts", course{packets: 1600, lose: func(n int) bool { return n%160 >= 100 && n%160 < 108 }}, [2]float64{7.5, 7.7}, [2]float64{3.80, 3.82}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, arrived := test.course.run()
			in, q := r.stats(), r.quality()
			last := arrived[len(arrived)-1].n
			expected := uint64(last + 1)
			if want := expected - uint64(len(arrived)); in.Expected != expected || in.Lost != want || in.Duplicated+in.Reordered+in.Late != 0 {
				t.Errorf("got %+v, want %d expected and %d lost", in, expected, want)
			}
			if got := q.Bursts.Ratio; got < test.ratio[0] || got > test.ratio[1] {
				t.Errorf("burst ratio: got %.3f, want %v", got, test.ratio)
			}
			if got := q.Listening; !got.Valid || got.MOS < test.mos[0] || got.MOS > test.mos[1] {
				t.Errorf("listening: got %+v, want a MOS of %v", got, test.mos)
			}
			path := Path{Equipment: Equipment{Robustness: 25.1}, Loss: float64(in.Lost) / float64(in.Expected), BurstRatio: q.Bursts.Ratio}
			if want := path.R(); math.Abs(q.Listening.R-want) > 1e-9 {
				t.Errorf("R: got %v, want %v by the loss that was injected", q.Listening.R, want)
			}
			if q.Conversation.Valid {
				t.Errorf("got %+v without a round trip, want none", q.Conversation)
			}
			if in.Jitter != 0 || in.JitterMax != 0 {
				t.Errorf("jitter: got %v and at most %v, want none", in.Jitter, in.JitterMax)
			}
		})
	}
}

// TestQualityDisorder has each packet that comes twice or out of turn counted as that,
// and none as lost.
func TestQualityDisorder(t *testing.T) {
	late := func(by time.Duration) func(int) time.Duration {
		return func(n int) time.Duration {
			if n%100 == 50 {
				return by
			}
			return 0
		}
	}
	tests := []struct {
		name   string
		course course
		want   Received
	}{
		{"twice", course{packets: 1000, twice: func(n int) bool { return n%10 == 1 }}, Received{Packets: 1100, Duplicated: 100}},
		{"overtaken", course{packets: 1000, first: 65_500, delay: late(30 * time.Millisecond)}, Received{Packets: 1000, Reordered: 10}},
		{"overtaken by six, too late to be played", course{packets: 1000, delay: late(130 * time.Millisecond)},
			Received{Packets: 1000, Reordered: 10, Late: 10}},
		{"twice and overtaken", course{packets: 1000, twice: func(n int) bool { return n%100 == 50 }, delay: late(30 * time.Millisecond)},
			Received{Packets: 1010, Reordered: 10, Duplicated: 10}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, _ := test.course.run()
			got := r.stats()
			got = Received{Packets: got.Packets, Lost: got.Lost, Duplicated: got.Duplicated, Reordered: got.Reordered, Late: got.Late}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if missing := r.reception.pattern().missing; missing != test.want.Late {
				t.Errorf("got %d packets that cannot be played, want %d", missing, test.want.Late)
			}
		})
	}
}

// TestQualityJitter has delays from 0 to 30 ms, each as likely: a mean difference of
// a third of that.
func TestQualityJitter(t *testing.T) {
	r, _ := course{packets: 3000, delay: uniformly(30 * time.Millisecond)}.run()
	in := r.stats()
	if in.Jitter < 7*time.Millisecond || in.Jitter > 13*time.Millisecond || in.JitterMax < in.Jitter || in.JitterMax > 18*time.Millisecond {
		t.Errorf("got jitter %v, at most %v; want 10 ms within 3 ms, at most 18 ms", in.Jitter, in.JitterMax)
	}
	if in.Lost != 0 || in.Late != 0 || in.Duplicated != 0 || in.Reordered == 0 {
		t.Errorf("got %+v, want packets that overtake one another and nothing else", in)
	}
	slow, _ := course{packets: 3000, delay: uniformly(120 * time.Millisecond)}.run()
	// Half of them take more than 60 ms longer than the fastest.
	if got := slow.stats().Late; got < 1400 || got > 1600 {
		t.Errorf("got %d late packets of 3000, want 1400 to 1600", got)
	}
}

func TestQualitySkew(t *testing.T) {
	tests := []struct {
		name   string
		course course
		within float64 // ppm
	}{
		{"none", course{packets: 1500}, 0.001},
		{"100 ppm fast", course{packets: 1500, ppm: 100}, 1},
		{"100 ppm slow", course{packets: 1500, ppm: -100}, 1},
		{"timestamp wraps", course{packets: 1500, clock: 1<<32 - 80_000, ppm: 100}, 1},
		{"100 ppm fast, 30 ms jitter, 30 s", course{packets: 1500, ppm: 100, delay: uniformly(30 * time.Millisecond)}, 40},
		{"100 ppm fast, 30 ms jitter, 2 min", course{packets: 6000, ppm: 100, delay: uniformly(30 * time.Millisecond)}, 5},
		{"100 ppm fast, 20 % lost", course{packets: 1500, ppm: 100, lose: randomly(0.2, 5)}, 2},
	}
	for _, test := range tests {
		r, _ := test.course.run()
		got, known := r.reception.transits.skew()
		if !known || math.Abs(got-test.course.ppm) > test.within {
			t.Errorf("%s: got %.2f ppm, known %v; want %v within %v", test.name, got, known, test.course.ppm, test.within)
		}
	}
	r, _ := course{packets: 500, ppm: 100}.run()
	if got, known := r.reception.transits.skew(); known {
		t.Errorf("got %v ppm after 10 s less 20 ms, want nothing", got)
	}
}

// TestQualityNewTimeline has a sender leap by an hour in its timestamps: neither
// jitter, nor skew, nor late packets.
func TestQualityNewTimeline(t *testing.T) {
	var r reception
	for n := range 2000 {
		timestamp := uint32(160 * n)
		if n >= 1000 {
			timestamp += 3600 * clockRate
		}
		r.count(1, uint16(n), timestamp, at(20*n))
	}
	skew, known := r.transits.skew()
	if r.jitter != 0 || r.order.jitterMax != 0 || r.order.late != 0 || !known || skew != 0 {
		t.Errorf("got jitter %d, %d late, skew %v, want none", r.order.jitterMax, r.order.late, skew)
	}
}

func TestQualityLoudness(t *testing.T) {
	level := func(payload byte) Loudness {
		r, _ := course{packets: 100, payload: payload}.run()
		return r.quality().Loudness
	}
	if got, want := level(100), (Loudness{Packets: 100, HasLevel: true}); got != want {
		t.Errorf("0 dBm0: got %+v, want %+v", got, want)
	}
	if got := level(10).Level; math.Abs(got+20) > 1e-9 {
		t.Errorf("a tenth: got %v dBm0, want -20", got)
	}
	if got, want := level(0), (Loudness{Packets: 100, Silence: 1}); got != want {
		t.Errorf("silence: got %+v, want %+v, and no level", got, want)
	}
	if got := level(255); got.Clipping != 1 || math.Abs(got.Level-20*math.Log10(2.55)) > 1e-9 {
		t.Errorf("clipped: got %+v, want all clipped at 8.1 dBm0", got)
	}
	r, _ := course{packets: 100, payload: 100}.run()
	event := datagram(0x80)
	event[1], event[3] = 101, 100
	r.take(event, remote, at(2000))
	if got := r.quality().Loudness.Packets; got != 100 || r.stats().Packets != 101 {
		t.Errorf("an event after 100 packets: got %d of %d packets measured, want 100 of 101", got, r.stats().Packets)
	}
	var l loudness
	l.add([]byte{200, 200, 255, 0}, &flat)
	l.add([]byte{0, 0, 0, 0}, &flat)
	if got := l.summary(flat.Zero); got.Silence != 0.5 || got.Clipping != 0.125 {
		t.Errorf("got %+v, want half silent and one sample of eight clipped", got)
	}
}

// TestQualityOfNothing has no figure where there is none to be had.
func TestQualityOfNothing(t *testing.T) {
	tests := []struct {
		name             string
		course           course
		codec            Equipment
		listen, converse bool
	}{
		{"nothing received", course{roundTrip: time.Second}, Equipment{0, 25.1}, false, false},
		{"one packet", course{packets: 1, roundTrip: time.Second}, Equipment{0, 25.1}, false, false},
		{"less than a second", course{packets: 49, roundTrip: time.Second}, Equipment{0, 25.1}, false, false},
		{"a codec that is not known", course{packets: 500, roundTrip: time.Second}, Equipment{}, false, false},
		{"no round trip", course{packets: 50}, Equipment{0, 25.1}, true, false},
		{"all measured", course{packets: 50, roundTrip: time.Second}, Equipment{0, 25.1}, true, true},
	}
	for _, test := range tests {
		r, _ := test.course.run()
		r.watch.hearing.Equipment = test.codec
		q := r.quality()
		if q.Listening.Valid != test.listen || q.Conversation.Valid != test.converse || q.HasSkew || q.OneWay {
			t.Errorf("%s: got %+v, want listening %v, conversation %v", test.name, q, test.listen, test.converse)
		}
	}
}

// TestQualityDelay takes half the round trip, the packet and the jitter buffer.
func TestQualityDelay(t *testing.T) {
	r, _ := course{packets: 500, roundTrip: 240 * time.Millisecond}.run()
	path := Path{Delay: 200 * time.Millisecond, BurstRatio: 1, Equipment: Equipment{0, 25.1}}
	if got := r.quality().Conversation.R; got != path.R() || math.Abs(got-85.8) > 0.1 {
		t.Errorf("got R %v, want %v, about 85.8", got, path.R())
	}
}
