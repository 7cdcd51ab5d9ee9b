package rtp

import (
	"time"

	pion "github.com/pion/rtp"
)

const (
	// toneSilence is how long no audio comes before a tone is taken for ended: longer than
	// the pause that ends one, since it may also be jitter.
	toneSilence = 120 * time.Millisecond
	// toneGap is the most that is filled in for lost audio, in samples: as long as toneSilence.
	toneGap = int64(toneSilence / clockTick)
	// toneShadow is how long after an event its key is not believed as a tone: where a sender
	// leaves the tone in the audio beside the event, the tone is heard after its own pause.
	toneShadow = 500 * time.Millisecond
)

// Digit is one DTMF digit of the peer.
type Digit struct {
	Key    byte // 0 to 9, *, #, A to D, or ! for a hook flash
	Inband bool // found in the audio; otherwise told by RFC 4733
	Length time.Duration
}

// Tones finds digits in audio. It belongs to one goroutine at a time and must not
// allocate: the pacer feeds it.
type Tones interface {
	// Hear takes the payload of the next packet.
	Hear(payload []byte)
	// Miss says that so many samples were lost, or not sent.
	Miss(samples int)
	// Next gives the next digit that was found; false when there is none.
	Next() (key byte, length time.Duration, ok bool)
}

// Digits says which digits a session listens for.
type Digits struct {
	// Events are the payload types of telephone events (RFC 4733), as each side names them.
	Events []uint8
	// Tones, unless it is nil, hears the audio of payload type Audio: G.711, one octet a
	// sample.
	Tones Tones
	Audio uint8
	// Tell is told of each digit, when it is over. It runs on the pacer, under the lock that
	// the methods of the session take: it must not block and must not call the session.
	Tell func(Digit)
}

// digits listens for the digits of the peer. It is owned by the tick of its session.
type digits struct {
	Digits
	ssrc   uint32
	known  bool // of ssrc
	events events
	told   func(code uint8, ticks uint32) // for events
	next   uint32                         // timestamp of the audio that is to come
	audio  bool                           // some has come, and no silence was told since
	fresh  bool                           // some has come since the last tick
	heard  time.Time
}

func newDigits() *digits {
	d := &digits{}
	d.told = func(code uint8, ticks uint32) {
		d.Tell(Digit{Key: eventKeys[code], Length: time.Duration(ticks) * clockTick})
	}
	return d
}

// SetDigits has the session tell of the digits that the peer sends from now on. A digit
// that is being sent goes on, also when it was another Digits that heard its
// beginning.
func (s *Session) SetDigits(d Digits) {
	s.task.Do(func(time.Time) {
		if s.receiver.digits == nil {
			s.receiver.digits = newDigits()
		}
		s.receiver.digits.Digits = d
	})
}

// take looks at a packet of the peer that counts.
func (d *digits) take(p *pion.Packet) {
	if !d.known || p.SSRC != d.ssrc {
		d.events.finish(d.told)
		d.events, d.audio = events{}, false
		d.ssrc, d.known = p.SSRC, true
	}
	if d.Tones != nil && p.PayloadType == d.Audio {
		d.hear(p)
		return
	}
	for _, payloadType := range d.Events {
		if p.PayloadType == payloadType {
			d.events.take(p.Payload, p.Timestamp, p.Marker, d.told)
			return
		}
	}
}

// hear takes audio in the order of its timestamps: what comes twice or too late is
// left out, and what is lost is silence.
func (d *digits) hear(p *pion.Packet) {
	if gap := int64(int32(p.Timestamp - d.next)); d.audio && gap != 0 {
		if gap < 0 && gap > -clockRate {
			return
		}
		d.Tones.Miss(int(min(max(gap, -gap), toneGap)))
	}
	d.audio, d.fresh = true, true
	d.next = p.Timestamp + uint32(len(p.Payload))
	d.Tones.Hear(p.Payload)
}

// tick tells what has ended by now.
func (d *digits) tick(now time.Time) {
	d.events.expire(now, d.told)
	if d.Tones == nil {
		return
	}
	switch {
	case d.fresh:
		d.fresh, d.heard = false, now
	case d.audio && now.Sub(d.heard) >= toneSilence:
		d.audio = false
		d.Tones.Miss(int(toneGap))
	}
	for key, length, ok := d.Tones.Next(); ok; key, length, ok = d.Tones.Next() {
		if !d.events.heard(key, now, toneShadow) {
			d.Tell(Digit{Key: key, Inband: true, Length: length})
		}
	}
}
