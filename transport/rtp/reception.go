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

	past     tally // what the runs before this one had
	reported tally // of the present run, at the last report

	stamp   uint32    // middle of the NTP time in the last sender report; 0: none came
	stamped time.Time // when that report arrived
}

// tally is a state of the counts, for the difference to a later one.
type tally struct{ expected, packets uint64 }

// count takes the next packet of the source ssrc and reports whether it counts: one
// that jumps out of the sequence does not, unless the next one follows on it, which
// begins a new run (RFC 3550 appendix A.1: "Two sequential packets -- assume that
// the other side restarted without telling us").
func (r *reception) count(ssrc uint32, sequence uint16, timestamp uint32, at time.Time) bool {
	if r.packets == 0 || ssrc != r.ssrc {
		r.begin(ssrc, sequence, timestamp, at)
		return true
	}
	switch ahead := sequence - r.highest; {
	case ahead < maxDropout:
		if sequence < r.highest {
			r.cycles += 1 << 16
		}
		r.highest = sequence
	case ahead <= 1<<16-maxMisorder:
		if uint32(sequence) != r.jumped {
			r.jumped = uint32(sequence + 1)
			return false
		}
		r.begin(ssrc, sequence, timestamp, at)
		return true
	}
	r.packets++
	r.measure(timestamp, at)
	return true
}

// begin starts a run with its first packet. A new source has sent no report yet.
func (r *reception) begin(ssrc uint32, sequence uint16, timestamp uint32, at time.Time) {
	past := r.all()
	stamp, stamped := r.stamp, r.stamped
	if ssrc != r.ssrc {
		stamp, stamped = 0, time.Time{}
	}
	*r = reception{
		ssrc: ssrc, packets: 1, past: past, stamp: stamp, stamped: stamped,
		base: sequence, highest: sequence, jumped: noSequence,
		origin: at, timestamp: timestamp, transit: -timestamp,
	}
}

// measure is RFC 3550 appendix A.8. A timestamp that comes again is left out: the
// packets of an event (RFC 4733 section 2.5.1.2) carry that of its beginning, and
// would count their length as jitter.
func (r *reception) measure(timestamp uint32, at time.Time) {
	if timestamp == r.timestamp {
		return
	}
	transit := uint32(int64(at.Sub(r.origin)/clockTick)) - timestamp
	difference := int64(int32(transit - r.transit))
	r.timestamp, r.transit = timestamp, transit
	r.jitter += max(difference, -difference) - (r.jitter+8)>>4
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
