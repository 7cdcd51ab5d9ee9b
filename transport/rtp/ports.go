package rtp

import (
	"fmt"
	"net/netip"
	"sync"
)

// Ports is the free list of port pairs: an even port for RTP and the odd one above
// it for RTCP (RFC 3550 section 11). The list is first in, first out, so that a
// port that was given back rests for as long as the range allows. Multiple
// goroutines may use it.
type Ports struct {
	mu    sync.Mutex
	ring  []uint16 // free pairs from head on, by their even ports
	head  int
	free  int
	taken map[uint16]bool
	addrs map[netip.Addr]bool // local addresses that sockets were bound to
}

// NewPorts makes the free list of all pairs that lie wholly in first..last.
func NewPorts(first, last uint16) (*Ports, error) {
	even := max(2, int(first)+int(first)%2)
	p := &Ports{taken: make(map[uint16]bool), addrs: make(map[netip.Addr]bool)}
	for ; even+1 <= int(last); even += 2 {
		p.ring = append(p.ring, uint16(even))
	}
	if len(p.ring) == 0 {
		return nil, fmt.Errorf("rtp: port range %d-%d holds no pair: "+
			"allowed is a range in 1-65535 with an even port for RTP and the odd one above it for RTCP", first, last)
	}
	p.free = len(p.ring)
	return p, nil
}

// Take gives the pair that has been free the longest, by its even port. It reports
// false when all pairs are in use.
func (p *Ports) Take() (uint16, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free == 0 {
		return 0, false
	}
	port := p.ring[p.head]
	p.head = (p.head + 1) % len(p.ring)
	p.free--
	p.taken[port] = true
	return port, true
}

// Return puts a pair at the end of the free list. A port that Take did not give, or
// that is back already, is left alone: no pair is ever in the list twice.
func (p *Ports) Return(port uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.taken[port] {
		return
	}
	delete(p.taken, port)
	p.ring[(p.head+p.free)%len(p.ring)] = port
	p.free++
}

// Free is the number of pairs that Take can give.
func (p *Ports) Free() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.free
}

// InUse is the number of pairs that were taken and not returned.
func (p *Ports) InUse() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.taken)
}

// bound notes a local address that sockets on these ports are bound to.
func (p *Ports) bound(addr netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addrs[plain(addr)] = true
}

// own tells whether an address is one of our own sockets: one of our addresses, and
// a port of a pair that is in use. Another program on this machine may well have a
// port of the range.
func (p *Ports) own(addr netip.AddrPort) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken[addr.Port()&^1] && p.addrs[plain(addr.Addr())]
}
