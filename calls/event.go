package calls

// Event is an input of a call's actor. The set is closed: a peer, a timer of the
// leg, the media or the operator caused it.
type Event interface {
	// trigger is the name of the event in the table of fsm.go.
	trigger() trigger
}

// Events that a [Leg] posts.
type (
	// Acked says that the 200 was acknowledged. Body is the ACK's session
	// description, empty unless the offer was ours.
	Acked struct{ Body []byte }
	// AckTimeout says that no ACK came for 64·T1, to the answer of the call or to that
	// of a re-INVITE (RFC 3261 sections 13.3.1.4 and 14.2).
	AckTimeout struct{}
	// AnswerFailed says that the 200 does not stand: a CANCEL was first, or it
	// could not be sent.
	AnswerFailed struct {
		Err       error
		Cancelled bool
	}
	// Pracked says that the caller has the session description of a provisional
	// response. When that was our offer, Answer is the answer to it.
	Pracked struct{ Answer []byte }
	// PrackTimeout says that no PRACK came for 64·T1; the leg has answered the INVITE
	// with 504 (RFC 3262 section 3).
	PrackTimeout struct{}
	// SessionExpired says that the session was not refreshed in time (RFC 4028 section
	// 10).
	SessionExpired struct{}
	// Reoffered says that the caller wants to change the session, by re-INVITE, UPDATE
	// or PRACK; an empty offer asks for ours. It waits for Reply or Refuse.
	Reoffered struct{ Offer []byte }
	// Reanswered brings the answer to the offer of our Reply.
	Reanswered struct{ Answer []byte }
	// Bye says that the caller sent BYE; the leg has answered it.
	Bye struct{ Reason Reason }
	// Cancelled says that the caller sent CANCEL; the leg has answered 487.
	Cancelled struct{ Reason Reason }
	// Pressed says that the caller has sent a digit, which is over. A [Media] posts it too.
	Pressed struct{ Digit Digit }
	// ByeAnswered says that our BYE got this final status; 0 when none came.
	ByeAnswered struct{ Status int }
)

// Events that a [Media] posts.
type (
	// Played says that the audio has been played for its whole time.
	Played struct{}
	// MediaFailed says that no more audio can be sent.
	MediaFailed struct{ Err error }
	// OneWay says that audio has been sent for 3 s and none has come.
	OneWay struct{}
	// Silent says that nothing has come from the caller for the time that is allowed.
	Silent struct{}
)

// Events of the operator.
type (
	// Hangup ends this call.
	Hangup struct{}
	// Shutdown ends this call because the server stops.
	Shutdown struct{}
)

// Events of the actor itself: its timers, and what it decides.
type (
	ringOver      struct{}
	answerDue     struct{}
	rejected      struct{ err error }
	ringTimeout   struct{}
	maxDuration   struct{}
	hangupTimeout struct{}
	hangupKey     struct{}
)

func (Acked) trigger() trigger          { return onAck }
func (AckTimeout) trigger() trigger     { return onAckTimeout }
func (AnswerFailed) trigger() trigger   { return onAnswerFailed }
func (Pracked) trigger() trigger        { return onPrack }
func (PrackTimeout) trigger() trigger   { return onPrackTimeout }
func (SessionExpired) trigger() trigger { return onSessionExpired }
func (ringOver) trigger() trigger       { return onRingOver }
func (Reoffered) trigger() trigger      { return onReoffer }
func (Reanswered) trigger() trigger     { return onReanswer }
func (Bye) trigger() trigger            { return onBye }
func (Cancelled) trigger() trigger      { return onCancel }
func (ByeAnswered) trigger() trigger    { return onByeAnswered }
func (Pressed) trigger() trigger        { return onDigit }
func (Played) trigger() trigger         { return onPlayed }
func (MediaFailed) trigger() trigger    { return onMediaFailed }
func (OneWay) trigger() trigger         { return onOneWay }
func (Silent) trigger() trigger         { return onMediaTimeout }
func (Hangup) trigger() trigger         { return onHangup }
func (Shutdown) trigger() trigger       { return onShutdown }
func (answerDue) trigger() trigger      { return onAnswer }
func (rejected) trigger() trigger       { return onReject }
func (ringTimeout) trigger() trigger    { return onRingTimeout }
func (maxDuration) trigger() trigger    { return onMaxDuration }
func (hangupTimeout) trigger() trigger  { return onHangupTimeout }
func (hangupKey) trigger() trigger      { return onHangupKey }

// request reports whether a peer's request or digit is behind the event, so that a peer
// can repeat it without end. These are bounded in the mailbox.
func request(e Event) bool {
	switch e.(type) {
	case Bye, Cancelled, Pracked, Pressed, Reoffered, Reanswered:
		return true
	}
	return false
}
