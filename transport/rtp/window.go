package rtp

// windowSize is how many sequence numbers are remembered: more than maxMisorder, so
// that whatever is late and counts still finds its place.
const windowSize = 128

// window is what came of the last sequence numbers. Place 0 is the highest one.
type window struct {
	seen, inTime bits // what came; what came early enough to be played
	length       int  // places since the first packet of the run, at most windowSize
}

// bits is a set of places.
type bits [windowSize / 64]uint64

func (b *bits) has(place int) bool { return b[place>>6]>>(place&63)&1 != 0 }
func (b *bits) set(place int)      { b[place>>6] |= 1 << (place & 63) }

func (b *bits) shift() {
	b[1] = b[1]<<1 | b[0]>>63
	b[0] <<= 1
}

// advance moves the window to a sequence number that is higher by n. What falls out
// of it is settled.
func (w *window) advance(n int, l *losses) {
	for range n {
		if w.length == windowSize {
			l.count(w.inTime.has(windowSize - 1))
		} else {
			w.length++
		}
		w.seen.shift()
		w.inTime.shift()
	}
}

// settle counts what is in the window as if nothing of it could come any more.
func (w *window) settle(l *losses) {
	for place := w.length - 1; place >= 0; place-- {
		l.count(w.inTime.has(place))
	}
}
