package engine

import (
	"cmp"
	"errors"
	"time"

	"pickup/calls"
	"pickup/transport/sip"
)

// leg is a [sip.Leg] as a call sees it.
type leg struct{ *sip.Leg }

var _ calls.Leg = leg{}

// Ring sends 180.
func (l leg) Ring(offer []byte) (calls.Delivery, error) { return delivery(l.Leg.Ring(offer)) }

// Progress sends 183.
func (l leg) Progress(sdp []byte) (calls.Delivery, error) { return delivery(l.Leg.Progress(sdp)) }

func delivery(d sip.Delivery, err error) (calls.Delivery, error) {
	switch d {
	case sip.Unconfirmed:
		return calls.Unconfirmed, err
	case sip.Awaited:
		return calls.Awaited, err
	}
	return calls.Withheld, err
}

// Reject sends the refusal of the call.
func (l leg) Reject(r calls.Refusal) error { return l.Leg.Reject(refusal(r)) }

// Refuse sends the refusal of a change of the session.
func (l leg) Refuse(r calls.Refusal) error { return l.Leg.Refuse(refusal(r)) }

func refusal(r calls.Refusal) sip.Refusal {
	return sip.Refusal{
		Status:     r.Status,
		RetryAfter: r.RetryAfter,
		Warning:    sip.Warning{Code: r.Warning.Code, Text: r.Warning.Text},
	}
}

// Bye sends BYE with the cause as its Reason (RFC 3326).
func (l leg) Bye(c calls.Cause) error {
	number, text := c.Q850()
	return l.Leg.Bye(sip.Reason{Protocol: "Q.850", Cause: number, Text: text})
}

// events brings what the far end does to the call over the bus.
type events struct {
	bus     *bus
	id      calls.ID
	listens bool // for digits
}

var _ sip.Events = events{}

func (e events) Acked(body []byte) { e.bus.post(e.id, calls.Acked{Body: body}) }

func (e events) AckTimeout() { e.bus.post(e.id, calls.AckTimeout{}) }

func (e events) Reoffered(offer []byte) bool { return e.bus.post(e.id, calls.Reoffered{Offer: offer}) }

func (e events) Reanswered(answer []byte) { e.bus.post(e.id, calls.Reanswered{Answer: answer}) }

func (e events) Pracked(answer []byte) { e.bus.post(e.id, calls.Pracked{Answer: answer}) }

func (e events) PrackTimeout() { e.bus.post(e.id, calls.PrackTimeout{}) }

func (e events) SessionExpired() { e.bus.post(e.id, calls.SessionExpired{}) }

func (e events) Digit(key byte, length time.Duration) bool {
	if !e.listens {
		return true
	}
	return e.bus.post(e.id, calls.Pressed{Digit: calls.Digit{Key: key, Method: calls.ByINFO, Duration: length}})
}

func (e events) Bye(reasons []sip.Reason) bool {
	return e.bus.post(e.id, calls.Bye{Reason: reason(reasons)})
}

func (e events) Cancelled(reasons []sip.Reason) {
	e.bus.post(e.id, calls.Cancelled{Reason: reason(reasons)})
}

// reason is what the caller says, of each protocol the first. The text is that of
// Q.850 when there are two.
func reason(reasons []sip.Reason) (r calls.Reason) {
	text := map[string]string{}
	for _, given := range reasons {
		switch {
		case given.Protocol == "Q.850" && r.Q850 == 0:
			r.Q850 = given.Cause
			text["Q.850"] = given.Text
		case given.Protocol == "SIP" && r.SIP == 0:
			r.SIP = given.Cause
			text["SIP"] = given.Text
		}
	}
	r.Text = cmp.Or(text["Q.850"], text["SIP"])
	return r
}

func (e events) AnswerFailed(err error) {
	e.bus.post(e.id, calls.AnswerFailed{Err: err, Cancelled: errors.Is(err, sip.ErrCancelled)})
}

func (e events) ByeAnswered(status int) { e.bus.post(e.id, calls.ByeAnswered{Status: status}) }
