package sip

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// maxSources bounds the table. An entry takes about 300 bytes with its part of the
	// map, so the table stays below 20 MiB whoever is spoofed.
	maxSources = 1 << 16
	// proofAge is how long an ACK shows that a source receives what is sent to it.
	proofAge = 10 * time.Minute
	// warnPeriod is how often one source is complained about, and warnRate how many
	// are in a second: a spoofed flood must not fill the log.
	warnPeriod = time.Minute
	warnRate   = 10
	// passTime is how long an INVITE takes at most from the reader to its own goroutine,
	// where it is counted. A repeated one, which begins no call, is forgotten after it.
	passTime = 2 * time.Second
	// maxUses is how many turns of the hand an entry outlives that showed that it
	// receives; one that did not outlives one.
	maxUses = 4
)

// stage is how far an INVITE of a source has come.
type stage uint8

const (
	absent         stage = iota // not counted, or not any more
	unanswered                  // without a final response
	unacknowledged              // with a final response that waits for its ACK
	established                 // a call
)

// source is what is known of one source.
type source struct {
	network  netip.Addr // the first address of the network
	messages bucket
	reserve  bucket // of those messages that calls which are up need
	calls    bucket
	received int64 // bytes over UDP
	sent     int64 // bytes over UDP; both since the source began, or lost its proof
	proven   bool  // an ACK has shown that it receives
	proof    time.Duration
	invites  [established + 1]int
	passed   int           // INVITEs let through that are not in invites yet
	passedAt time.Duration // when the last was
	warned   time.Duration
	noticed  bool // warned is set
	uses     uint8
}

// sources is what is known of those who were heard of lately. It is bounded: a new
// source takes the place of one that was not heard of for longest, more or less (the
// clock algorithm), and never of one that has an INVITE here. Multiple goroutines may
// use it.
type sources struct {
	limits Limits
	start  time.Time

	mu       sync.Mutex
	index    map[netip.Addr]int
	entries  []source
	hand     int
	warnings bucket
}

func newSources(l Limits) *sources {
	return &sources{limits: l, start: time.Now(), index: make(map[netip.Addr]int)}
}

func (t *sources) now() time.Duration { return time.Since(t.start) }

// size is how many sources are known.
func (t *sources) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.entries)
}

// find is the entry of the address, nil when there is none; mu is held.
func (t *sources) find(addr netip.Addr) *source {
	if i, ok := t.index[networkOf(addr).Addr()]; ok {
		return &t.entries[i]
	}
	return nil
}

// meet is the entry of the address, a new one if need be; nil when every place that
// was looked at is taken. mu is held.
func (t *sources) meet(addr netip.Addr) *source {
	e := t.find(addr)
	if e == nil {
		i, ok := t.place()
		if !ok {
			return nil
		}
		network := networkOf(addr).Addr()
		t.entries[i] = source{network: network}
		t.index[network] = i
		e = &t.entries[i]
	}
	e.uses = 1
	if e.proven {
		e.uses = maxUses
	}
	return e
}

// place gives room for a new entry. It looks at a bounded number of old ones, as the
// reader of the network waits for it.
func (t *sources) place() (int, bool) {
	if len(t.entries) < maxSources {
		t.entries = append(t.entries, source{})
		return len(t.entries) - 1, true
	}
	for range 4 * maxUses {
		i := t.hand
		t.hand = (t.hand + 1) % len(t.entries)
		e := &t.entries[i]
		switch {
		case e.invites != [established + 1]int{}:
		case e.uses > 0:
			e.uses--
		default:
			delete(t.index, e.network)
			return i, true
		}
	}
	return 0, false
}

// hear counts a message of so many bytes. It is false when the source sends more than
// it may; of a source with calls that are up those messages have a part of their own
// that are no new request.
func (t *sources) hear(addr netip.Addr, bytes int, datagram, later bool) bool {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.meet(addr)
	if e == nil {
		return false
	}
	e.receives(now) // a proof that is too old ends before the message counts
	if datagram {
		e.receives(now) // what came before an old proof is forgotten with it, and this is not
		e.received += int64(bytes)
	}
	if e.messages.take(now, t.limits.Messages) {
		return true
	}
	return later && e.invites[established] > 0 && e.reserve.take(now, t.limits.Messages)
}

// farewell is what responses leave of the bytes that may be sent: a BYE fits in it, so
// that a caller whose ACKs are lost hears the end of its call.
const farewell = 512

// spend is false when so many bytes must not be sent to the address over UDP, of which
// others must be left: who writes the address of somebody else into a datagram would
// have that one sent more than it cost (RFC 9000 section 8.1 has such a bound for
// QUIC). Who has not been heard of is not written to because of a datagram.
func (t *sources) spend(addr netip.Addr, bytes, left int) bool {
	if t.limits.Amplification == 0 {
		return true
	}
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.find(addr)
	if e == nil || e.receives(now) {
		return true
	}
	if e.sent == 0 {
		left = 0 // the first response must not be the one that is too long
	}
	if e.sent+int64(bytes+left) > int64(t.limits.Amplification)*e.received {
		return false
	}
	e.sent += int64(bytes)
	return true
}

// receives reports whether the source has shown that it receives what it is sent.
func (e *source) receives(now time.Duration) bool {
	if e.proven && now-e.proof > proofAge && e.invites[established] == 0 {
		e.proven, e.received, e.sent = false, 0, 0
	}
	return e.proven
}

// shows reports whether the address has shown that it receives, or need not.
func (t *sources) shows(addr netip.Addr) bool {
	if t.limits.Amplification == 0 {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.find(addr)
	return e != nil && e.receives(t.now())
}

// prove notes that the source knows a tag or a nonce of ours, which it cannot guess.
func (t *sources) prove(addr netip.Addr) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.meet(addr); e != nil {
		e.proven, e.proof, e.uses = true, now, maxUses
	}
}

// move counts an INVITE of the source in another stage.
func (t *sources) move(addr netip.Addr, from, to stage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.find(addr)
	if from == absent && e == nil {
		e = t.meet(addr)
	}
	if e == nil {
		return
	}
	if from != absent && e.invites[from] > 0 {
		e.invites[from]--
	}
	if to != absent {
		e.invites[to]++
	}
	if from == absent && e.passed > 0 {
		e.passed--
	}
}

// call asks for a new call of the source. It gives the limit that is in the way, empty
// when there is none. INVITEs that ring count until the source has shown that it
// receives: a trunk may have many, a spoofed address must not.
func (t *sources) call(addr netip.Addr) (limit string) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.find(addr)
	if e == nil {
		return ""
	}
	if now-e.passedAt > passTime {
		e.passed = 0
	}
	waiting := e.invites[unacknowledged]
	if !e.receives(now) {
		waiting += e.invites[unanswered] + e.passed
	}
	switch {
	case t.limits.Unacknowledged > 0 && waiting >= t.limits.Unacknowledged:
		return "unacknowledged"
	case !e.calls.take(now, t.limits.Calls):
		return "calls"
	}
	e.passed++
	e.passedAt = now
	return ""
}

// warn reports whether it is time to complain about the source.
func (t *sources) warn(addr netip.Addr) bool {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.find(addr)
	if e == nil || e.noticed && now-e.warned < warnPeriod || !t.warnings.take(now, warnRate) {
		return false
	}
	e.warned, e.noticed = now, true
	return true
}
