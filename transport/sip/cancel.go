package sip

import gosip "github.com/emiago/sipgo/sip"

// The library matches a CANCEL with its INVITE, answers it 200 and, while the
// INVITE has no final response, answers that 487 (RFC 3261 section 9.2). Both
// carry the tag that the INVITE got when it was read.

// cancel notes a CANCEL that was in time. It is called with the locks of the
// transaction held, just before the 487 is sent; req is nil when the CANCEL came
// before it could be awaited.
func (l *Leg) cancel(req *gosip.Request) {
	var reason string
	if req != nil {
		reason = clean(value(req, "Reason"))
	}
	l.mu.Lock()
	first := !l.cancelled
	l.cancelled = true
	l.phase = refused
	l.mu.Unlock()
	if !first {
		return
	}
	l.end()
	l.tell(func(e Events) { e.Cancelled(reason) })
}

// restoreCancelled repairs the loss of a race against a CANCEL; sending is held.
// The transaction keeps the last response that it was given, also when it does
// not send it, and repeats that one until the ACK: after the 487 the caller would
// get what came too late. So it is given the 487 again.
func (l *Leg) restoreCancelled() {
	_ = l.tx.Respond(l.build(487)) // the error is the CANCEL, which is known
}
