package sip

import "bytes"

// leastInvite is how many bytes an INVITE over UDP pays for, at the least: 8 times as
// many are enough for the first of each of its responses and for a BYE. A short one is
// less than 160 bytes long, and its caller would never hear that the call is there.
const leastInvite = 256

var inviteStart = []byte("INVITE ")

// payment is how many bytes a message counts for against what its source is sent.
func payment(data []byte) int {
	if bytes.HasPrefix(data, inviteStart) {
		return max(len(data), leastInvite)
	}
	return len(data)
}
