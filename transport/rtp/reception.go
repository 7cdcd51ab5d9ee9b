package rtp

import "time"

const (
	// clockRate is the RTP clock of what we agree to receive: G.711, and events as
	// of RFC 4733 (RFC 3551 section 4.5.14), in ticks a second.
	clockRate = 8000
	clockTick = time.Second / clockRate

	// Bounds of RFC 3550 appendix A.1: a packet that is ahead by less than maxDropout
	// is one after a gap, one that is behind by less than maxMisorder is late or a
	// duplicate, and anything else is a jump.
	maxDropout  = 3000
	maxMisorder = 100
	noSequence  = 1 << 16 // is equal to no sequence number

	// stepMax is the longest packet that is believed, in ticks: 200 ms, the most that a
	// receiver should accept (RFC 3551 section 4.2).
	stepMax = clockRate / 5
	// leap is a difference of two transit times, in ticks, that no network makes: the
	// sender began another timeline, or a clock was set.
	leap = 5 * clockRate
)

// reception is the statistics of the stream that we receive (RFC 3550 appendices
// A.1, A.3 and A.8). It is a plain struct that is told the time. There is no
// probation: a peer that sends one packet was heard.
type reception struct {
	ssrc    uint32
	packets uint64 // in the present run; 0 before the first packet

	base    uint16 // first sequence number of the run
	highest uint16
	cycles  uint32 // wraps of the sequence number, times 65536
	jumped  uint32 // what follows on a jump, or noSequence

	origin    time.Time // arrival of the first packet of the run
	timestamp uint32    // of the packet before
	transit   uint32    // of the packet before, in ticks from an arbitrary moment
	jitter    int64     // in ticks, times 16

	window   window   // which packets of the run came
	transits transits // how long those of the run took
	advanced int64    // RTP time since the first packet of the run, in ticks
	step     uint32   // RTP time from one packet to the next, in ticks; 0: not known

	order    disorder // of all runs
	losses   losses   // of all runs, without what is in the window
	past     tally    // what the runs before this one had
	reported tally    // of the present run, at the last report

	stamp   uint32    // middle of the NTP time in the last sender report; 0: none came
	stamped time.Time // when that report arrived
}

// tally is a state of the counts, for the difference to a later one.
type tally struct{ expected, packets uint64 }

// disorder counts the packets that did not come once, in turn and in time.
type disorder struct {
	duplicated uint64 // came before
	reordered  uint64 // came after one with a higher sequence number
	late       uint64 // came too late for the jitter buffer that is assumed
	before     uint64 // have a lower sequence number than the first of their run
	sources    uint64 // changes of the SSRC
	jitterMax  int64  // greatest jitter, in ticks, times 16
}

// count takes the next packet of the source ssrc and reports whether it counts: one
// that jumps out of the sequence does not, unless the next one follows on it, which
// begins a new run (RFC 3550 appendix A.1: "Two sequential packets -- assume that
// the other side restarted without telling us").
func (r *reception) count(ssrc uint32, sequence uint16, timestamp uint32, at time.Time) bool {
	if r.packets == 0 || ssrc != r.ssrc {
		r.begin(ssrc, sequence, timestamp, at)
		return true
	}
	behind := r.highest - sequence
	switch ahead := sequence - r.highest; {
	case ahead > 0 && ahead < maxDropout:
		if sequence < r.highest {
			r.cycles += 1 << 16
		}
		r.highest = sequence
		r.window.advance(int(ahead), &r.losses)
		if step := timestamp - r.timestamp; ahead == 1 && step > 0 && step <= stepMax {
			r.step = step
		}
		behind = 0
	case ahead != 0 && ahead <= 1<<16-maxMisorder:
		if uint32(sequence) != r.jumped {
			r.jumped = uint32(sequence + 1)
			return false
		}
		r.begin(ssrc, sequence, timestamp, at)
		return true
	}
	r.packets++
	r.place(int(behind), timestamp, at)
	return true
}

// place notes a packet that lies behind the highest sequence number by so many.
func (r *reception) place(behind int, timestamp uint32, at time.Time) {
	if r.window.seen.has(behind) {
		r.order.duplicated++
		return
	}
	r.window.seen.set(behind)
	if behind > 0 {
		r.order.reordered++
	}
	if behind >= r.window.length {
		r.order.before++
	}
	if r.measure(timestamp, at) {
		r.order.late++
		return
	}
	r.window.inTime.set(behind)
}

// begin starts a run with its first packet. A new source has sent no report yet.
func (r *reception) begin(ssrc uint32, sequence uint16, timestamp uint32, at time.Time) {
	next := reception{
		ssrc: ssrc, packets: 1, past: r.all(), order: r.order, losses: r.losses,
		stamp: r.stamp, stamped: r.stamped, step: r.step,
		base: sequence, highest: sequence, jumped: noSequence,
		origin: at, timestamp: timestamp, transit: -timestamp,
	}
	r.window.settle(&next.losses)
	if ssrc != r.ssrc {
		next.stamp, next.stamped = 0, time.Time{}
		if next.past.packets > 0 {
			next.order.sources++
		}
	}
	*r = next
	r.window.advance(1, &r.losses)
	r.window.seen.set(0)
	r.window.inTime.set(0)
	r.transits.add(0, 0)
}

// measure is RFC 3550 appendix A.8, and reports whether the packet is too late. A
// timestamp that comes again is left out: the packets of an event (RFC 4733 section
// 2.5.1.2) carry that of its beginning, and would count their length as jitter.
func (r *reception) measure(timestamp uint32, at time.Time) (late bool) {
	if timestamp == r.timestamp {
		return false
	}
	elapsed := at.Sub(r.origin)
	transit := uint32(int64(elapsed/clockTick)) - timestamp
	difference := int64(int32(transit - r.transit))
	r.advanced += int64(int32(timestamp - r.timestamp))
	r.timestamp, r.transit = timestamp, transit
	difference = max(difference, -difference)
	if difference > leap {
		r.transits = transits{}
	} else {
		r.jitter += difference - (r.jitter+8)>>4
		r.order.jitterMax = max(r.order.jitterMax, r.jitter)
	}
	return r.transits.add(elapsed, elapsed-time.Duration(r.advanced)*clockTick)
}

// run is the counts of the present run; expected is by appendix A.3.
func (r *reception) run() tally {
	if r.packets == 0 {
		return tally{}
	}
	return tally{expected: uint64(int64(r.extended()) - int64(r.base) + 1), packets: r.packets}
}

// all is the counts of all runs.
func (r *reception) all() tally {
	run := r.run()
	return tally{expected: r.past.expected + run.expected, packets: r.past.packets + run.packets}
}

// lost is how many packets of all runs never came. The RTCP report counts otherwise:
// there a packet that comes twice stands for one that was lost.
func (r *reception) lost() uint64 {
	all := r.all()
	return all.expected + r.order.duplicated + r.order.before - all.packets
}

// pattern is the losses so far.
func (r *reception) pattern() losses {
	l := r.losses
	r.window.settle(&l)
	return l
}

// packetTime is the audio in a packet of the peer; 0 when that is not known.
func (r *reception) packetTime() time.Duration { return time.Duration(r.step) * clockTick }

// extended is the highest sequence number with its wraps.
func (r *reception) extended() uint32 { return r.cycles | uint32(r.highest) }

// fresh tells whether something was received since the last report.
func (r *reception) fresh() bool { return r.packets > r.reported.packets }

// heard notes a sender report of the peer by the middle of its NTP time.
func (r *reception) heard(stamp uint32, at time.Time) { r.stamp, r.stamped = stamp, at }

// report is the report block for now. The next one counts from here.
func (r *reception) report(now time.Time) block {
	run := r.run()
	b := block{
		ssrc:     r.ssrc,
		lost:     int32(min(max(run.lost(), -1<<23), 1<<23-1)), // clamped as appendix A.3 asks
		highest:  r.extended(),
		jitter:   uint32(min(r.jitter>>4, 1<<32-1)),
		received: r.stamp,
	}
	if r.stamp != 0 {
		b.delay = shortDuration(now.Sub(r.stamped))
	}
	interval := tally{expected: run.expected - r.reported.expected, packets: run.packets - r.reported.packets}
	if lost := interval.lost(); interval.expected > 0 && lost > 0 {
		b.fraction = uint8(min(lost<<8/int64(interval.expected), 255))
	}
	r.reported = run
	return b
}

func (t tally) lost() int64 { return int64(t.expected) - int64(t.packets) }
