package sip

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// maxAttempts is how many wrong credentials of one source are looked at in one to
	// two periods. A caller that has forgotten its password needs a few.
	maxAttempts   = 10
	attemptPeriod = time.Minute
	// maxAttemptSources bounds the sources that are remembered. To be one takes an
	// answer to a challenge, so addresses cannot be forged; with more of them the
	// oldest are forgotten early.
	maxAttemptSources = 16384
)

// attempts counts wrong credentials by source: an IPv4 address or an IPv6 network of
// 64 bits. Multiple goroutines may use it.
type attempts struct {
	mu             sync.Mutex
	recent, before map[netip.Prefix]int
	turned         time.Time
}

func newAttempts() *attempts {
	return &attempts{recent: make(map[netip.Prefix]int), turned: time.Now()}
}

// barred reports whether the source has had its attempts.
func (a *attempts) barred(source netip.Addr, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn(now)
	network := networkOf(source)
	return a.recent[network]+a.before[network] >= maxAttempts
}

// note counts a wrong attempt.
func (a *attempts) note(source netip.Addr, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn(now)
	a.recent[networkOf(source)]++
}

// turn forgets what is older than a period; mu is held.
func (a *attempts) turn(now time.Time) {
	passed := now.Sub(a.turned)
	if passed < attemptPeriod && len(a.recent) < maxAttemptSources/2 {
		return
	}
	a.before = a.recent
	if passed >= 2*attemptPeriod {
		a.before = nil
	}
	a.recent, a.turned = make(map[netip.Prefix]int), now
}
