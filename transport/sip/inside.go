package sip

import (
	"net/netip"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// A request inside a dialog has a transaction of the library, too, which it keeps for
// 64·T1 over UDP. A peer that has a call may send as many as it likes, so they are
// counted, and those beyond a bound are refused without a transaction.

const (
	// maxInside is how many transactions the requests of one dialog may have begun in
	// 64·T1 to 128·T1: INFO for each of a hundred digits fits.
	maxInside = 128
	// partingRoom is how many more may begin that a call needs to go on or to end.
	partingRoom = 16
)

// requestTransaction identifies the server transaction of a request in a dialog (RFC
// 3261 section 17.2.3).
type requestTransaction struct {
	dialogID
	branch string
	method gosip.RequestMethod
}

// inside decides on a request, other than an ACK, that may belong to a dialog or to a
// transaction of one. The response is the stateless one of what the library must not
// have.
func (s *Server) inside(req *gosip.Request, local netip.AddrPort) (res *gosip.Response, done bool) {
	switch s.dialogs.enter(req, s.saturated() && !parting(req)) {
	case gone:
		return s.build(req, 481), true
	case crowded:
		s.limited.Add(1)
		return s.build(req, 503, Refusal{RetryAfter: retryLimit}.fields(local)...), true
	}
	return nil, false
}

// parting reports whether a call needs the request to go on or to end.
func parting(req *gosip.Request) bool {
	return req.IsCancel() || req.Method == gosip.BYE || req.Method == gosip.PRACK
}

// enter notes that the library is given a request of a dialog. It is gone when the
// dialog is over and the request is not repeated, and crowded when it would be one too
// many, or would begin a transaction when there is room for none.
func (d *dialogs) enter(req *gosip.Request, full bool) order {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := dialogOf(req)
	t := requestTransaction{id, viaOf(req), req.Method}
	leg := d.legs[id]
	switch {
	case d.given.has(t):
		return inOrder // repeated: the library knows it
	case leg == nil && req.IsCancel():
		return inOrder // of an INVITE on its way, whose branch it has
	case leg == nil:
		return gone
	case full || !leg.inside.take(parting(req)):
		return crowded
	}
	d.given.add(t)
	if req.IsInvite() {
		d.coming.add(inviteTransaction{inviteOf(req), t.branch})
	}
	return inOrder
}

// crowd counts the transactions that requests of a dialog have begun. It is guarded by
// mu of dialogs.
type crowd struct {
	recent, before int
	turned         time.Time
}

// take is false when there would be one too many.
func (c *crowd) take(parting bool) bool {
	now, period := time.Now(), 64*gosip.T1
	switch age := now.Sub(c.turned); {
	case age >= 2*period:
		c.recent, c.before, c.turned = 0, 0, now
	case age >= period:
		c.recent, c.before, c.turned = 0, c.recent, now
	}
	most := maxInside
	if parting {
		most += partingRoom
	}
	if c.recent+c.before >= most {
		return false
	}
	c.recent++
	return true
}
