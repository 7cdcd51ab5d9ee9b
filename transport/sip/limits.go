package sip

import "time"

// Limits bound what one source may cost: an IPv4 address, or an IPv6 network of 64
// bits. A bound of 0 is none.
type Limits struct {
	Messages       int // messages a second; twice as many at once
	Calls          int // new calls a second; twice as many at once
	Unacknowledged int // INVITEs that wait for their ACK
	Amplification  int // bytes sent over UDP for each one received, until the source has shown that it receives
	Transactions   int // server transactions of all sources, beyond which new calls are refused
	Connections    int // connections of all sources at once; never more than 4,096
}

// bucket is a token bucket. The zero value is full.
type bucket struct {
	spent float64       // tokens that are not back yet
	at    time.Duration // when that was so
}

// take takes a token of a bucket that gets rate of them a second and holds twice as
// many; it is false when there is none. Without a rate there is always one.
func (b *bucket) take(now time.Duration, rate int) bool {
	if rate == 0 {
		return true
	}
	b.spent = max(0, b.spent-(now-b.at).Seconds()*float64(rate))
	b.at = now
	if b.spent+1 > float64(2*rate) {
		return false
	}
	b.spent++
	return true
}
