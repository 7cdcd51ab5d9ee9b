package rtp

import (
	"encoding/binary"
	"time"
)

const (
	// eventSize is the length of one event block in octets (RFC 4733 section 2.3).
	eventSize = 4
	// eventSilence ends an event whose last packets were lost. Packets of an event come every
	// 50 ms at most (RFC 4733 section 2.5.1.2, "the RECOMMENDED value is 50 ms"): three are missing then.
	eventSilence = 150 * time.Millisecond
	// eventBehind is how much older than the present event, in ticks, a packet of one before it
	// may be: a second, far more than packets overtake one another. What is older is another clock.
	eventBehind = clockRate
	// segmentMax is the longest duration that a packet can tell, in ticks. A longer event goes
	// on as another segment (RFC 4733 section 2.5.1.3).
	segmentMax = 0xFFFF
	// segmentMissed bounds what is missing of the duration of a segment when its last packets
	// were lost: half a second, in ticks.
	segmentMissed = clockRate / 2
)

// eventKeys are the events 0 to 16 (RFC 4733 section 3.2, table 3); 16 is flash, written
// as elsewhere with an exclamation mark.
const eventKeys = "0123456789*#ABCD!"

// event is one block of a payload. The volume is left out: it says nothing about the digit.
type event struct {
	code     uint8
	end      bool
	duration uint16 // of the segment so far, in ticks
}

// parseEvent reads the first block of at least 4 octets.
func parseEvent(b []byte) event {
	return event{code: b[0], end: b[1]&0x80 != 0, duration: binary.BigEndian.Uint16(b[2:])}
}

// events makes digits out of telephone-event packets (RFC 4733 section 2.5.2). What tells
// one event from the next is its RTP timestamp, so that any packet of it is as good as
// the first one, and that more of them make no digit more. It is a plain struct that is told the time.
type events struct {
	known   bool // there was an event
	going   bool // it is not over yet
	fresh   bool // a packet of it came since the last expire
	code    uint8
	start   uint32 // RTP timestamp of its present segment
	former  uint32 // that of the event or segment before
	past    uint32 // length of its segments before, in ticks
	length  uint16 // of the present segment, in ticks
	heardAt time.Time
}

// take reads the payload of a packet. It calls tell for each digit that is over.
func (v *events) take(payload []byte, timestamp uint32, marked bool, tell func(code uint8, ticks uint32)) {
	for len(payload) >= eventSize {
		e := parseEvent(payload)
		if int(e.code) < len(eventKeys) { // others are none of ours, and do no harm
			v.update(e, timestamp, marked, tell)
		}
		// RFC 4733 section 2.5.1.5: an event that follows in the same packet begins where
		// the one before it ends.
		timestamp += uint32(e.duration)
		payload, marked = payload[eventSize:], true
	}
}

// update takes one block whose event, or segment, began at the timestamp.
func (v *events) update(e event, timestamp uint32, marked bool, tell func(uint8, uint32)) {
	ahead := timestamp - v.start
	switch {
	case !v.known:
		v.begin(e, timestamp)
	case ahead == 0:
		if !v.going || e.code != v.code {
			return // the end again
		}
	case timestamp == v.former || -ahead <= eventBehind:
		return // of an event before
	case v.going && e.code == v.code && !marked && v.continues(ahead):
		v.past += ahead
		v.former, v.start, v.length = v.start, timestamp, 0
	default:
		v.finish(tell)
		v.former = v.start
		v.begin(e, timestamp)
	}
	v.fresh = true
	v.length = max(v.length, e.duration)
	if e.end {
		v.finish(tell)
	}
}

func (v *events) begin(e event, timestamp uint32) {
	v.known, v.going = true, true
	v.code, v.start, v.past, v.length = e.code, timestamp, 0, 0
}

// continues tells whether what begins so far ahead is the next segment of the event. RFC
// 4733 section 2.5.1.3: it begins where the one before ends, and has no marker bit.
func (v *events) continues(ahead uint32) bool {
	return ahead == uint32(v.length) || ahead <= segmentMax && ahead > segmentMax-segmentMissed
}

// finish tells of the event that is going on, if there is one.
func (v *events) finish(tell func(uint8, uint32)) {
	if v.going {
		v.going = false
		tell(v.code, v.past+uint32(v.length))
	}
}

// expire ends an event of which nothing came for 150 ms (RFC 4733 section 2.5.2.2).
func (v *events) expire(now time.Time, tell func(uint8, uint32)) {
	switch {
	case v.fresh:
		v.fresh, v.heardAt = false, now
	case v.going && now.Sub(v.heardAt) >= eventSilence:
		v.finish(tell)
	}
}

// heard tells whether the last event has this key and is not longer ago.
func (v *events) heard(key byte, now time.Time, ago time.Duration) bool {
	return v.known && eventKeys[v.code] == key && now.Sub(v.heardAt) <= ago
}
