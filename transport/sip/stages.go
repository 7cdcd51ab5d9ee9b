package sip

import (
	"net/netip"

	gosip "github.com/emiago/sipgo/sip"
)

// How a leg counts with its source: see sources.

// advance is count for who does not hold mu.
func (l *Leg) advance(to stage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count(to)
}

// count has the source know how far the INVITE has come; a stage is never gone back
// to. mu is held.
func (l *Leg) count(to stage) {
	gone := l.stage == absent && to != unanswered
	if gone || to != absent && to <= l.stage {
		return
	}
	l.server.sources.move(l.arrival.source.Addr(), l.stage, to)
	l.stage = to
}

// shown notes that a request inside the dialog came from where it did: whoever sent it
// has received our tag, which cannot be guessed.
func (l *Leg) shown(req *gosip.Request) {
	if source, err := netip.ParseAddrPort(req.Source()); err == nil {
		l.server.sources.prove(source.Addr().Unmap())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if req.IsAck() && l.phase == refused {
		l.count(absent)
	}
}

// Shown reports whether the caller has shown that it receives what is sent to the address
// of its INVITE: by a connection, by credentials for a challenge of ours, or by an ACK or
// another request within a dialog lately. It is true when nobody is asked for that
// (Limits.Amplification is 0).
func (l *Leg) Shown() bool {
	return l.arrival.reliable() || l.server.sources.shows(l.arrival.source.Addr())
}

// write sends the request. To a caller that never acknowledged anything, whose address
// may be another's, no more is sent than a response might be.
func (o *outgoing) write() error {
	l := o.leg
	l.mu.Lock()
	free := l.acked || o.flow.reliable()
	l.mu.Unlock()
	if !free && !l.server.sources.spend(o.flow.source.Addr(), len(o.request.String()), 0) {
		l.server.withheld.Add(1)
		return nil
	}
	return o.flow.conn.WriteMsg(o.request)
}
