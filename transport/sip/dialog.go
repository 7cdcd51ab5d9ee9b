package sip

import (
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// dialogID identifies a dialog (RFC 3261 section 12).
type dialogID struct{ callID, local, remote string }

// inviteID identifies an INVITE that may come by several ways (RFC 3261 section
// 8.2.2.2).
type inviteID struct {
	callID, remote string
	cseq           uint32
}

// inviteTransaction identifies one of those ways.
type inviteTransaction struct {
	inviteID
	branch string
}

func dialogOf(req *gosip.Request) dialogID {
	return dialogID{req.CallID().Value(), tagOf(req.To().Params), tagOf(req.From().Params)}
}

func inviteOf(req *gosip.Request) inviteID {
	return inviteID{req.CallID().Value(), tagOf(req.From().Params), req.CSeq().SeqNo}
}

// dialogs finds legs. A leg is found from its INVITE until its signalling is over
// and its INVITE transaction has ended, so that what comes late is still
// recognised. The zero value is empty.
type dialogs struct {
	mu      sync.Mutex
	legs    map[dialogID]*Leg
	invites map[inviteID]*Leg
	sent    map[string]*outgoing       // requests of ours, by branch
	awaited map[dialogID]chan struct{} // closed when the leg is there
	live    int                        // legs whose signalling is not over
	ended   lately[dialogID]
	given   lately[requestTransaction] // to the library, inside dialogs
	coming  lately[inviteTransaction]  // what the library was given
	early   bucket                     // of CANCELs that may have overtaken their INVITE
}

// add is false when the leg's INVITE is there already, as another request.
func (d *dialogs) add(l *Leg) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := inviteOf(l.invite)
	if d.invites[id] != nil {
		return false
	}
	if d.legs == nil {
		d.legs, d.invites = make(map[dialogID]*Leg), make(map[inviteID]*Leg)
	}
	d.legs[dialogOf(l.invite)], d.invites[id] = l, l
	if arrival := d.awaited[dialogOf(l.invite)]; arrival != nil {
		close(arrival)
		delete(d.awaited, dialogOf(l.invite))
	}
	d.live++
	return true
}

func (d *dialogs) find(id dialogID) *Leg {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.legs[id]
}

func (d *dialogs) all() []*Leg {
	d.mu.Lock()
	defer d.mu.Unlock()
	legs := make([]*Leg, 0, len(d.legs))
	for _, l := range d.legs {
		legs = append(legs, l)
	}
	return legs
}

func (d *dialogs) open() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live
}

// over counts a leg as over.
func (d *dialogs) over() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.live--
}

func (d *dialogs) remove(l *Leg) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.legs, dialogOf(l.invite))
	delete(d.invites, inviteOf(l.invite))
	d.ended.add(dialogOf(l.invite))
}

// knows reports whether a request may belong to a call here, or to a transaction of
// one: the library keeps those of a call that is over for 64·T1.
func (d *dialogs) knows(req *gosip.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	dialog, invite := dialogOf(req), inviteOf(req)
	if d.legs[dialog] != nil || d.invites[invite] != nil || d.ended.has(dialog) {
		return true
	}
	// The ACK to a refusal has the branch of its INVITE, as a CANCEL has (RFC 3261
	// sections 9.1 and 17.1.1.3).
	return (req.IsCancel() || req.IsAck()) && d.coming.has(inviteTransaction{invite, viaOf(req)})
}

// begun is the call that the INVITE has begun, nil when it is new.
func (d *dialogs) begun(req *gosip.Request) *Leg {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.invites[inviteOf(req)]
}

// earlyCancels is how many CANCELs of nothing a second may have come before their INVITE,
// and wait for it in a transaction.
const earlyCancels = 100

// mayWait reports whether a CANCEL of nothing may wait for its INVITE.
func (d *dialogs) mayWait(now time.Duration) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.early.take(now, earlyCancels)
}

// come notes that the library has been given an INVITE.
func (d *dialogs) come(req *gosip.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.coming.add(inviteTransaction{inviteOf(req), viaOf(req)})
}

// came reports whether the library has been given the INVITE, by this way.
func (d *dialogs) came(req *gosip.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.coming.has(inviteTransaction{inviteOf(req), viaOf(req)})
}

// expect has the response to a request of ours found by its branch, until forget.
func (d *dialogs) expect(branch string, o *outgoing) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sent == nil {
		d.sent = make(map[string]*outgoing)
	}
	d.sent[branch] = o
}

func (d *dialogs) forget(branch string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sent, branch)
}

func (d *dialogs) outgoing(branch string) *outgoing {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sent[branch]
}

// within handles a request inside a dialog (RFC 3261 section 12.2.2).
func (s *Server) within(req *gosip.Request, tx *gosip.ServerTx) (later bool) {
	leg := s.dialogs.find(dialogOf(req))
	if leg == nil {
		s.reply(tx, s.build(req, 481))
		return false
	}
	leg.shown(req)
	switch leg.sequence(req) {
	case gone:
		s.reply(tx, s.build(req, 481))
		return false
	case disordered:
		s.reply(tx, s.build(req, 500, Refusal{RetryAfter: retryMoment}.fields(leg.Local())...))
		return false
	}
	switch req.Method {
	case gosip.BYE:
		s.reply(tx, leg.takeBye(req))
	case gosip.OPTIONS:
		s.reply(tx, s.build(req, 200, capabilities()...))
	case gosip.INFO:
		s.reply(tx, leg.info(req))
	case gosip.INVITE:
		return leg.reinvited(req, tx)
	case gosip.UPDATE:
		return leg.updated(req, tx)
	case gosip.PRACK:
		return leg.pracked(req, tx)
	default:
		s.reply(tx, s.notAllowed(req))
	}
	return false
}

// order says how a request fits into its dialog.
type order int

const (
	inOrder    order = iota
	disordered       // "lower than the remote sequence number ... MUST be rejected with a 500" (RFC 3261 section 12.2.2)
	gone             // the dialog is over
	crowded          // there are too many of them
)

// sequence checks the CSeq of a request inside the dialog and keeps it.
func (l *Leg) sequence(req *gosip.Request) order {
	l.mu.Lock()
	defer l.mu.Unlock()
	number := req.CSeq().SeqNo
	switch {
	case l.over || l.hungUp || l.bye != nil && req.Method != gosip.BYE:
		return gone
	case number < l.cseq, number == l.cseq && req.IsInvite():
		return disordered
	}
	l.cseq = number
	return inOrder
}
