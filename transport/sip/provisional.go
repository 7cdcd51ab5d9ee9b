package sip

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// ringInterval is how often a provisional response is repeated: "the UAS MUST send a
// non-100 provisional response at every minute" (RFC 3261 section 13.3.1.1).
const ringInterval = time.Minute

// Delivery is what becomes of the session description of a provisional response.
type Delivery int

const (
	// Withheld says that the response carried none.
	Withheld Delivery = iota
	// Unconfirmed says that it was sent, and may be lost.
	Unconfirmed
	// Awaited says that it was sent reliably. Pracked or PrackTimeout follows, and Answer must
	// wait for Pracked (RFC 3262 section 3).
	Awaited
)

// reliability is what an INVITE says about reliable provisional responses (RFC 3262
// section 3).
type reliability int

const (
	unreliable reliability = iota
	possible               // Supported: 100rel
	required               // Require: 100rel: "The UAS MUST send any non-100 provisional response reliably"
)

func reliabilityOf(invite *gosip.Request) reliability {
	switch {
	case hasToken(optionTags(invite, "Require"), "100rel"):
		return required
	case hasToken(optionTags(invite, "Supported", "k"), "100rel"):
		return possible
	}
	return unreliable
}

// provisional is a reliable provisional response.
type provisional struct {
	response  *gosip.Response
	number    uint32 // its RSeq
	described bool   // it carries a session description
}

// provisionals are the provisional responses of a leg; guarded by its mu.
type provisionals struct {
	rule      reliability
	number    uint32       // RSeq of the last one
	awaited   *provisional // has no PRACK; there is no other before it has
	described bool         // one of them carries a session description
	settled   bool         // and its PRACK came: offer and answer are exchanged
	repeat    alarm
	deadline  alarm
}

// offering reports whether our offer waits for its answer in a PRACK; mu is held.
func (l *Leg) offering() bool {
	return l.early.described && !l.early.settled && sessionOf(l.invite) == nil
}

// awaitsPRACK reports whether a 2xx must wait: "If the UAS had placed a session
// description in any reliable provisional response that is unacknowledged when the
// INVITE is accepted, the UAS MUST delay sending the 2xx until the provisional response
// is acknowledged" (RFC 3262 section 5).
func (l *Leg) awaitsPRACK() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.phase == ringing && !l.cancelled && l.early.awaited != nil && l.early.awaited.described
}

// Ring sends 180, and repeats it every minute until there is a final response. When
// the INVITE has no session description, and the response is reliable, it must carry
// our offer (RFC 3261 section 13.2.1: "in the first reliable non-failure message").
// It does nothing when the caller has given up.
func (l *Leg) Ring(offer []byte) (Delivery, error) { return l.progress(180, offer) }

// Progress sends 183 with the session description, and repeats it as Ring does: our
// answer, or our offer when the INVITE has none. That takes a caller that knows
// reliable responses; another one gets a 180 as from Ring.
func (l *Leg) Progress(sdp []byte) (Delivery, error) { return l.progress(183, sdp) }

func (l *Leg) progress(status int, sdp []byte) (Delivery, error) {
	l.sending.Lock()
	defer l.sending.Unlock()
	if over, err := l.claim(ringing); over {
		return Withheld, err
	}
	l.mu.Lock()
	status, body, reliable := l.choose(status, sdp)
	outstanding := l.early.awaited != nil
	l.mu.Unlock()
	delivery := Withheld
	var err error
	switch {
	case reliable && outstanding: // the one that is repeated shows that we are alive
	case reliable:
		err = l.sendReliably(status, body)
		if body != nil {
			delivery = Awaited
		}
	default:
		err = l.send(l.provisional(status, body))
		if body != nil {
			delivery = Unconfirmed
		}
	}
	if err != nil && !errors.Is(err, ErrCancelled) {
		return Withheld, fmt.Errorf("sip: sending %d to %v: %w", status, l.arrival.source, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.phase == ringing {
		l.timer = l.server.after(ringInterval, func() { _, _ = l.progress(status, sdp) }) // a repetition is lost like any datagram
	}
	return delivery, nil
}

// choose gives what a provisional response is to be; mu is held.
func (l *Leg) choose(asked int, sdp []byte) (status int, body []byte, reliable bool) {
	ours := sessionOf(l.invite) == nil // an offer in the response is ours
	reliable = l.early.rule == required || l.early.rule == possible && asked == 183
	switch {
	case reliable && l.early.described: // the caller has it
		return asked, nil, l.early.rule == required
	case reliable && (asked == 183 || ours):
		return asked, sdp, true
	case reliable:
		return asked, nil, true
	case asked == 183 && !ours:
		return asked, sdp, false
	}
	return 180, nil, false
}

// provisional builds a provisional response.
func (l *Leg) provisional(status int, body []byte, fields ...gosip.Header) *gosip.Response {
	fields = append(fields, l.arrival.contact())
	if body != nil {
		fields = append(fields, gosip.NewHeader("Content-Type", sessionDescription))
	}
	res := l.build(status, fields...)
	res.SetBody(body)
	return res
}

// sendReliably sends a response that is repeated until its PRACK; sending is held, and
// none is outstanding. RFC 3262 section 3: "The value of the header field for the first
// reliable provisional response in a transaction MUST be between 1 and 2**31 - 1. It is
// RECOMMENDED that it be chosen uniformly in this range." It names Allow, so that the
// caller knows of UPDATE (RFC 3311 section 5.1).
func (l *Leg) sendReliably(status int, body []byte) error {
	l.mu.Lock()
	if l.early.number == 0 {
		l.early.number = 1 + rand.Uint32N(math.MaxInt32)
	} else {
		l.early.number++
	}
	number := l.early.number
	l.mu.Unlock()
	p := &provisional{number: number, described: body != nil, response: l.provisional(status, body,
		gosip.NewHeader("Require", "100rel"), gosip.NewHeader("RSeq", strconv.FormatUint(uint64(number), 10)),
		gosip.NewHeader("Allow", allow))}
	l.mu.Lock()
	l.early.awaited = p
	if p.described {
		l.early.described = true
		l.described = body // what a refresh of ours offers again
	}
	l.early.repeat.set(l.server, gosip.T1, l.repeatProvisional)
	l.early.deadline.set(l.server, 64*gosip.T1, l.prackTimeout)
	l.mu.Unlock()
	return l.send(p.response)
}

// repeatProvisional repeats the response that is outstanding: "passed to the
// transaction layer periodically with an interval that starts at T1 seconds and
// doubles for each retransmission" (RFC 3262 section 3), over any transport.
func (l *Leg) repeatProvisional() {
	l.sending.Lock()
	defer l.sending.Unlock()
	l.mu.Lock()
	var p *provisional
	if l.phase == ringing && l.early.awaited != nil {
		p = l.early.awaited
		l.early.repeat.again(2 * l.early.repeat.interval)
	}
	l.mu.Unlock()
	if p != nil {
		l.server.retransmitted.Add(1)
		_ = l.send(p.response) // a repetition is lost like any datagram
	}
}

// prackTimeout ends an INVITE whose reliable response nobody acknowledged: "If a
// reliable provisional response is retransmitted for 64*T1 seconds without reception
// of a corresponding PRACK, the UAS SHOULD reject the original request with a 5xx
// response" (RFC 3262 section 3).
func (l *Leg) prackTimeout() {
	l.mu.Lock()
	late := l.phase == ringing && l.early.awaited != nil && !l.cancelled && !l.hungUp
	l.mu.Unlock()
	if late && l.Reject(Refusal{Status: 504}) == nil {
		l.tell(func(e Events) { e.PrackTimeout() })
	}
}

// pracked takes a PRACK. It is true when an offer in it is answered later.
func (l *Leg) pracked(req *gosip.Request, tx *gosip.ServerTx) (later bool) {
	p, status := l.match(req)
	if p == nil {
		l.server.reply(tx, l.server.build(req, status))
		return false
	}
	body := sessionOf(req)
	if p.described && sessionOf(l.invite) == nil {
		l.server.reply(tx, l.server.build(req, 200))
		l.tell(func(e Events) { e.Pracked(body) })
		return false
	}
	if body != nil { // RFC 3262 section 5: an additional offer
		return l.modified(&modification{request: req, tx: tx, flow: l.server.flowOf(req, tx), settles: p.described})
	}
	if p.described {
		l.tell(func(e Events) { e.Pracked(nil) })
	}
	l.server.reply(tx, l.server.build(req, 200))
	return false
}

// match takes the response that a PRACK means as received, or says how the
// PRACK is refused: "If a PRACK request is received by the UA core that does not match
// any unacknowledged reliable provisional response, the UAS MUST respond to the PRACK
// with a 481 response" (RFC 3262 section 3).
func (l *Leg) match(req *gosip.Request) (p *provisional, status int) {
	rack, ok := parseRAck(value(req, "RAck"))
	if !ok {
		return nil, 400
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p = l.early.awaited
	if p == nil || rack != (acknowledgement{p.number, l.invite.CSeq().SeqNo, gosip.INVITE}) {
		return nil, 481
	}
	l.early.awaited = nil
	l.early.repeat.stop()
	l.early.deadline.stop()
	l.early.settled = l.early.settled || p.described
	return p, 0
}

// acknowledgement is the content of a RAck header field (RFC 3262 section 7.2).
type acknowledgement struct {
	number uint32 // RSeq of the response
	cseq   uint32 // of the request that the response is to
	method gosip.RequestMethod
}

func parseRAck(text string) (a acknowledgement, ok bool) {
	parts := strings.Fields(text)
	if len(parts) != 3 {
		return acknowledgement{}, false
	}
	number, err1 := strconv.ParseUint(parts[0], 10, 32)
	cseq, err2 := strconv.ParseUint(parts[1], 10, 32)
	return acknowledgement{uint32(number), uint32(cseq), gosip.RequestMethod(parts[2])}, err1 == nil && err2 == nil
}
