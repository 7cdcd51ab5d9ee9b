package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// impairment is what a relay does to the packets of one direction. The shares are
// probabilities from 0 to 1, drawn for each packet on its own; the same seed draws
// the same for the same number of packets. The zero value passes everything on.
type impairment struct {
	loss      float64
	duplicate float64
	reorder   float64       // of packets that wait for later more
	delay     time.Duration // of all packets
	later     time.Duration
	seed      uint64
}

// tally is what a relay has done in one direction.
type tally struct {
	arrived    int
	passed     int // sent on, without duplicates
	duplicated int
	reordered  int
	dropped    int
	lost       int // dropped between two that passed: what sequence numbers can tell
}

// relay passes UDP packets on between a caller and a server, on two sockets of its
// own on loopback, and impairs each direction in its own way. It serves one caller
// at a time: a peer without a given address is who sent last. close ends and joins
// its goroutines.
type relay struct {
	toCaller, toServer *direction
	control            *net.UDPConn // keeps RTCP for the caller's side off other sockets
	running            sync.WaitGroup
}

// newRelay opens a relay. An address that is not valid is learned.
func newRelay(caller, server netip.AddrPort, toCaller, toServer impairment) (*relay, error) {
	near, err := openSocket(0)
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	far, control, err := openPair()
	if err != nil {
		_ = near.Close()
		return nil, fmt.Errorf("relay: %w", err)
	}
	enlarge(near)
	enlarge(far)
	r := &relay{
		toCaller: newDirection(far, near, caller, toCaller),
		toServer: newDirection(near, far, server, toServer),
		control:  control,
	}
	r.run(r.toCaller, r.toServer)
	r.run(r.toServer, r.toCaller)
	return r, nil
}

// run passes packets on in one direction; who sends them is who back may send to.
func (r *relay) run(d, back *direction) {
	r.running.Go(func() {
		defer close(d.waiting)
		read(d.in, func(packet []byte, from netip.AddrPort) {
			back.learn(from)
			d.take(packet)
		})
	})
	r.running.Go(d.send)
}

// callerSide is the address that the caller sends to.
func (r *relay) callerSide() netip.AddrPort {
	return addressOf(r.toServer.in)
}

// serverSide is the address that the server sends to, and sees as the caller's.
func (r *relay) serverSide() netip.AddrPort {
	return addressOf(r.toCaller.in)
}

// close ends the relay; what still waits is sent at once.
func (r *relay) close() {
	now := time.Now()
	_ = r.toCaller.in.SetReadDeadline(now)
	_ = r.toServer.in.SetReadDeadline(now)
	r.running.Wait()
	for _, socket := range []*net.UDPConn{r.toCaller.in, r.toServer.in, r.control} {
		_ = socket.Close()
	}
}

// direction is one way through a relay. Its reader calls take, its sender runs send.
type direction struct {
	in, out *net.UDPConn
	impairment
	fixed   bool
	random  *rand.Rand
	waiting chan delayed

	mu      sync.Mutex
	to      netip.AddrPort
	tally   tally
	pending int // dropped since the last one that passed
}

// delayed is a packet that is due at a time.
type delayed struct {
	due  time.Time
	data []byte
}

func newDirection(in, out *net.UDPConn, to netip.AddrPort, i impairment) *direction {
	return &direction{
		in: in, out: out, impairment: i, fixed: to.IsValid(), to: to,
		random: rand.New(rand.NewPCG(i.seed, 0)), waiting: make(chan delayed, 1024),
	}
}

func (d *direction) learn(from netip.AddrPort) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.fixed {
		d.to = from
	}
}

func (d *direction) target() netip.AddrPort {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.to
}

// counted is what was done so far.
func (d *direction) counted() tally {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tally
}

// take decides about one packet.
func (d *direction) take(packet []byte) {
	// All are drawn for every packet, so that one share changes nothing for the others.
	lose, twice, late := d.random.Float64() < d.loss, d.random.Float64() < d.duplicate, d.random.Float64() < d.reorder
	one := delayed{due: time.Now().Add(d.delay), data: slices.Clone(packet)}
	d.mu.Lock()
	d.tally.arrived++
	if lose {
		d.tally.dropped++
		d.pending++
		d.mu.Unlock()
		return
	}
	if d.tally.passed > 0 {
		d.tally.lost += d.pending
	}
	d.pending = 0
	d.tally.passed++
	if twice {
		d.tally.duplicated++
	}
	if late {
		d.tally.reordered++
		one.due = one.due.Add(d.later)
	}
	d.mu.Unlock()
	d.waiting <- one
	if twice {
		d.waiting <- one
	}
}

// send sends what is due, in the order of the times, until no more can come.
func (d *direction) send() {
	var queue []delayed
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if len(queue) > 0 {
			timer.Reset(time.Until(queue[0].due))
		}
		select {
		case one, more := <-d.waiting:
			if !more {
				for _, one := range queue {
					d.pass(one)
				}
				return
			}
			after := slices.IndexFunc(queue, func(other delayed) bool { return other.due.After(one.due) })
			if after < 0 {
				after = len(queue)
			}
			queue = slices.Insert(queue, after, one)
		case now := <-timer.C:
			for len(queue) > 0 && !queue[0].due.After(now) {
				d.pass(queue[0])
				queue = queue[1:]
			}
		}
	}
}

// pass sends one packet on. A peer that is gone or unknown is no error of a relay.
func (d *direction) pass(one delayed) {
	if to := d.target(); to.IsValid() {
		_, _ = d.out.WriteToUDPAddrPort(one.data, to)
	}
}
