package sip

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

var (
	// ErrCancelled says that the caller gave up before the answer, by CANCEL or BYE.
	ErrCancelled = errors.New("sip: the caller gave up")
	// ErrState says that a method of a [Leg] was called when it could no longer, or
	// not yet, do anything.
	ErrState = errors.New("sip: not possible in this state of the call")
)

// Events is what the far end of a [Leg] does. The methods must not block: they are
// called from goroutines of the library, partly with its locks held.
type Events interface {
	// Acked says that the 200 was acknowledged; body is what the ACK carried. It is
	// called at most once, whichever way the ACK took.
	Acked(body []byte)
	// AckTimeout says that no ACK came within 64·T1 of the first 200, that to a
	// re-INVITE included. The dialog stands; RFC 3261 sections 13.3.1.4 and 14.2 want
	// a BYE now.
	AckTimeout()
	// Pracked says that the caller has the session description of a reliable
	// provisional response. When that was our offer, answer is what the PRACK carried.
	Pracked(answer []byte)
	// PrackTimeout says that no PRACK came for 64·T1, and that the INVITE has been
	// answered 504.
	PrackTimeout()
	// SessionExpired says that the session was not refreshed in time, or that our
	// refresh failed. The dialog stands; RFC 4028 section 10 wants a BYE now.
	SessionExpired()
	// Reoffered says that the caller wants to change the session, by re-INVITE, UPDATE
	// or PRACK: offer is its session description, nil when it asks for ours. It waits
	// for Reply or Refuse, and no other comes before that. False refuses it with 500
	// and Retry-After.
	Reoffered(offer []byte) bool
	// Reanswered brings what the ACK carried when the 200 to a re-INVITE carried an
	// offer of ours, or the answer to the offer in our refresh.
	Reanswered(answer []byte)
	// Digit says that the caller sent a DTMF digit by INFO: one of 0 to 9, *, #, A to D, or
	// ! for a hook flash. The length is 0 when it says none. False refuses it with 500 and
	// Retry-After.
	Digit(key byte, length time.Duration) bool
	// Bye says that the caller sent BYE. False refuses it with 500 and Retry-After,
	// and the dialog stands. An INVITE that is unanswered is then to be rejected with
	// 487. The reasons are those that it names.
	Bye(reasons []Reason) bool
	// Cancelled says that the caller sent CANCEL, and that the 487 has been sent.
	Cancelled(reasons []Reason)
	// AnswerFailed says that the 200 does not stand. The error is ErrCancelled when
	// the caller gave up first and its 487 stands, otherwise the 200 could not be sent.
	AnswerFailed(err error)
	// ByeAnswered says that our BYE got this final status; 0 when none came, or when
	// the caller's BYE made ours needless.
	ByeAnswered(status int)
}

// phase says what the caller has been told of its INVITE.
type phase int

const (
	ringing  phase = iota // no final response
	accepted              // 200: there is a dialog
	refused               // another final response, or a 487 to a CANCEL
)

// Leg is the server side of one INVITE dialog (RFC 3261 section 12.1.1). No method
// waits for the caller. Multiple goroutines may call the methods.
type Leg struct {
	server  *Server
	tx      *gosip.ServerTx
	invite  *gosip.Request // not changed any more
	arrival flow           // of the INVITE

	// sending is held from choosing a response to handing it to the transaction, so
	// that no two race. It is taken before the locks of the library, mu after them.
	sending sync.Mutex

	mu         sync.Mutex
	phase      phase
	cseq       uint32   // of the caller's last request
	arrived    uint32   // that of the last one that was read
	turns      []*turn  // of the requests that were read and not handled yet
	sent       uint32   // that of our last request
	cancelled  bool     // a CANCEL was first; implies that the library sent the 487
	hungUp     bool     // the caller's BYE was taken
	success    *success // the last 200 to an INVITE
	acked      bool     // the first one was acknowledged
	unacked    bool     // 64·T1 passed without an ACK
	bye        *byeTransaction
	target     gosip.Uri     // the caller's Contact (RFC 3261 section 12.1.1)
	path       flow          // by which requests of ours leave
	change     *modification // waits for Reply or Refuse
	early      provisionals
	described  []byte // our session description, as it was sent last
	session    session
	minSE      time.Duration // the largest Min-SE that the caller has sent
	pause      time.Duration // after the last refresh, when it failed
	updates    bool          // the caller allows UPDATE
	expiry     alarm         // of the session
	refreshing alarm         // starts the next refresh
	pending    *outgoing     // our refresh that is under way
	over       bool          // the signalling is at its end
	settled    bool          // the INVITE's transaction is at its end
	detached   bool          // the handler has returned
	events     Events
	untold     []func(Events) // what happened before Subscribe
	inside     crowd          // requests of the dialog
	stage      stage          // of the INVITE, as its source has it
	timer      *time.Timer    // repeats the last message that waits for an answer
	deadline   *time.Timer    // ends its repetition
	interval   time.Duration  // of the repetition
}

// invite makes the leg of a new call and hands it to the handler.
func (s *Server) invite(req *gosip.Request, tx *gosip.ServerTx) {
	l := &Leg{server: s, tx: tx, invite: req, arrival: s.flowOf(req, tx), cseq: req.CSeq().SeqNo, arrived: req.CSeq().SeqNo}
	l.early.rule = reliabilityOf(req)
	l.follow(req, l.arrival)
	if !s.dialogs.add(l) {
		l.detachFlow()
		s.reply(tx, s.build(req, 482))
		return
	}
	if !tx.OnTerminate(func(string, error) { l.settle() }) {
		l.settle()
	}
	l.advance(unanswered)
	onCancel(tx, l.cancel)
	returned := s.guard("a call", func() { s.handler.Invite(l) })
	l.detach(returned)
}

// CallID is the Call-ID, escaped and bounded for logs.
func (l *Leg) CallID() string { return clean(l.invite.CallID().Value()) }

// From is the URI of the caller, escaped and bounded for logs.
func (l *Leg) From() string { return clean(l.invite.From().Address.String()) }

// To is the URI that the caller wanted to reach, escaped and bounded for logs.
func (l *Leg) To() string { return clean(l.invite.To().Address.String()) }

// RequestURI is the URI that the INVITE was sent to, escaped and bounded for logs.
func (l *Leg) RequestURI() string { return clean(l.invite.Recipient.String()) }

// UserAgent is the caller's User-Agent, escaped and bounded for logs.
func (l *Leg) UserAgent() string { return clean(value(l.invite, "User-Agent")) }

// Source is the address that the INVITE came from.
func (l *Leg) Source() netip.AddrPort { return l.arrival.source }

// Local is the address that the INVITE came to.
func (l *Leg) Local() netip.AddrPort { return l.arrival.local }

// Transport is the transport that the INVITE came by: "UDP", "TCP", "TLS", "WS" or
// "WSS".
func (l *Leg) Transport() string { return l.arrival.transport }

// Offer is the session description of the INVITE, nil when it has none. It must
// not be changed.
func (l *Leg) Offer() []byte { return sessionOf(l.invite) }

// Subscribe tells who hears what the caller does. What it did before is told at
// once, from within Subscribe.
func (l *Leg) Subscribe(e Events) {
	l.mu.Lock()
	l.events = e
	untold := l.untold
	l.untold = nil
	l.mu.Unlock()
	for _, tell := range untold {
		tell(e)
	}
}

// tell hands an event to the handler, now or when it subscribes. It must be called
// without the locks of the leg.
func (l *Leg) tell(event func(Events)) {
	if e := l.subscriber(event); e != nil {
		event(e)
	}
}

// subscriber is who is to be told of an event now; when there is nobody yet, the
// event waits for Subscribe.
func (l *Leg) subscriber(event func(Events)) Events {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.events == nil && !l.detached {
		l.untold = append(l.untold, event)
	}
	return l.events
}

// Reject sends a final response other than 2xx. It does nothing when the caller
// has cancelled: the 487 stands.
func (l *Leg) Reject(r Refusal) error {
	if err := r.check(); err != nil {
		return err
	}
	defer l.withdraw() // when an UPDATE or PRACK with an offer waits
	l.sending.Lock()
	defer l.sending.Unlock()
	if over, err := l.claim(refused); over {
		return err
	}
	defer l.end()
	if err := l.send(l.build(r.Status, r.fields(l.arrival.named)...)); err != nil && !errors.Is(err, ErrCancelled) {
		return fmt.Errorf("sip: sending %d to %v: %w", r.Status, l.arrival.source, err)
	}
	return nil
}

// claim takes the right to send a response of the next phase. It is over when
// that may not be: without an error because the caller gave up, or by ErrState.
func (l *Leg) claim(next phase) (over bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.cancelled, l.hungUp && next == ringing:
		return true, nil
	case l.phase != ringing:
		return true, fmt.Errorf("%w: the INVITE has its final response", ErrState)
	}
	l.phase = next
	if next == ringing {
		l.hush()
	} else {
		l.count(unacknowledged)
		l.stop()
	}
	return false, nil
}

// send hands a response to the transaction; sending is held.
func (l *Leg) send(res *gosip.Response) error {
	return l.server.respond(l.tx, l.invite, res)
}

func (l *Leg) build(status int, fields ...gosip.Header) *gosip.Response {
	return l.server.build(l.invite, status, fields...)
}

// hush ends the repetition of the last message; mu is held.
func (l *Leg) hush() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// stop ends what is repeated; mu is held. RFC 3262 section 3: after a final response
// the UAS "SHOULD NOT continue to retransmit the unacknowledged reliable provisional
// responses".
func (l *Leg) stop() {
	l.hush()
	if l.deadline != nil {
		l.deadline.Stop()
	}
	l.early.repeat.stop()
	l.early.deadline.stop()
}

// end is the end of the signalling.
func (l *Leg) end() {
	l.mu.Lock()
	l.stop()
	l.expiry.stop()
	l.refreshing.stop()
	first, settled := !l.over, l.settled
	if first && l.pending != nil { // its INVITE may ring for ever
		l.pending.giveUp()
	}
	l.detachFlow()
	l.over = true
	if settled || l.phase != refused {
		l.count(absent)
	} // a refusal is repeated until its ACK
	l.mu.Unlock()
	if first {
		l.server.dialogs.over()
	}
	if first && settled {
		l.server.dialogs.remove(l)
	}
}

// settle is the end of the INVITE's transaction; locks of the library may be held.
func (l *Leg) settle() {
	l.mu.Lock()
	l.settled = true
	over := l.over
	if over {
		l.count(absent)
	}
	l.mu.Unlock()
	if over {
		l.server.dialogs.remove(l)
	}
}

// detach is the end of the handler's part. A handler that returns without a final
// response, or in a dialog that nobody has ended, has broken its contract: the
// caller must not hang for it.
func (l *Leg) detach(returned bool) {
	l.mu.Lock()
	l.detached, l.events, l.untold = true, nil, nil
	unanswered := l.phase == ringing && !l.cancelled
	standing := l.phase == accepted && !l.hungUp && !l.over && l.bye == nil
	hungUp := l.hungUp
	l.mu.Unlock()
	switch { // nobody is there to be told of an error
	case unanswered && hungUp:
		_ = l.Reject(Refusal{Status: 487})
	case unanswered:
		_ = l.Reject(Refusal{Status: 500})
	case standing:
		_ = l.Bye(Reason{Protocol: "Q.850", Cause: 41, Text: "Temporary failure"})
	}
	if returned && (unanswered || standing) {
		l.server.log.Error("handler returned before its call was over", "call_id", l.CallID())
	}
}

// abandon is the leg's part in closing the server: nothing is repeated any more.
func (l *Leg) abandon() {
	l.mu.Lock()
	l.stop()
	bye := l.bye
	deferred := bye != nil && bye.request == nil
	l.mu.Unlock()
	l.withdraw()
	if deferred {
		l.sendBye()
	}
	if bye != nil {
		l.byeEnded(0)
	}
}
