package sip

import (
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// lately remembers keys for 64·T1 to 128·T1: as long as a transaction that has ended
// for us may still be repeated by the peer. It is owned by whoever holds its lock.
type lately[K comparable] struct {
	recent, before map[K]struct{}
	turned         time.Time
}

func (l *lately[K]) add(key K) {
	l.turn()
	l.recent[key] = struct{}{}
}

func (l *lately[K]) has(key K) bool {
	l.turn()
	if _, ok := l.recent[key]; ok {
		return true
	}
	_, ok := l.before[key]
	return ok
}

// turn forgets what is too old. After a long silence both halves are.
func (l *lately[K]) turn() {
	now, period := time.Now(), 64*gosip.T1
	switch age := now.Sub(l.turned); {
	case l.recent == nil || age >= 2*period:
		l.before, l.recent, l.turned = nil, make(map[K]struct{}), now
	case age >= period:
		l.before, l.recent, l.turned = l.recent, make(map[K]struct{}), now
	}
}
