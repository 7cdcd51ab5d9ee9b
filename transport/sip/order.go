package sip

import (
	"slices"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// The library handles each request on a goroutine of its own, so that two that came
// one after the other may be handled in the other order: a BYE before the INFO that
// it follows, a CANCEL before its INVITE. Requests inside a dialog get a turn on the
// goroutine of the read loop, and wait for the turn before theirs.

const (
	// turnPatience is how long a request waits for the one before it. It never waits so
	// long for one that is being handled; a peer can make one wait by a request that
	// never gets so far, as with a branch that it has used before.
	turnPatience = 100 * time.Millisecond
	// cancelPatience is how long a CANCEL that has no INVITE waits for one that was
	// read just before it.
	cancelPatience = 50 * time.Millisecond
	maxTurns       = 32 // of one dialog that wait; what comes then is handled in any order
)

// turn is the place of one request in the order of arrival of its dialog.
type turn struct {
	number uint32 // of the CSeq, which grows within a dialog
	read   time.Time
	done   chan struct{}
}

// queue gives a request its turn, on the goroutine of the read loop. A request that is
// repeated has its turn already.
func (s *Server) queue(req *gosip.Request) {
	if req.IsCancel() || !wellFormed(req) {
		return
	}
	l := s.dialogs.find(dialogOf(req))
	if l == nil {
		return
	}
	number := req.CSeq().SeqNo
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for len(l.turns) > 0 && now.Sub(l.turns[0].read) > turnPatience { // it never got so far
		close(l.turns[0].done)
		l.turns = l.turns[1:]
	}
	if number > l.arrived && len(l.turns) < maxTurns {
		l.arrived = number
		l.turns = append(l.turns, &turn{number, now, make(chan struct{})})
	}
}

// inTurn waits for the turn of the request, which lasts until the function that is
// returned is called.
func (l *Leg) inTurn(req *gosip.Request) (over func()) {
	own, before := l.turnOf(req.CSeq().SeqNo)
	if before != nil {
		l.await(before)
	}
	if own == nil {
		return func() {}
	}
	return func() { l.pass(own) }
}

// turnOf is the turn of a request, and the one before it.
func (l *Leg) turnOf(number uint32) (own, before *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.turns, func(t *turn) bool { return t.number == number })
	switch {
	case i < 0:
		return nil, nil
	case i == 0:
		return l.turns[0], nil
	}
	return l.turns[i], l.turns[i-1]
}

// await waits until the turn is over. It is, when it lasts too long.
func (l *Leg) await(t *turn) {
	timeout := time.NewTimer(turnPatience)
	defer timeout.Stop()
	select {
	case <-t.done:
	case <-timeout.C:
		l.pass(t)
	}
}

// pass ends a turn.
func (l *Leg) pass(t *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.turns, t); i >= 0 {
		l.turns = slices.Delete(l.turns, i, i+1)
		close(t.done)
	}
}

// takeCancel takes a CANCEL that was handled before its INVITE, and does what the
// library does for one that was not.
func (s *Server) takeCancel(req *gosip.Request, tx *gosip.ServerTx) {
	var invite *gosip.ServerTx
	if wellFormed(req) {
		if l := s.dialogs.await(dialogOf(req), cancelPatience); l != nil {
			invite = l.transaction(req)
		}
	}
	if invite == nil {
		s.reply(tx, s.build(req, 481))
		return
	}
	s.reply(tx, s.build(req, 200))
	_ = invite.Receive(req) // never fails for a CANCEL
}

// transaction is that of the INVITE that a CANCEL means, nil when it is over.
func (l *Leg) transaction(cancel *gosip.Request) *gosip.ServerTx {
	if own, _ := l.turnOf(cancel.CSeq().SeqNo); own != nil { // of a re-INVITE
		l.await(own)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	branch := cancel.Via().Params.GetOr("branch", "")
	means := func(invite *gosip.Request) bool {
		return invite.IsInvite() && invite.Via().Params.GetOr("branch", "") == branch
	}
	switch {
	case means(l.invite):
		return l.tx
	case l.change != nil && means(l.change.request):
		return l.change.tx
	}
	return nil
}

// await is find that waits for the leg.
func (d *dialogs) await(id dialogID, patience time.Duration) *Leg {
	d.mu.Lock()
	if l := d.legs[id]; l != nil {
		d.mu.Unlock()
		return l
	}
	arrival := d.awaited[id]
	if arrival == nil {
		if d.awaited == nil {
			d.awaited = make(map[dialogID]chan struct{})
		}
		arrival = make(chan struct{})
		d.awaited[id] = arrival
	}
	d.mu.Unlock()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-arrival:
	case <-timeout.C:
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.awaited[id] == arrival {
			delete(d.awaited, id)
		}
		return d.legs[id]
	}
	return d.find(id)
}
