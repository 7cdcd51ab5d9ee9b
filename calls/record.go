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
	AnsweredAt time.Time // the first 200
	AckedAt    time.Time // audio from here on
	EndedAt    time.Time
	Status     int // the final response to the INVITE
	Cause      Cause
	HungUpBy   Side
	Fault      string // the error behind the cause, if any
	Media      MediaStats
}

// Duration is how long the call was up, from the first 200 to the end.
func (r *Record) Duration() time.Duration {
	if r.AnsweredAt.IsZero() {
		return 0
	}
	return r.EndedAt.Sub(r.AnsweredAt)
}
