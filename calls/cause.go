package calls

// Cause is why a call ended.
type Cause string

// The causes, each with its number in [Cause.Q850].
const (
	Completed     Cause = "completed"       // all was played
	CallerHungUp  Cause = "caller_hung_up"  // BYE from the caller
	CallCancelled Cause = "cancelled"       // CANCEL, or BYE before the answer
	NotAnswered   Cause = "not_answered"    // rang until the ring timeout
	NoPRACK       Cause = "no_prack"        // a reliable provisional response was never acknowledged
	NoACK         Cause = "no_ack"          // the answer, or that to a re-INVITE, was never acknowledged
	Expired       Cause = "session_expired" // the session was not refreshed in time
	Unreachable   Cause = "unreachable"     // the answer could not be sent
	NotAcceptable Cause = "not_acceptable"  // no media in common with the offer
	NoResources   Cause = "no_resources"    // no port or socket for the media
	MediaTimeout  Cause = "media_timeout"   // nothing came from the caller any more
	MediaFault    Cause = "media_fault"     // the audio could not go on
	TooLong       Cause = "too_long"        // longer than a call may last
	KeyPressed    Cause = "hangup_key"      // the caller pressed the key that ends the call
	OperatorEnded Cause = "hangup"          // the operator ended it
	ServerStopped Cause = "shutdown"        // the server stopped
	InternalError Cause = "internal_error"  // a fault of ours
)

// clearing is what a cause is called in ITU-T Q.850 section 2.2.7.
type clearing struct {
	number int
	text   string
}

// clearings maps the causes to the numbers of Q.850 that say the same, not to those
// that a gateway would derive from the SIP status (RFC 3398): the reason is known
// here, and need not be guessed.
var clearings = map[Cause]clearing{
	Completed:     {16, "Normal call clearing"},
	CallerHungUp:  {16, "Normal call clearing"},
	CallCancelled: {31, "Normal, unspecified"},
	NotAnswered:   {19, "No answer from user"},
	NoPRACK:       {102, "Recovery on timer expiry"},
	NoACK:         {102, "Recovery on timer expiry"},
	Expired:       {102, "Recovery on timer expiry"},
	Unreachable:   {27, "Destination out of order"},
	NotAcceptable: {88, "Incompatible destination"},
	NoResources:   {47, "Resource unavailable"},
	MediaTimeout:  {102, "Recovery on timer expiry"},
	MediaFault:    {41, "Temporary failure"},
	TooLong:       {31, "Normal, unspecified"},
	KeyPressed:    {16, "Normal call clearing"},
	OperatorEnded: {16, "Normal call clearing"},
	ServerStopped: {31, "Normal, unspecified"},
	InternalError: {41, "Temporary failure"},
}

// Q850 gives the cause as number and text of ITU-T Q.850, for the Reason header
// field of our BYE (RFC 3326).
func (c Cause) Q850() (number int, text string) {
	q := clearings[c]
	return q.number, q.text
}
