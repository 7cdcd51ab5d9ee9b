package sip

import (
	"net"
	"net/netip"
	"strconv"
	"sync"
)

const (
	maxStreams       = 4096 // connections at once
	maxStreamsSource = 50   // of one IPv4 address, or one IPv6 network of 64 bits
)

// streams are the connections that are open. Multiple goroutines may use it.
type streams struct {
	most int // at once; 0 for maxStreams

	mu       sync.Mutex
	open     map[string]*stream // by id
	bySource map[netip.Prefix]int
	made     uint64
}

// add makes a stream of a connection, unless there are too many.
func (t *streams) add(s *Server, conn net.Conn, w way) (*stream, bool) {
	st := newStream(s, conn, w)
	t.mu.Lock()
	defer t.mu.Unlock()
	network := networkOf(st.source.Addr())
	if len(t.open) >= t.bound() || t.bySource[network] >= maxStreamsSource {
		return nil, false
	}
	if t.open == nil {
		t.open, t.bySource = make(map[string]*stream), make(map[netip.Prefix]int)
	}
	t.made++
	st.id = peer("stream-" + strconv.FormatUint(t.made, 10))
	t.open[st.id.String()] = st
	t.bySource[network]++
	return st, true
}

// bound is how many there may be.
func (t *streams) bound() int {
	if t.most == 0 {
		return maxStreams
	}
	return min(t.most, maxStreams)
}

func (t *streams) remove(st *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	network := networkOf(st.source.Addr())
	delete(t.open, st.id.String())
	if t.bySource[network]--; t.bySource[network] == 0 {
		delete(t.bySource, network)
	}
}

func (t *streams) find(id string) *stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open[id]
}

func (t *streams) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.open)
}

func (t *streams) all() []*stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]*stream, 0, len(t.open))
	for _, st := range t.open {
		list = append(list, st)
	}
	return list
}

// networkOf is who an address is counted as: with IPv6 one host has 2^64 of them.
func networkOf(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // the zero value stands for what is no IP address
	return p
}
