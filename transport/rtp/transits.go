package rtp

import "time"

const (
	// playoutDelay is the jitter buffer that is assumed where a listener has one: fixed,
	// three packets of 20 ms. A packet that takes so much longer than the fastest ones
	// is too late to be played.
	playoutDelay = 60 * time.Millisecond
	// transitWindow is how long the fastest packet is looked for. The more packets, the
	// closer it comes to the path without queues; and the clocks do not drift apart by
	// more than 0.2 ms in it, at 100 ppm.
	transitWindow = 2 * time.Second
	// skewWindows is the least number of windows for a skew: 10 s.
	skewWindows = 5
)

// transits finds the skew of the sender's clock by the fastest packets. Transit times
// are differences of two clocks: only their changes mean something. Jitter makes
// packets slower and never faster, so that the fastest packet of each window shows
// the clocks; a straight line through these is their skew.
type transits struct {
	began  bool
	least  time.Duration // of the present window
	when   time.Duration // of the packet that had it
	before time.Duration // least of the window before; of the present one in the first
	end    time.Duration // of the present window
	line   line
}

// line is a least-squares fit. Its sums begin at its first point, so that they stay small.
type line struct {
	points           int
	x0, y0           float64
	sx, sy, sxx, sxy float64
}

// add takes the transit time of a packet that arrived at elapsed and reports whether
// it is too late to be played.
func (t *transits) add(elapsed, transit time.Duration) (late bool) {
	switch {
	case !t.began:
		*t = transits{began: true, least: transit, when: elapsed, before: transit, end: elapsed + transitWindow}
	case elapsed >= t.end:
		t.line.add(t.when.Seconds(), t.least.Seconds())
		t.before, t.least, t.when = t.least, transit, elapsed
		t.end = elapsed + transitWindow
	case transit < t.least:
		t.least, t.when = transit, elapsed
	}
	return transit-min(t.least, t.before) > playoutDelay
}

// skew is how much faster the sender's clock runs than ours, in parts per million. It
// is not known before 10 s.
func (t *transits) skew() (ppm float64, known bool) {
	if t.line.points < skewWindows {
		return 0, false
	}
	return -1e6 * t.line.slope(), true
}

func (l *line) add(x, y float64) {
	if l.points == 0 {
		l.x0, l.y0 = x, y
	}
	l.points++
	x, y = x-l.x0, y-l.y0
	l.sx, l.sy, l.sxx, l.sxy = l.sx+x, l.sy+y, l.sxx+x*x, l.sxy+x*y
}

// slope is that of the line; there are two points at least.
func (l *line) slope() float64 {
	n := float64(l.points)
	return (n*l.sxy - l.sx*l.sy) / (n*l.sxx - l.sx*l.sx)
}
