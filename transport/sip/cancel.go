package sip

import (
	"errors"

	gosip "github.com/emiago/sipgo/sip"
)

// The library matches a CANCEL with its INVITE, answers it 200 and, while the
// INVITE has no final response, answers that 487 (RFC 3261 section 9.2). Both
// carry the tag that the INVITE got when it was read.

// onCancel has f called when a CANCEL for the transaction was in time: with the
// locks of the transaction held, just before the 487 is sent. It may be called
// twice.
func onCancel(tx *gosip.ServerTx, f func(cancel *gosip.Request)) {
	if !tx.OnCancel(f) && errors.Is(tx.Err(), gosip.ErrTransactionCanceled) {
		f(nil)
	}
}

// cancel notes a CANCEL of the call, nil when the library did not keep it.
func (l *Leg) cancel(req *gosip.Request) {
	l.mu.Lock()
	first := !l.cancelled
	l.cancelled = true
	l.phase = refused
	pending := l.change != nil
	l.count(unacknowledged)
	l.mu.Unlock()
	if !first {
		return
	}
	l.end()
	if pending {
		l.server.after(0, l.withdraw) // it takes locks that come before those of the library
	}
	var reasons []Reason
	if req != nil {
		reasons = reasonsOf(req)
	}
	l.tell(func(e Events) { e.Cancelled(reasons) })
}

// respond hands a response to its transaction; sending of the leg is held. When a
// CANCEL was first the error is ErrCancelled, and the loss of the race is repaired:
// the transaction keeps the last response that it was given, also when it does not
// send it, and repeats that one until the ACK. After the 487 the caller would get
// what came too late, so it is given the 487 again.
func (s *Server) respond(tx *gosip.ServerTx, req *gosip.Request, res *gosip.Response) error {
	err := tx.Respond(res)
	if errors.Is(err, gosip.ErrTransactionCanceled) {
		_ = tx.Respond(s.build(req, 487)) // the error is the CANCEL, which is known
		return ErrCancelled
	}
	return err
}
