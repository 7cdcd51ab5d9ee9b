package engine

import (
	"errors"

	"pickup/calls"
	"pickup/transport/sip"
)

// leg is a [sip.Leg] as a call sees it.
type leg struct{ *sip.Leg }

var _ calls.Leg = leg{}

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
	bus *bus
	id  calls.ID
}

var _ sip.Events = events{}

func (e events) Acked(body []byte) { e.bus.post(e.id, calls.Acked{Body: body}) }

func (e events) AckTimeout() { e.bus.post(e.id, calls.AckTimeout{}) }

func (e events) Reoffered(offer []byte) bool { return e.bus.post(e.id, calls.Reoffered{Offer: offer}) }

func (e events) Reanswered(answer []byte) { e.bus.post(e.id, calls.Reanswered{Answer: answer}) }

func (e events) Bye() bool { return e.bus.post(e.id, calls.Bye{}) }

func (e events) Cancelled() { e.bus.post(e.id, calls.Cancelled{}) }

func (e events) AnswerFailed(err error) {
	e.bus.post(e.id, calls.AnswerFailed{Err: err, Cancelled: errors.Is(err, sip.ErrCancelled)})
}

func (e events) ByeAnswered(status int) { e.bus.post(e.id, calls.ByeAnswered{Status: status}) }
