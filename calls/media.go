package calls

import (
	"net/netip"
	"time"
)

// Media is the RTP half of a call. It hides the packets from the call.
type Media interface {
	// Negotiate answers the offer of the caller; an empty one makes an offer of
	// ours (RFC 3261 section 13.2.1). The first call opens the ports; each further
	// one changes the session, at once, or leaves it as it was when it fails. An
	// error that is a [*RefusedError] says how to answer the caller; any other is a
	// 500.
	Negotiate(offer []byte) (answer []byte, err error)
	// Revert makes the session what it was before the last Negotiate, because the
	// answer did not get to the caller.
	Revert() error
	// Accept takes the answer to our offer, which came in an ACK or a PRACK. An error leaves
	// the session as it was.
	Accept(answer []byte) error
	// PlayEarly starts the audio before the answer and tells what was agreed on. The
	// audio repeats until Play or Stop, or ends early when the caller may be another than
	// it says; MediaFailed may follow.
	PlayEarly() MediaStats
	// Play starts the audio, anew when it plays already, and tells what was agreed on: codec and addresses.
	// Played or MediaFailed follows.
	Play() MediaStats
	// Live tells what was counted so far, at most a second ago. OneWay and Silent may
	// come while the call plays.
	Live() Live
	// Stop ends the audio and gives the ports back. It is idempotent; afterwards
	// nothing of the media runs.
	Stop() MediaStats
}

// RefusedError is an error of [Media.Negotiate] that has an answer in SIP.
type RefusedError struct {
	Refusal Refusal
	Cause   Cause
	Err     error
}

// Error says why the call was refused.
func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *RefusedError) Unwrap() error { return e.Err }

// MediaStats is what was measured of the media of one call. The zero value of an
// address means that there was none.
type MediaStats struct {
	Audio      string         // what is played: the source of the prompt
	Codec      string         // name of the encoding as in RFC 3551, empty before the negotiation
	Local      netip.AddrPort // where we receive RTP
	RemoteSDP  netip.AddrPort // where the session description sends our RTP
	RemoteSeen netip.AddrPort // where the caller's first RTP packet came from
	RoundTrip  *time.Duration // by the caller's last RTCP report (RFC 3550 section 6.4.1)
	Sent       Sent
	Received   Received
	Quality    Quality
	Remote     *Remote // what the caller said last of what it received
}

// Sent counts what went to the caller.
type Sent struct {
	Packets uint64
	Bytes   uint64        // RTP payload octets, as in RFC 3550 section 6.4.1
	Skipped uint64        // frames that were not sent because the sender was late
	Errors  uint64        // packets that the kernel refused
	LateMax time.Duration // the longest time a packet left after it was due
}

// Received counts what came from the caller. All from Expected on means something only
// when Packets is not 0.
type Received struct {
	Packets    uint64
	Bytes      uint64 // RTP payload octets
	Invalid    uint64 // datagrams on our ports that are not the caller's RTP or RTCP
	Expected   uint64 // by the sequence numbers (RFC 3550 appendix A.3)
	Lost       uint64 // packets of the expected ones that never came
	Duplicated uint64
	Reordered  uint64
	Late       uint64        // packets that came too late to be played
	Sources    uint64        // changes of the SSRC
	Jitter     time.Duration // interarrival jitter at the end (RFC 3550 section 6.4.1)
	JitterMax  time.Duration
}
