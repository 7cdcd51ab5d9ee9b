package calls

import (
	"net/netip"
	"time"
)

// ID names a call within this server. It is ours; the caller has no hand in it.
type ID string

// Party is what the INVITE says about the call. All text is the peer's.
type Party struct {
	CallID     string
	From       string
	To         string
	RequestURI string
	Source     netip.AddrPort
	Transport  string
	UserAgent  string
}

// Reason is why the caller says that it ended a call, by the Reason header field of its
// BYE or CANCEL (RFC 3326). The text is the peer's, escaped and bounded.
type Reason struct {
	Q850 int    // cause of ITU-T Q.850, 0 when it names none
	SIP  int    // status code of SIP, 0 when it names none
	Text string // may be empty
}

// Side is who ended a call.
type Side string

// The two sides, as a record names them.
const (
	Caller Side = "caller"
	Server Side = "server"
)

// Record is what is left of a call when it is Done. A zero time means that it did
// not come so far.
type Record struct {
	ID         ID
	Party      Party
	InvitedAt  time.Time
	RingingAt  time.Time
	EarlyAt    time.Time // early media from here on
	AnsweredAt time.Time // the first 200
	AckedAt    time.Time // audio from here on
	EndedAt    time.Time
	Status     int // the final response to the INVITE
	Cause      Cause
	HungUpBy   Side
	Reason     Reason  // of the caller that ended it
	Fault      string  // the error behind the cause, if any
	Digits     []Digit // of the caller, the first 128; nil when nobody listened for any
	Media      MediaStats
}

// Duration is how long the call was up, from the first 200 to the end.
func (r *Record) Duration() time.Duration {
	if r.AnsweredAt.IsZero() {
		return 0
	}
	return r.EndedAt.Sub(r.AnsweredAt)
}
