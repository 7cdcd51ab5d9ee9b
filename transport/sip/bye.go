package sip

import (
	"fmt"

	gosip "github.com/emiago/sipgo/sip"
)

// Reason is why we hang up, for the Reason header field of the BYE (RFC 3326).
type Reason struct {
	Protocol string // "Q.850" or "SIP"
	Cause    int    // of the protocol
	Text     string // for a human; may be empty
}

func (r Reason) String() string {
	s := fmt.Sprintf("%s;cause=%d", r.Protocol, r.Cause)
	if r.Text != "" {
		s += ";text=" + quoted(r.Text)
	}
	return s
}

// byeTransaction is a BYE of ours.
type byeTransaction struct {
	reason  Reason
	branch  string
	request *gosip.Request   // nil until it is sent
	conn    gosip.Connection // that it leaves by
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
	l.bye = &byeTransaction{reason: reason, branch: newBranch()}
	now := l.acked || l.unacked
	l.mu.Unlock()
	l.withdraw()
	if now {
		l.sendBye()
	}
	return nil
}

// sendBye starts the transaction of the BYE (RFC 3261 section 17.1.2): repeated at
// T1, doubling up to T2, over UDP, and given up after 64·T1. It is ours and not the
// library's, which would look up names, open sockets and keep a goroutine for the
// response. Where the connection is gone nobody is dialled: it ends at once.
func (l *Leg) sendBye() {
	l.mu.Lock()
	if l.hungUp || l.over || l.bye.request != nil {
		l.mu.Unlock()
		return
	}
	request, conn := l.byeRequest(l.bye), l.path.conn
	l.bye.request, l.bye.conn = request, conn
	l.server.dialogs.expect(l.bye.branch, l)
	l.stop()
	if !l.path.reliable() {
		l.interval = gosip.T1
		l.timer = l.server.after(l.interval, l.repeatBye)
	}
	l.deadline = l.server.after(gosip.Timer_F, func() { l.byeEnded(0) })
	l.mu.Unlock()
	if err := conn.WriteMsg(request); err != nil {
		l.server.log.Debug("BYE not sent", "call_id", l.CallID(), "err", err)
		l.byeEnded(0)
	}
}

func (l *Leg) repeatBye() {
	l.mu.Lock()
	ended := l.bye.ended
	if !ended {
		l.interval = min(2*l.interval, gosip.T2)
		l.timer.Reset(l.interval)
	}
	l.mu.Unlock()
	if !ended {
		_ = l.bye.conn.WriteMsg(l.bye.request) // a repetition is lost like any datagram
	}
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
	l.server.dialogs.forget(l.bye.branch)
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
	e := l.subscriber(func(e Events) { e.Bye() })
	if e != nil && !e.Bye() {
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
