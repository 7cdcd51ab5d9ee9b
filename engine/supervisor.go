package engine

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"runtime/debug"

	"pickup/calls"
	"pickup/transport/sip"
)

// Invite is one call from admission to record. It runs on the goroutine of the
// INVITE, which is the call's actor: when it returns, the call has had its final
// response, its record is handed over, and its ports and slot are back.
func (e *Engine) Invite(l *sip.Leg) {
	if !e.admission.tryAcquire() {
		// The leg has no reader; a failure to send shows as a retransmitted INVITE.
		_ = l.Reject(e.overLimit())
		return
	}
	defer e.admission.release()

	id := newID()
	media := e.newMedia(id, l)
	call := calls.New(leg{l}, media, e.callOptions(id, l))
	e.bus.add(call)
	defer e.bus.remove(id)
	l.Subscribe(events{e.bus, id, e.config.Media.EnableDTMF})

	record := e.supervise(call)
	e.noise.invalidRTP.Add(record.Media.Received.Invalid)
	e.bus.record(record)
}

// supervise runs the actor. A panic is one failed call and a logged stack.
func (e *Engine) supervise(call *calls.Call) (record calls.Record) {
	defer func() {
		if fault := recover(); fault != nil {
			e.logger.Error("call panicked", "id", call.ID(), "fault", fault, "stack", string(debug.Stack()))
			record = call.Abort(fmt.Sprint(fault))
		}
	}()
	return call.Run()
}

// callOptions decides what a call does.
func (e *Engine) callOptions(id calls.ID, l *sip.Leg) calls.Options {
	behavior := e.config.Behavior
	return calls.Options{
		ID:          id,
		Party:       party(l),
		Offer:       l.Offer(),
		EarlyMedia:  behavior.EarlyMedia,
		AutoAnswer:  behavior.AutoAnswer,
		AnswerDelay: behavior.AutoAnswerDelay(),
		RingTimeout: behavior.RingTimeout(),
		RingStatus:  behavior.RingTimeoutStatus,
		MaxDuration: behavior.CallTimeout(),
		RetryAfter:  retryAfter,
		ListensDTMF: e.config.Media.EnableDTMF,
		Keys:        calls.KeyActions{Hangup: e.config.DTMF.HangupKey(), Restart: e.config.DTMF.RestartKey()},
		Notify:      e.bus.publish,
	}
}

// party says who calls. The leg has escaped and bounded all text of the peer.
func party(l *sip.Leg) calls.Party {
	return calls.Party{
		CallID:     l.CallID(),
		From:       l.From(),
		To:         l.To(),
		RequestURI: l.RequestURI(),
		Source:     l.Source(),
		Transport:  l.Transport(),
		UserAgent:  l.UserAgent(),
	}
}

// overLimit is the answer to a call for which there is no slot.
func (e *Engine) overLimit() sip.Refusal {
	if e.admission.draining.Load() {
		return sip.Refusal{Status: 503, RetryAfter: retryAfter}
	}
	return sip.Refusal{Status: e.config.Behavior.BusyStatus, RetryAfter: retryAfter}
}

// Overload refuses a new call that would be one too many, before it costs anything.
func (e *Engine) Overload() sip.Refusal {
	if e.admission.draining.Load() || e.admission.full() {
		e.admission.refused.Add(1)
		return e.overLimit()
	}
	return sip.Refusal{}
}

// Availability is what OPTIONS is told: ready, full or draining, as an INVITE would be.
func (e *Engine) Availability() sip.Refusal {
	if e.admission.draining.Load() || e.admission.full() {
		return e.overLimit()
	}
	return sip.Refusal{}
}

func newID() calls.ID {
	var b [8]byte
	rand.Read(b[:]) // never fails: it ends the process instead
	return calls.ID(hex.EncodeToString(b[:]))
}
