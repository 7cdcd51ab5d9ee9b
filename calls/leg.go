package calls

import "time"

// Leg is the signalling half of a call: the server side of one INVITE dialog
// (RFC 3261 section 12.1.1). No method waits for the peer; what the peer does
// comes back as an [Event]. The leg owns every timer of the RFCs.
type Leg interface {
	// Ring sends 180 Ringing. The offer is ours, empty when the INVITE has one: a
	// reliable 180 must carry it (RFC 3261 section 13.2.1).
	Ring(offer []byte) (Delivery, error)
	// Progress sends 183 Session Progress with the session description. A caller that
	// cannot answer an offer of ours before the call is answered gets 180.
	Progress(sdp []byte) (Delivery, error)
	// Answer sends 200 OK with the session description, unless a reliable response
	// has brought it, and repeats it until the ACK (RFC 3261 section 13.3.1.4): Acked,
	// AckTimeout or AnswerFailed follows.
	Answer(sdp []byte) error
	// Reject sends a final response other than 2xx.
	Reject(r Refusal) error
	// Reply answers the re-INVITE, UPDATE or PRACK that Reoffered told of. Where the offer
	// in it is ours, Reanswered follows.
	Reply(sdp []byte) error
	// Refuse refuses it; the session stays as it was (RFC 3261 section 14.2).
	Refuse(r Refusal) error
	// Bye ends the dialog; ByeAnswered follows. A pending Reoffered is answered
	// by the leg.
	Bye(c Cause) error
}

// Delivery is what becomes of the session description of a provisional response.
type Delivery int

const (
	// Withheld says that the response carried none.
	Withheld Delivery = iota
	// Unconfirmed says that it was sent, and may be lost.
	Unconfirmed
	// Awaited says that it was sent reliably (RFC 3262). Pracked or PrackTimeout follows, and
	// Answer must wait for Pracked.
	Awaited
)

// Refusal is a final response that is not an answer.
type Refusal struct {
	// Status is the SIP status code, 300 to 699.
	Status int
	// RetryAfter asks the caller to wait so long (RFC 3261 section 20.33); 0: not said.
	RetryAfter time.Duration
	// Warning says why, as warn-code and text (RFC 3261 section 20.43); code 0: not said.
	Warning Warning
}

// Warning is the content of a Warning header field.
type Warning struct {
	Code int // three digits, 3xx
	Text string
}
