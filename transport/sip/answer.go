package sip

import (
	"errors"
	"fmt"

	gosip "github.com/emiago/sipgo/sip"
)

// Answer sends the 200 with a session description and repeats it until the ACK:
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
	res := l.build(200, append(capabilities(), contact(l.local), gosip.NewHeader("Content-Type", sessionDescription))...)
	res.SetBody(sdp)
	if err := l.send(res); err != nil {
		l.refuse()
		if !errors.Is(err, ErrCancelled) {
			err = fmt.Errorf("sip: sending 200 to %v: %w", l.source, err)
		}
		return err, nil
	}
	l.awaitAck(res)
	return nil, nil
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

// awaitAck starts the repetition: "The 2xx response is passed to the transport
// with an interval that starts at T1 seconds and doubles for each retransmission
// until it reaches T2 seconds" (RFC 3261 section 13.3.1.4).
func (l *Leg) awaitAck(res *gosip.Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.acked || l.over {
		return
	}
	l.interval = gosip.T1
	l.timer = l.server.after(l.interval, func() { l.repeatAnswer(res) })
	l.deadline = l.server.after(64*gosip.T1, l.ackTimeout)
}

// waiting reports whether the 200 still waits for its ACK; mu is held.
func (l *Leg) waiting() bool {
	return l.phase == accepted && !l.acked && !l.unacked && !l.over
}

func (l *Leg) repeatAnswer(res *gosip.Response) {
	l.sending.Lock()
	defer l.sending.Unlock()
	l.mu.Lock()
	waiting := l.waiting()
	if waiting {
		l.interval = min(2*l.interval, gosip.T2)
		l.timer.Reset(l.interval)
	}
	l.mu.Unlock()
	if waiting {
		l.server.retransmitted.Add(1)
		_ = l.send(res) // a repetition is lost like any datagram
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
	if leg != nil && leg.acknowledged(req) {
		req.Via().Params.Add("branch", absorbed)
	}
}

// acknowledged is true when the ACK belongs to our 200: the CSeq number of the
// ACK is that of the INVITE (RFC 3261 section 13.2.2.4).
func (l *Leg) acknowledged(ack *gosip.Request) bool {
	l.mu.Lock()
	ours := l.phase == accepted && ack.CSeq().SeqNo == l.invite.CSeq().SeqNo
	first := ours && l.waiting()
	deferred := first && l.bye != nil
	if first {
		l.acked = true
		l.stop()
	}
	l.mu.Unlock()
	if first {
		l.tell(func(e Events) { e.Acked(ack.Body()) })
	}
	if deferred {
		l.sendBye()
	}
	return ours
}
