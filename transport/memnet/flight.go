package memnet

import (
	"container/heap"
	"net/netip"
	"time"
)

// flight is a datagram on its way.
type flight struct {
	from, to netip.AddrPort
	data     []byte
	due      time.Time // of its arrival
	order    uint64    // of sending; decides between equal times
}

// flights is a heap by time of arrival, then by order of sending.
type flights []flight

func (f flights) Len() int { return len(f) }

func (f flights) Less(i, j int) bool {
	if f[i].due.Equal(f[j].due) {
		return f[i].order < f[j].order
	}
	return f[i].due.Before(f[j].due)
}

func (f flights) Swap(i, j int) { f[i], f[j] = f[j], f[i] }

// Push implements [heap.Interface].
func (f *flights) Push(x any) { *f = append(*f, x.(flight)) }

// Pop implements [heap.Interface].
func (f *flights) Pop() any {
	last := len(*f) - 1
	x := (*f)[last]
	(*f)[last] = flight{}
	*f = (*f)[:last]
	return x
}

// fate is what the network's randomness does to one packet. All of it is drawn
// for every packet, so that one option does not change the effect of another.
type fate struct {
	lost, twice bool
	delay       [2]time.Duration // of the packet and of its copy
}

func (n *Network) draw() fate {
	f := fate{
		lost:  n.random.Float64() < n.opt.Loss,
		twice: n.random.Float64() < n.opt.Duplicate,
	}
	for i := range f.delay {
		f.delay[i] = n.opt.Latency + time.Duration(n.random.Float64()*float64(n.opt.Jitter))
	}
	if n.random.Float64() < n.opt.Reorder {
		f.delay[0] += n.opt.ReorderDelay
	}
	return f
}

// send takes one packet; data belongs to the network from here on. The caller
// holds the lock.
func (n *Network) send(from, to netip.AddrPort, data []byte) {
	now := time.Now()
	n.deliverDue(now)
	n.stats.Sent++
	fate := n.draw()
	packet := Packet{From: from, To: to, Time: now, Data: data}
	dropped := fate.lost
	for _, pass := range n.filters {
		dropped = !pass(packet) || dropped
	}
	packet.Dropped = dropped
	for _, tap := range n.taps {
		tap(packet)
	}
	if dropped {
		n.stats.Dropped++
		return
	}
	n.carry(flight{from: from, to: to, data: data, due: now}, fate.delay[0])
	if fate.twice {
		n.stats.Duplicated++
		n.carry(flight{from: from, to: to, data: data, due: now}, fate.delay[1])
	}
}

// carry delivers f after the delay, at once when there is none.
func (n *Network) carry(f flight, delay time.Duration) {
	if delay == 0 {
		n.arrive(f)
		return
	}
	f.due = f.due.Add(delay)
	f.order = n.order
	n.order++
	heap.Push(&n.flights, f)
	if n.flights[0].order == f.order {
		n.arm(delay)
	}
}

// arm sets the one timer of the network to the arrival that is next.
func (n *Network) arm(delay time.Duration) {
	if n.timer == nil {
		n.timer = time.AfterFunc(delay, n.wake)
		return
	}
	n.timer.Reset(delay)
}

func (n *Network) wake() {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	n.deliverDue(now)
	if len(n.flights) > 0 {
		n.arm(n.flights[0].due.Sub(now))
	}
}

// deliverDue delivers what has arrived by now. Every operation on a socket
// calls it first, so that the order of goroutines that wake at one instant does
// not decide what they see. The caller holds the lock.
func (n *Network) deliverDue(now time.Time) {
	for len(n.flights) > 0 && !n.flights[0].due.After(now) {
		n.arrive(heap.Pop(&n.flights).(flight))
	}
}

func (n *Network) arrive(f flight) {
	c := n.conns[f.to]
	switch {
	case c == nil:
		n.stats.Unreachable++
	case len(c.queue) == queueLimit:
		n.stats.Overflowed++
	default:
		n.stats.Delivered++
		c.queue = append(c.queue, f)
		c.readable.Broadcast()
	}
}
