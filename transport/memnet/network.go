package memnet

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// First and last port that Listen gives out for port 0 (RFC 6335 section 6).
const (
	firstEphemeral = 49152
	lastEphemeral  = 65535
)

// defaultReorderDelay is one and a half 20 ms frames: the packet sent 20 ms
// later arrives first.
const defaultReorderDelay = 30 * time.Millisecond

// Options say what a network does to its packets. The zero value is a perfect
// network, which delivers within the call of Send.
type Options struct {
	Latency      time.Duration // of every packet, one way
	Jitter       time.Duration // upper bound of a uniformly distributed further delay
	Loss         float64       // probability that a packet is lost, 0 to 1
	Duplicate    float64       // probability that a packet arrives twice, 0 to 1
	Reorder      float64       // probability that a packet is held back by ReorderDelay, 0 to 1
	ReorderDelay time.Duration // 0 means 30 ms
	Seed         uint64        // of all randomness
}

// Packet is one datagram at the moment it was sent.
type Packet struct {
	From, To netip.AddrPort
	Time     time.Time
	Data     []byte // may be kept, must not be changed
	Dropped  bool   // lost by Options.Loss or by a filter
}

// Stats counts packets since the network was made.
type Stats struct {
	Sent        uint64 // calls of Send and WriteTo that were accepted
	Dropped     uint64 // lost by Options.Loss or by a filter
	Duplicated  uint64 // sent once, carried twice
	Delivered   uint64 // put into a socket's receive queue, copies included
	Unreachable uint64 // arrived where nobody listened, copies included
	Overflowed  uint64 // arrived at a full receive queue, copies included
}

// Network carries datagrams between its sockets.
// Multiple goroutines may use a network and its sockets at once.
type Network struct {
	opt Options

	mu      sync.Mutex // guards everything below and the state of every Conn
	random  *rand.Rand
	conns   map[netip.AddrPort]*Conn
	taps    []func(Packet)
	filters []func(Packet) bool
	flights flights
	order   uint64 // of the next flight
	timer   *time.Timer
	port    uint16 // last ephemeral port given out
	stats   Stats
}

// New returns a network without sockets. It panics when a probability is not
// within 0 to 1 or a delay is negative, as these are mistakes of the test.
func New(opt Options) *Network {
	for _, p := range []float64{opt.Loss, opt.Duplicate, opt.Reorder} {
		if !(p >= 0 && p <= 1) {
			panic(fmt.Sprintf("memnet: probability %v is not within 0 to 1", p))
		}
	}
	if min(opt.Latency, opt.Jitter, opt.ReorderDelay) < 0 {
		panic("memnet: negative delay")
	}
	if opt.ReorderDelay == 0 {
		opt.ReorderDelay = defaultReorderDelay
	}
	return &Network{
		opt:    opt,
		random: rand.New(rand.NewPCG(opt.Seed, 0)),
		conns:  make(map[netip.AddrPort]*Conn),
		port:   lastEphemeral,
	}
}

// Listen opens a socket. Port 0 takes the next free port from 49152 to 65535.
// The error of an address in use is one for which errors.Is(err,
// syscall.EADDRINUSE) holds; unspecified addresses (wildcards) are refused with
// syscall.EADDRNOTAVAIL.
func (n *Network) Listen(addr netip.AddrPort) (*Conn, error) {
	addr = unmapped(addr)
	if !addr.IsValid() || addr.Addr().IsUnspecified() {
		return nil, listenError(addr, syscall.EADDRNOTAVAIL)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if addr.Port() == 0 {
		port, ok := n.freePort(addr.Addr())
		if !ok {
			return nil, listenError(addr, syscall.EADDRINUSE)
		}
		addr = netip.AddrPortFrom(addr.Addr(), port)
	}
	if n.conns[addr] != nil {
		return nil, listenError(addr, syscall.EADDRINUSE)
	}
	c := &Conn{network: n, local: addr, readable: sync.NewCond(&n.mu)}
	n.conns[addr] = c
	return c, nil
}

// Tap calls f for every packet at the time it is sent, in the order of sending,
// also for the packets that are dropped. Calls do not overlap. The network is
// locked meanwhile: f must not use it or its sockets.
func (n *Network) Tap(f func(Packet)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.taps = append(n.taps, f)
}

// Filter adds a fault: each packet for which f returns false is dropped. It is
// called as the function of Tap is, before it and with Dropped not yet decided.
func (n *Network) Filter(f func(Packet) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.filters = append(n.filters, f)
}

// Open returns how many sockets are open.
func (n *Network) Open() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.conns)
}

// Stats returns the counters as they stand now.
func (n *Network) Stats() Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.deliverDue(time.Now())
	return n.stats
}

func (n *Network) freePort(addr netip.Addr) (uint16, bool) {
	for range lastEphemeral - firstEphemeral + 1 {
		if n.port == lastEphemeral {
			n.port = firstEphemeral
		} else {
			n.port++
		}
		if n.conns[netip.AddrPortFrom(addr, n.port)] == nil {
			return n.port, true
		}
	}
	return 0, false
}

func listenError(addr netip.AddrPort, errno syscall.Errno) error {
	return &net.OpError{
		Op: "listen", Net: "udp", Addr: net.UDPAddrFromAddrPort(addr),
		Err: os.NewSyscallError("bind", errno),
	}
}

// unmapped makes one key of the two ways to write an IPv4 address.
func unmapped(addr netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
}
