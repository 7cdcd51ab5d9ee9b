package sip

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"

	gosip "github.com/emiago/sipgo/sip"
)

// modification is a re-INVITE, UPDATE or PRACK that changes the session of a dialog
// (RFC 3261 section 14, RFC 3311, RFC 3262 section 5). Its transaction lives until Reply or Refuse.
type modification struct {
	request   *gosip.Request
	tx        *gosip.ServerTx
	flow      flow
	settles   bool // a PRACK of a session description, which Pracked tells of once the offer has its answer
	withdrawn bool // has its 487 because the dialog ended; guarded by mu of the leg
}

// A CANCEL of a re-INVITE is the library's alone: its 487 shows when the answer of
// the handler comes too late. Until that the modification is under way, so that every
// Reoffered has one answer.

// reinvited takes a re-INVITE, or an UPDATE with an offer; pracked takes a PRACK.
func (l *Leg) reinvited(req *gosip.Request, tx *gosip.ServerTx) (later bool) {
	return l.modified(&modification{request: req, tx: tx, flow: l.server.flowOf(req, tx)})
}

// modified takes a modification. It is answered later when the handler has taken it,
// and at once otherwise.
func (l *Leg) modified(m *modification) (later bool) {
	if res := l.admit(m); res != nil {
		l.server.reply(m.tx, l.refusal(m, res))
		l.confirm(m)
		return false
	}
	offer := sessionOf(m.request)
	e := l.subscriber(func(e Events) { e.Reoffered(offer) })
	if e == nil || e.Reoffered(offer) {
		return true
	}
	l.sending.Lock()
	defer l.sending.Unlock()
	if _, err := l.take(); err == nil {
		// The caller repeats what it gets no response to.
		_ = l.server.respond(m.tx, m.request, l.refusal(m, l.overlapping(m.request)))
		l.confirm(m)
	}
	return false
}

// confirm tells of the PRACK that has its response now: what waited for it must not
// overtake the offer that came with it.
func (l *Leg) confirm(m *modification) {
	if m.settles {
		l.tell(func(e Events) { e.Pracked(nil) })
	}
}

// admit makes the modification the one that is under way, or gives its refusal.
func (l *Leg) admit(m *modification) *gosip.Response {
	l.mu.Lock()
	defer l.mu.Unlock()
	update := !m.request.IsInvite()
	switch {
	case l.over || l.hungUp || l.bye != nil:
		return l.server.build(m.request, 481)
	case update && (l.waiting() && l.success.offers || l.offering()), l.pending != nil && l.pending.request.IsInvite():
		// RFC 3311 section 5.2: "the UAS has generated an offer (in an UPDATE, PRACK or
		// INVITE) to which it has not yet received an answer". RFC 3261 section 14.2: "A
		// UAS that receives an INVITE on a dialog while an INVITE it had sent on that
		// dialog is in progress MUST return a 491 (Request Pending) response".
		return l.server.build(m.request, 491)
	case l.change != nil, !update && l.waiting():
		return l.overlapping(m.request)
	case l.phase == ringing && (!update || !l.early.settled), l.phase != ringing && (!l.acked || l.unacked):
		// RFC 3311 section 5.2: "the UAS has received an offer ... to which it has not yet
		// generated an answer", which is one that the caller is known to have.
		return l.overlapping(m.request)
	}
	l.change = m
	return nil
}

// overlapping refuses a request while another one is under way: "MUST return a 500
// (Server Internal Error) response to the second INVITE and MUST include a
// Retry-After header field with a randomly chosen value of between 0 and 10
// seconds" (RFC 3261 section 14.2; RFC 3311 section 5.2 has the same for UPDATE).
func (l *Leg) overlapping(req *gosip.Request) *gosip.Response {
	return l.server.build(req, 500, gosip.NewHeader("Retry-After", strconv.Itoa(rand.IntN(11))))
}

// updated takes an UPDATE. Without an offer it is a target refresh only.
func (l *Leg) updated(req *gosip.Request, tx *gosip.ServerTx) (later bool) {
	if sessionOf(req) != nil {
		return l.reinvited(req, tx)
	}
	way := l.server.flowOf(req, tx)
	res, agreed := l.server.accepting(req, way, nil)
	l.mu.Lock()
	overlaps := l.change != nil && l.change.request.Method == gosip.UPDATE
	if !overlaps {
		l.follow(req, way)
		l.renew(agreed)
	}
	l.mu.Unlock()
	if overlaps {
		res = l.overlapping(req)
	}
	l.server.reply(tx, res)
	return false
}

// Reply answers the request that Reoffered told of. The 200 to a
// re-INVITE is repeated until its ACK; Reanswered follows when it carried an offer
// of ours, and AckTimeout when no ACK comes. From now on requests of ours go to the
// Contact of the request, the way that it came. The error is ErrCancelled when the
// caller took the request back, by CANCEL or by the end of the dialog: the session
// must stay as it was. It is ErrState when nothing waits for an answer.
func (l *Leg) Reply(sdp []byte) error {
	l.sending.Lock()
	defer l.sending.Unlock()
	m, err := l.take()
	if err != nil {
		return err
	}
	defer l.confirm(m)
	res, agreed := l.server.accepting(m.request, m.flow, sdp)
	last := l.success // changed under sending only
	if m.request.IsInvite() {
		l.succeed(&success{tx: m.tx, request: m.request, response: res, offers: sessionOf(m.request) == nil})
	}
	if err := l.server.respond(m.tx, m.request, res); err != nil {
		l.succeed(last)
		if !errors.Is(err, ErrCancelled) {
			err = fmt.Errorf("sip: sending 200 to %v: %w", m.flow.source, err)
		}
		return err
	}
	l.mu.Lock()
	l.follow(m.request, m.flow)
	l.described = sdp
	if m.request.Method != gosip.PRACK { // is no session refresh request (RFC 4028 section 3)
		l.renew(agreed)
	}
	l.mu.Unlock()
	if m.request.IsInvite() {
		l.awaitAck()
	}
	return nil
}

// Refuse refuses the request that Reoffered told of; the dialog stands
// as it was (RFC 3261 section 14.2). A PRACK gets 200 with all its streams rejected. It does nothing when the caller took the
// request back. The error is ErrState when nothing waits for an answer.
func (l *Leg) Refuse(r Refusal) error {
	if err := r.check(); err != nil {
		return err
	}
	l.sending.Lock()
	defer l.sending.Unlock()
	m, err := l.take()
	switch {
	case errors.Is(err, ErrCancelled):
		return nil
	case err != nil:
		return err
	}
	defer l.confirm(m)
	res := l.refusal(m, l.server.build(m.request, r.Status, r.fields(m.flow.named)...))
	if err := l.server.respond(m.tx, m.request, res); err != nil && !errors.Is(err, ErrCancelled) {
		return fmt.Errorf("sip: sending %d to %v: %w", r.Status, m.flow.source, err)
	}
	return nil
}

// take takes the right to answer the modification that is under way.
func (l *Leg) take() (*modification, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.change
	l.change = nil
	switch {
	case m == nil:
		return nil, fmt.Errorf("%w: no change of the session is under way", ErrState)
	case m.withdrawn:
		return nil, ErrCancelled
	}
	return m, nil
}

// withdraw answers a modification whose dialog ends: "The UAS MUST still respond to
// any pending requests received for that dialog. It is RECOMMENDED that a 487
// (Request Terminated) response be generated" (RFC 3261 section 15.1.2). A PRACK gets 200.
func (l *Leg) withdraw() {
	l.sending.Lock()
	defer l.sending.Unlock()
	l.mu.Lock()
	m := l.change
	pending := m != nil && !m.withdrawn
	if pending {
		m.withdrawn = true
	}
	l.mu.Unlock()
	if pending {
		_ = l.server.respond(m.tx, m.request, l.refusal(m, l.server.build(m.request, 487))) // the dialog ends anyway
	}
}

// follow has requests of ours go to the Contact of a request of the caller, the way
// that it came (RFC 3261 section 12.2.2: the remote target is replaced); mu is held.
func (l *Leg) follow(req *gosip.Request, way flow) {
	l.aim(req.Contact())
	l.learn(req)
	l.attachFlow(way)
}

// renew makes the session last as the 200 to a request of the caller says; mu is held.
// Before the answer there is no session yet.
func (l *Leg) renew(agreed session) {
	if l.phase == accepted {
		l.lasts(agreed)
	}
}
