package calls

import "time"

// Method is how a digit came.
type Method string

// The methods, as a record names them.
const (
	ByRTP    Method = "rtp"    // telephone-event (RFC 4733)
	ByINFO   Method = "info"   // the body of a SIP INFO
	ByInband Method = "inband" // the tones in the audio (ITU-T Q.23)
)

// Digit is one DTMF digit of the caller, told when it is over.
type Digit struct {
	Key      byte // 0 to 9, *, #, A to D, or ! for a hook flash
	Method   Method
	Duration time.Duration // 0 when the caller does not say
	At       time.Time     // when the call was told of it
}

// KeyActions says what digits do while the audio plays, whatever their method; 0 is no
// key.
type KeyActions struct {
	Hangup  byte // ends the call
	Restart byte // plays the audio from its beginning
}

// maxDigits bounds the digits in a record: nobody dials more, and a peer that sends
// them without end must not fill the memory.
const maxDigits = 128

// pressed notes a digit, which changes nothing in this state.
func (c *Call) pressed(e Event) {
	digit := e.(Pressed).Digit
	digit.At = time.Now()
	if len(c.record.Digits) < maxDigits {
		c.record.Digits = append(c.record.Digits, digit)
	}
	c.notify(Dialled{At: digit.At, ID: c.ID(), Digit: digit})
}

// acted notes a digit and does what is configured for it.
func (c *Call) acted(e Event) {
	c.pressed(e)
	switch actions := c.options.Keys; e.(Pressed).Digit.Key {
	case 0:
	case actions.Hangup:
		c.handle(hangupKey{})
	case actions.Restart:
		c.media.Play()
	}
}
