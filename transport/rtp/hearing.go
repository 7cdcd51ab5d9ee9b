package rtp

import "time"

// Hearing is what a session is told of the stream that it receives.
type Hearing struct {
	PayloadType uint8     // of the audio
	Scale       *Scale    // of its octets; nil: the level is not measured
	Equipment   Equipment // of its codec; without a robustness there is no rating
	Metrics     bool      // the peer wants our extended reports (RFC 3611 section 5)
	// Due says that the peer is to send. Then one-way audio is noticed, and with a
	// Timeout greater than 0 that the peer has fallen silent.
	Due     bool
	Timeout time.Duration
}

// Alarm is what a session notices about the peer's stream.
type Alarm int

// The alarms. Each comes once in a session at most.
const (
	// OneWay says that we have sent for 3 s, and have not heard one packet of the peer
	// since the session was opened.
	OneWay Alarm = iota + 1
	// Silence says that nothing, neither RTP nor RTCP, has come from the peer for
	// [Hearing.Timeout].
	Silence
)

const (
	// oneWayFrames is 3 s of our stream.
	oneWayFrames = 150
	// watchInterval is how often the snapshot is published, and the alarms are looked
	// at: they are late by less than that.
	watchInterval = time.Second
)

// watch looks at a session once a second. It is owned by the tick of its session.
type watch struct {
	hearing Hearing
	alarm   func(Alarm)
	next    time.Time // of the looks
	sent    uint64    // RTP packets that were sent when the peer became due
	heard   time.Time // when something was heard last, or the peer became due
	count   uint64    // of what was heard
	oneWay  bool
	silent  bool
}

// hear takes what is known of the peer's stream from now on.
func (w *watch) hear(h Hearing, now time.Time, sent uint64) {
	if h.Due && !w.hearing.Due {
		w.sent, w.heard = sent, now
	}
	w.hearing = h
}

// look raises the alarms that are due.
func (w *watch) look(now time.Time, sent uint64, r *Received) {
	if heard := r.Packets + r.RTCP; heard != w.count {
		w.count, w.heard = heard, now
	}
	if !w.hearing.Due {
		return
	}
	if !w.oneWay && r.Packets == 0 && sent-w.sent >= oneWayFrames {
		w.oneWay = true
		w.raise(OneWay)
	}
	timeout := w.hearing.Timeout
	if !w.silent && timeout > 0 && now.Sub(w.heard) >= timeout {
		w.silent = true
		w.raise(Silence)
	}
}

func (w *watch) raise(a Alarm) {
	if w.alarm != nil {
		w.alarm(a)
	}
}
