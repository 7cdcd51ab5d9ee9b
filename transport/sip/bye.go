package sip

import (
	"fmt"

	gosip "github.com/emiago/sipgo/sip"
)

// byeTransaction is a BYE of ours.
type byeTransaction struct {
	reason  Reason
	request *gosip.Request // nil until it is sent
	ended   bool
}

// Bye ends the dialog; ByeAnswered follows once. A callee "MUST NOT send a BYE on a
// confirmed dialog until it has received an ACK for its 2xx response or until the
// server transaction times out" (RFC 3261 section 15), so a BYE before that waits
// for it, also when the handler has returned. The error is ErrState when there is
// no dialog, or when it is at its end already; nothing follows then.
func (l *Leg) Bye(reason Reason) error {
	l.mu.Lock()
	if l.phase != accepted || l.hungUp || l.over || l.bye != nil {
		l.mu.Unlock()
		return fmt.Errorf("%w: no dialog to end", ErrState)
	}
	l.bye = &byeTransaction{reason: reason}
	now := l.acked || l.unacked
	l.mu.Unlock()
	l.withdraw()
	if now {
		l.sendBye()
	}
	return nil
}

// sendBye starts the transaction of the BYE.
func (l *Leg) sendBye() {
	l.mu.Lock()
	if l.hungUp || l.over || l.bye.request != nil {
		l.mu.Unlock()
		return
	}
	branch := newBranch()
	l.bye.request = l.request(gosip.BYE, branch, gosip.NewHeader("Reason", l.bye.reason.String()))
	out := l.newOutgoing(l.bye.request, branch, func(res *gosip.Response) {
		if res == nil {
			l.byeEnded(0)
			return
		}
		l.byeEnded(res.StatusCode)
	})
	l.stop()
	l.mu.Unlock()
	out.start()
}

// byeEnded is the end of our BYE, by whatever final status, or by 0 without one:
// 481 and 408 end the dialog as 200 does (RFC 3261 section 12.2.1.2), and a caller
// that asks for credentials is not asked again.
func (l *Leg) byeEnded(status int) {
	l.mu.Lock()
	ended := l.bye.ended
	l.bye.ended = true
	l.mu.Unlock()
	if ended {
		return
	}
	l.end()
	l.tell(func(e Events) { e.ByeAnswered(status) })
}

// takeBye takes the caller's BYE and gives its response. Before the ACK it is ACK
// and BYE; before the answer it leaves the INVITE to be rejected; beside our own
// BYE both are answered.
func (l *Leg) takeBye(req *gosip.Request) *gosip.Response {
	l.mu.Lock()
	first := !l.hungUp
	l.hungUp = true
	l.mu.Unlock()
	if !first {
		return l.server.build(req, 481)
	}
	l.withdraw() // before the handler hears of the BYE and answers what is pending
	reasons := reasonsOf(req)
	e := l.subscriber(func(e Events) { e.Bye(reasons) })
	if e != nil && !e.Bye(reasons) {
		l.mu.Lock()
		l.hungUp = false
		l.mu.Unlock()
		return l.server.build(req, 500, Refusal{RetryAfter: retryMoment}.fields(l.Local())...)
	}
	l.partedByCaller()
	return l.server.build(req, 200)
}

// partedByCaller is what the caller's BYE leaves to do.
func (l *Leg) partedByCaller() {
	l.mu.Lock()
	unanswered, bye := l.phase == ringing, l.bye
	deferred := bye != nil && bye.request == nil
	l.mu.Unlock()
	switch {
	case unanswered: // the handler rejects the INVITE
	case deferred:
		l.byeEnded(0)
	case bye == nil:
		l.end()
	}
}
