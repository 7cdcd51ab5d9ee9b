package calls

import (
	"cmp"
	"errors"
	"time"

	"github.com/looplab/fsm"
)

// HangupTimeout is how long a call waits for the answer to its BYE. The BYE's
// transaction goes on by itself afterwards.
const HangupTimeout = 4 * time.Second

// Options is what a call does, decided once at admission.
type Options struct {
	ID          ID
	Party       Party
	Offer       []byte        // session description of the INVITE, empty for none
	EarlyMedia  bool          // audio flows while it rings
	AutoAnswer  bool          // false: ring until RingTimeout
	AnswerDelay time.Duration // from the 180 to the 200
	RingTimeout time.Duration // from the 180 to the RingStatus
	RingStatus  int           // SIP status that ends a call that is not answered
	MaxDuration time.Duration // from the ACK to the BYE, whatever is played
	RetryAfter  time.Duration // what a caller is told whom a shutdown refuses
	ListensDTMF bool          // digits are told, by whatever method
	Keys        KeyActions    // what digits do
	Notify      func(Notice)  // must not block
}

// Call is the actor of one call. Post may be called by multiple goroutines;
// everything else is owned by the goroutine of Run.
type Call struct {
	leg     Leg
	media   Media
	options Options
	mailbox *mailbox
	machine *fsm.FSM

	timer   *time.Timer // one for the state; what it means is in expiry
	expiry  Event
	entered time.Time // into the present state
	answers []byte    // session description of our 200
	awaited bool      // a reliable response with a session description has no PRACK yet
	due     bool      // the answer waits for it
	agreed  bool      // the caller has answered our offer
	record  Record
}

// New makes a call in state Ringing. Nothing runs before Run.
func New(leg Leg, media Media, options Options) *Call {
	c := &Call{
		leg:     leg,
		media:   media,
		options: options,
		mailbox: newMailbox(),
		machine: newMachine(),
		record:  Record{ID: options.ID, Party: options.Party},
	}
	if options.ListensDTMF {
		c.record.Digits = []Digit{}
	}
	return c
}

// ID names the call.
func (c *Call) ID() ID { return c.options.ID }

// Post hands the call an event and never waits. It is false when the call has
// ended, or when too many requests of the peer wait.
func (c *Call) Post(e Event) bool { return c.mailbox.post(e) }

// Run is the actor: it returns when the call is Done.
func (c *Call) Run() Record {
	c.begin()
	for c.state() != Done {
		select {
		case <-c.mailbox.wake:
			for e, ok := c.mailbox.take(); ok; e, ok = c.mailbox.take() {
				c.handle(e)
			}
		case <-c.timer.C:
			c.handle(c.expiry)
		}
	}
	return c.finish()
}

// Abort ends a call whose Run has panicked: whatever state it left, the caller
// gets a final response or a BYE, and the media gives its ports back.
func (c *Call) Abort(fault string) Record {
	c.record.Cause, c.record.HungUpBy, c.record.Fault = InternalError, Server, fault
	switch {
	case c.record.Status == 0:
		c.refuse(Refusal{Status: 500})
	case c.state() != Done:
		c.report("sending BYE", c.leg.Bye(InternalError))
	}
	return c.finish()
}

// begin negotiates before it rings, so that a call without common media or
// without a port is refused at once.
func (c *Call) begin() {
	now := time.Now()
	c.record.InvitedAt, c.entered = now, now
	c.timer = time.NewTimer(0)
	c.disarm()
	c.notify(Incoming{At: now, ID: c.ID(), Party: c.options.Party})

	answer, err := c.media.Negotiate(c.options.Offer)
	if err != nil {
		c.handle(rejected{err})
		return
	}
	c.answers = answer
	c.ring()
	if c.options.AutoAnswer {
		c.arm(c.options.AnswerDelay, ringOver{})
		return
	}
	c.arm(c.options.RingTimeout, ringTimeout{})
}

// ring sends 180, or 183 with early media.
func (c *Call) ring() {
	var delivery Delivery
	var err error
	switch {
	case c.options.EarlyMedia:
		delivery, err = c.leg.Progress(c.answers)
	case len(c.options.Offer) == 0:
		delivery, err = c.leg.Ring(c.answers)
	default:
		delivery, err = c.leg.Ring(nil)
	}
	c.report("ringing", err)
	c.record.RingingAt = time.Now()
	c.awaited = delivery == Awaited
	if delivery == Unconfirmed {
		c.playEarly()
	}
}

// handle moves the machine and does what the table says. An event that the table
// does not have in this state came late and changes nothing.
func (c *Call) handle(e Event) {
	from, now := c.state(), time.Now()
	if stay, ok := stays[situation{from, e.trigger()}]; ok {
		stay(c, e)
		return
	}
	if !c.fire(e.trigger()) {
		c.notify(Late{At: now, ID: c.ID(), State: from, Event: string(e.trigger())})
		return
	}
	c.disarm()
	c.notify(Transition{At: now, ID: c.ID(), From: from, To: c.state(), Event: string(e.trigger()), InState: now.Sub(c.entered)})
	c.entered = now
	actions[situation{from, e.trigger()}](c, e)
}

// finish stops the media and closes the record.
func (c *Call) finish() Record {
	c.disarm()
	c.mailbox.close()
	c.record.Media = c.media.Stop()
	c.record.EndedAt = time.Now()
	return c.record
}

// arm sets the timer of the state; e is what its expiry means.
func (c *Call) arm(d time.Duration, e Event) {
	c.expiry = e
	c.timer.Reset(d)
}

func (c *Call) disarm() {
	c.timer.Stop() // since Go 1.23 no stale tick remains in the channel
	c.expiry = nil
}

func (c *Call) notify(n Notice) {
	if c.options.Notify != nil {
		c.options.Notify(n)
	}
}

// report tells the observers of an error that the call survives, because a timer
// of the state ends it.
func (c *Call) report(doing string, err error) {
	if err != nil {
		c.notify(Fault{At: time.Now(), ID: c.ID(), Doing: doing, Err: err})
	}
}

// refuse sends a final response other than 2xx.
func (c *Call) refuse(r Refusal) {
	c.record.Status = r.Status
	c.report("sending the refusal", c.leg.Reject(r))
}

// ended notes why the call ends, unless that is known already.
func (c *Call) ended(cause Cause, by Side) {
	c.record.Cause = cmp.Or(c.record.Cause, cause)
	c.record.HungUpBy = cmp.Or(c.record.HungUpBy, by)
}

// refusal says how an error of the negotiation is answered.
func refusal(err error) (Refusal, Cause) {
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return refused.Refusal, refused.Cause
	}
	return Refusal{Status: 500}, InternalError
}
