package sip

import (
	"errors"
	"fmt"

	gosip "github.com/emiago/sipgo/sip"
)

// Answer sends the 200 with a session description and repeats it until the ACK. The
// session description is left out when a reliable provisional response has brought it.
// Acked, AckTimeout or AnswerFailed follows. The error is ErrState when the INVITE
// has its final response already; nothing follows then.
func (l *Leg) Answer(sdp []byte) error {
	l.sending.Lock()
	failure, err := l.answer(sdp)
	l.sending.Unlock()
	if failure != nil {
		l.end()
		l.tell(func(e Events) { e.AnswerFailed(failure) })
	}
	return err
}

// answer sends the 200; sending is held. The failure is what AnswerFailed tells.
func (l *Leg) answer(sdp []byte) (failure, err error) {
	if l.awaitsPRACK() {
		return nil, fmt.Errorf("%w: the session description waits for its PRACK", ErrState)
	}
	over, err := l.claim(accepted)
	switch {
	case err != nil:
		return nil, err
	case over:
		return ErrCancelled, nil
	case l.leftEarly():
		_ = l.send(l.build(487)) // what the caller wants, whether it arrives or not
		return ErrCancelled, nil
	}
	l.mu.Lock()
	if l.early.settled { // by a reliable response; it may have been changed since
		sdp = nil
	} else {
		l.described = sdp
	}
	l.mu.Unlock()
	res, agreed := l.server.accepting(l.invite, l.arrival, sdp)
	l.succeed(&success{tx: l.tx, request: l.invite, response: res, offers: sdp != nil && sessionOf(l.invite) == nil})
	if err := l.send(res); err != nil {
		l.refuse()
		if !errors.Is(err, ErrCancelled) {
			err = fmt.Errorf("sip: sending 200 to %v: %w", l.arrival.source, err)
		}
		return err, nil
	}
	l.mu.Lock()
	l.lasts(agreed)
	l.mu.Unlock()
	l.awaitAck()
	return nil, nil
}

// accepting builds the 200 that agrees to a session, and gives how long it lasts.
func (s *Server) accepting(req *gosip.Request, way flow, sdp []byte) (*gosip.Response, session) {
	agreed, fields := agreeInterval(req)
	fields = append(append(capabilities(), way.contact()), fields...)
	if sdp != nil {
		fields = append(fields, gosip.NewHeader("Content-Type", sessionDescription))
	}
	res := s.build(req, 200, fields...)
	res.SetBody(sdp)
	return res, agreed
}

// success is a 200 to an INVITE, which is repeated until its ACK.
type success struct {
	tx       *gosip.ServerTx
	request  *gosip.Request
	response *gosip.Response
	offers   bool // its session description is an offer of ours
	acked    bool // guarded by mu of the leg
}

// succeed makes it the last one, before it is sent; sending is held.
func (l *Leg) succeed(s *success) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.success = s
}

// leftEarly reports whether the caller sent BYE before the answer, and makes that
// the end of the INVITE (RFC 3261 section 15.1.2: "it is still RECOMMENDED that a
// 487 (Request Terminated) response be generated").
func (l *Leg) leftEarly() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hungUp {
		l.phase = refused
	}
	return l.hungUp
}

func (l *Leg) refuse() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.phase = refused
}

// awaitAck starts the repetition of the last 200: "The 2xx response is passed to the transport
// with an interval that starts at T1 seconds and doubles for each retransmission
// until it reaches T2 seconds" (RFC 3261 section 13.3.1.4), over any transport.
func (l *Leg) awaitAck() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.waiting() {
		return
	}
	l.interval = gosip.T1
	l.timer = l.server.after(l.interval, l.repeatAnswer)
	l.deadline = l.server.after(64*gosip.T1, l.ackTimeout)
}

// waiting reports whether the last 200 still waits for its ACK; mu is held.
func (l *Leg) waiting() bool {
	hangingUp := l.bye != nil && l.bye.request != nil
	return l.phase == accepted && l.success != nil && !l.success.acked && !l.unacked && !hangingUp && !l.over
}

func (l *Leg) repeatAnswer() {
	l.sending.Lock()
	defer l.sending.Unlock()
	l.mu.Lock()
	s, waiting := l.success, l.waiting()
	if waiting {
		l.interval = min(2*l.interval, gosip.T2)
		l.timer.Reset(l.interval)
	}
	l.mu.Unlock()
	if waiting {
		l.server.retransmitted.Add(1)
		_ = s.tx.Respond(s.response) // a repetition is lost like any datagram
	}
}

func (l *Leg) ackTimeout() {
	l.mu.Lock()
	waiting := l.waiting()
	deferred := waiting && l.bye != nil
	if waiting {
		l.unacked = true
		l.stop()
	}
	l.mu.Unlock()
	if !waiting {
		return
	}
	l.tell(func(e Events) { e.AckTimeout() })
	if deferred {
		l.sendBye()
	}
}

// absorbed is a branch that no transaction has.
const absorbed = gosip.RFC3261BranchMagicCookie + "-absorbed"

// acknowledge finds the dialog of an ACK. An ACK for a 2xx is a transaction of its
// own, but some clients send it with the branch of the INVITE; matched here, by
// the dialog, both are the same. The library keeps a goroutine for each ACK with
// the INVITE's branch until the transaction ends, so an ACK that has done its
// work loses that branch.
func (s *Server) acknowledge(req *gosip.Request) {
	if req.Via() == nil || !wellFormed(req) {
		return
	}
	leg := s.dialogs.find(dialogOf(req))
	if leg == nil {
		return
	}
	leg.shown(req)
	if leg.acknowledged(req) {
		req.Via().Params.Add("branch", absorbed)
	}
}

// acknowledged is true when the ACK belongs to a 200 of ours: the CSeq number of
// the ACK is that of the INVITE (RFC 3261 section 13.2.2.4).
func (l *Leg) acknowledged(ack *gosip.Request) bool {
	number := ack.CSeq().SeqNo
	l.mu.Lock()
	last := l.success
	first := l.waiting() && number == last.request.CSeq().SeqNo
	initial := first && !l.acked
	deferred := initial && l.bye != nil
	if first {
		l.count(established)
		last.acked, l.acked = true, true
		l.stop()
	}
	ours := l.phase == accepted && last != nil &&
		(number == last.request.CSeq().SeqNo || number == l.invite.CSeq().SeqNo)
	l.mu.Unlock()
	switch {
	case initial:
		l.tell(func(e Events) { e.Acked(ack.Body()) })
	case first && last.offers:
		l.tell(func(e Events) { e.Reanswered(ack.Body()) })
	}
	if deferred {
		l.sendBye()
	}
	return ours
}
