package calls

import (
	"fmt"
	"time"
)

// The actions of the table: what the actor does after each transition.

// nothing is left to do. A BYE of ours that was answered ends the call whatever
// the status: 481 and 408 end the dialog as 200 does (RFC 3261 section 12.2.1.2).
func (c *Call) nothing(Event) {}

// answer sends the 200. No audio flows before the ACK: an answer to a spoofed
// source must not turn into a stream to a stranger.
func (c *Call) answer(Event) {
	c.record.AnsweredAt = time.Now()
	c.record.Status = 200
	if err := c.leg.Answer(c.answers); err != nil {
		c.handle(AnswerFailed{Err: err})
	}
}

func (c *Call) reject(e Event) {
	err := e.(rejected).err
	refusal, cause := refusal(err)
	c.record.Fault = err.Error()
	c.ended(cause, Server)
	c.refuse(refusal)
}

func (c *Call) cancelled(e Event) {
	c.record.Reason = e.(Cancelled).Reason
	c.record.Status = 487
	c.ended(CallCancelled, Caller)
}

// earlyBye answers the INVITE of a caller that sent BYE instead of CANCEL
// (RFC 3261 section 15.1.2).
func (c *Call) earlyBye(e Event) {
	c.record.Reason = e.(Bye).Reason
	c.ended(CallCancelled, Caller)
	c.refuse(Refusal{Status: 487})
}

// unanswered ends a call that still rings.
func (c *Call) unanswered(e Event) {
	switch e.(type) {
	case Shutdown:
		c.ended(ServerStopped, Server)
		c.refuse(Refusal{Status: 503, RetryAfter: c.options.RetryAfter})
	case Hangup:
		c.ended(OperatorEnded, Server)
		c.refuse(Refusal{Status: 480})
	default:
		c.ended(NotAnswered, Server)
		c.refuse(Refusal{Status: c.options.RingStatus})
	}
}

// answerFailed takes the answer back: the caller has the 487 that the leg sent, or
// no final response can reach it, as over a connection that is gone.
func (c *Call) answerFailed(e Event) {
	failed := e.(AnswerFailed)
	c.record.AnsweredAt, c.record.Status = time.Time{}, 0
	if failed.Cancelled {
		c.record.Status = 487
		c.ended(CallCancelled, Caller)
		return
	}
	c.record.Fault = failed.Err.Error()
	c.ended(Unreachable, Server)
}

// play starts the audio. When the offer was ours the ACK must bring the answer.
func (c *Call) play(e Event) {
	c.record.AckedAt = time.Now()
	if len(c.options.Offer) == 0 && !c.agreed {
		if err := c.media.Accept(e.(Acked).Body); err != nil {
			c.handle(MediaFailed{Err: err})
			return
		}
	}
	c.arm(c.options.MaxDuration, maxDuration{})
	c.notify(Answered{At: c.record.AckedAt, ID: c.ID(), Media: c.media.Play()})
}

// hangUp stops the audio before the BYE leaves, so that the caller never hears
// a stream of a call that is over.
func (c *Call) hangUp(e Event) {
	cause := causeOf(e)
	if failed, ok := e.(MediaFailed); ok {
		c.record.Fault = failed.Err.Error()
	}
	c.ended(cause, Server)
	c.media.Stop()
	c.arm(HangupTimeout, hangupTimeout{})
	c.report("sending BYE", c.leg.Bye(cause))
}

// causeOf says why an event makes us hang up.
func causeOf(e Event) Cause {
	switch e.(type) {
	case Played:
		return Completed
	case AckTimeout:
		return NoACK
	case MediaFailed:
		return MediaFault
	case Silent:
		return MediaTimeout
	case maxDuration:
		return TooLong
	case hangupKey:
		return KeyPressed
	case SessionExpired:
		return Expired
	case Shutdown:
		return ServerStopped
	}
	return OperatorEnded
}

func (c *Call) callerHungUp(e Event) {
	c.record.Reason = e.(Bye).Reason
	c.ended(CallerHungUp, Caller)
}

// oneWay tells that the caller is not heard. The call goes on: it may only listen.
func (c *Call) oneWay(Event) {
	c.notify(OneWayAudio{At: time.Now(), ID: c.ID(), Live: c.media.Live()})
}

// renegotiate answers a change of the session that the caller offers.
func (c *Call) renegotiate(e Event) {
	answer, err := c.media.Negotiate(e.(Reoffered).Offer)
	if err != nil {
		c.report("changing the session", err)
		refusal, _ := refusal(err)
		c.report("refusing the change", c.leg.Refuse(refusal))
		return
	}
	if err := c.leg.Reply(answer); err != nil {
		c.report("answering the change", err)
		c.report("taking the change back", c.media.Revert())
	}
}

// refuseChange refuses a change of a session that is not up yet, or not any more.
func (c *Call) refuseChange(Event) {
	c.report("refusing the change", c.leg.Refuse(Refusal{Status: 500, RetryAfter: c.options.RetryAfter}))
}

// reanswered takes the caller's answer to the offer of our Reply, or of a refresh. Its
// INVITE has had its ACK; when the answer cannot be used there is no session that both
// sides have, and a BYE follows, as RFC 3261 section 13.2.2.4 has it for an offer.
func (c *Call) reanswered(e Event) {
	if err := c.media.Accept(e.(Reanswered).Answer); err != nil {
		c.handle(MediaFailed{Err: fmt.Errorf("calls: the answer to a change of the session: %w", err)})
	}
}
