package sip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

const (
	// nonceAge is how long a nonce may be used.
	nonceAge = 5 * time.Minute
	// maxNonces bounds the used nonces that are remembered, about 150 bytes each. When
	// there are more, the older half is forgotten, and nonces as old as those are stale
	// before their time.
	maxNonces = 65536
	// nonceWindow is how many uses may overtake one another.
	nonceWindow = 64
)

// nonces are the challenges that we make. A nonce is its time, chance, and a keyed digest
// of both and of the host that it was made for: nothing is kept for those who do not
// answer, and nobody else can use it. Used ones are remembered, so that each use counts
// once (RFC 7616 section 3.4: the server detects replays by the nonce count). Multiple
// goroutines may use it.
type nonces struct {
	key [sha256.Size]byte

	mu             sync.Mutex
	recent, before map[string]*uses
	turned         time.Time
	newest         [2]time.Time // issued, of recent and of before
	floor          time.Time    // what was issued up to then is stale
}

// uses are the counts that a nonce was used with.
type uses struct {
	highest int
	seen    uint64 // bit n: highest - n
}

func newNonces() *nonces {
	n := &nonces{recent: make(map[string]*uses), turned: time.Now()}
	rand.Read(n.key[:]) // never fails: it ends the process instead
	return n
}

// nonceHead is the bytes of a nonce before its digest: the time and as much chance, so
// that no two are the same.
const nonceHead = 16

// issue makes a nonce for a host.
func (n *nonces) issue(host netip.Addr, now time.Time) string {
	head := binary.BigEndian.AppendUint64(make([]byte, 0, nonceHead+sha256.Size), uint64(now.UnixNano()))
	head = head[:nonceHead]
	rand.Read(head[8:])
	return base64.RawURLEncoding.EncodeToString(n.seal(head, host))
}

// seal appends the digest to the head of a nonce.
func (n *nonces) seal(head []byte, host netip.Addr) []byte {
	mac := hmac.New(sha256.New, n.key[:])
	mac.Write(head)
	mac.Write(host.AsSlice())
	return mac.Sum(head[:nonceHead:nonceHead])
}

// read gives the time of a nonce; it is false for one that we did not make for the
// host.
func (n *nonces) read(text string, host netip.Addr) (time.Time, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != nonceHead+sha256.Size || !hmac.Equal(raw, n.seal(raw[:nonceHead], host)) {
		return time.Time{}, false
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(raw))), true
}

// use is false when the nonce is too old or was used with the count before.
func (n *nonces) use(text string, issued time.Time, count int, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.recent) >= maxNonces/2 || now.Sub(n.turned) >= nonceAge {
		n.turn(now)
	}
	if count < 1 || now.Sub(issued) > nonceAge || !issued.After(n.floor) {
		return false
	}
	u := n.recent[text]
	if u == nil {
		u = n.before[text]
	}
	if u == nil {
		u = &uses{}
		n.recent[text] = u
		if issued.After(n.newest[0]) {
			n.newest[0] = issued
		}
	}
	return u.take(count)
}

// turn forgets the older half, whose nonces must not be used any more.
func (n *nonces) turn(now time.Time) {
	if n.newest[1].After(n.floor) {
		n.floor = n.newest[1]
	}
	n.before, n.recent = n.recent, make(map[string]*uses)
	n.newest = [2]time.Time{{}, n.newest[0]}
	n.turned = now
}

// take is false for a count that was there before, or is too far behind to tell.
func (u *uses) take(count int) bool {
	if count > u.highest {
		u.seen = u.seen<<uint(count-u.highest) | 1 // a shift by 64 or more gives 0
		u.highest = count
		return true
	}
	behind := u.highest - count
	if behind >= nonceWindow || u.seen&(1<<uint(behind)) != 0 {
		return false
	}
	u.seen |= 1 << uint(behind)
	return true
}
