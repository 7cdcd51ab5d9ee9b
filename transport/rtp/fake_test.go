package rtp

import (
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"
	"time"

	pion "github.com/pion/rtp"
)

// packet is a datagram that a fakeSocket sent.
type packet struct {
	at   time.Time
	to   netip.AddrPort
	data []byte
}

// arrival is a datagram that waits in a fakeSocket.
type arrival struct {
	at   time.Time
	from netip.AddrPort
	data []byte
}

// fakeSocket notes what is sent and delivers what is put into inbox.
type fakeSocket struct {
	network *fakeNetwork
	addr    netip.AddrPort

	mu     sync.Mutex
	sent   []packet
	inbox  []arrival
	fail   func(n int) error // error of the nth Send
	sends  int
	closes int
}

func (s *fakeSocket) Send(p []byte, to netip.AddrPort) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sends++
	if s.fail != nil {
		if err := s.fail(s.sends - 1); err != nil {
			return err
		}
	}
	s.sent = append(s.sent, packet{time.Now(), to, append([]byte(nil), p...)})
	return nil
}

func (s *fakeSocket) Receive(p []byte) (int, netip.AddrPort, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.inbox) == 0 {
		return -1, netip.AddrPort{}, time.Time{}, nil
	}
	first := s.inbox[0]
	s.inbox = s.inbox[1:]
	return copy(p, first.data), first.from, first.at, nil
}

func (s *fakeSocket) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(s.addr) }

func (s *fakeSocket) Close() error {
	s.mu.Lock()
	s.closes++
	s.mu.Unlock()
	s.network.closed(s.addr)
	return nil
}

// deliver lets datagrams arrive now.
func (s *fakeSocket) deliver(from netip.AddrPort, datagrams ...[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range datagrams {
		s.inbox = append(s.inbox, arrival{time.Now(), from, d})
	}
}

func (s *fakeSocket) packets() []packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// fakeNetwork is where fakeSockets are opened.
type fakeNetwork struct {
	mu      sync.Mutex
	sockets map[netip.AddrPort]*fakeSocket
	refuse  func(port uint16) error
	onClose func()
}

func newNetwork() *fakeNetwork {
	return &fakeNetwork{sockets: make(map[netip.AddrPort]*fakeSocket)}
}

func (n *fakeNetwork) listen(addr netip.AddrPort) (Socket, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.refuse != nil {
		if err := n.refuse(addr.Port()); err != nil {
			return nil, err
		}
	}
	if n.sockets[addr] != nil {
		return nil, syscall.EADDRINUSE
	}
	s := &fakeSocket{network: n, addr: addr}
	n.sockets[addr] = s
	return s, nil
}

func (n *fakeNetwork) closed(addr netip.AddrPort) {
	if n.onClose != nil {
		n.onClose()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.sockets, addr)
}

func (n *fakeNetwork) socket(t *testing.T, port uint16) *fakeSocket {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.sockets[netip.AddrPortFrom(local, port)]
	if s == nil {
		t.Fatalf("no socket is open on port %d", port)
	}
	return s
}

var (
	local         = netip.MustParseAddr("192.0.2.1")
	remote        = netip.MustParseAddrPort("192.0.2.9:4000")
	remoteControl = netip.MustParseAddrPort("192.0.2.9:4001")
)

// tone is a Source whose frame n is 160 octets of n modulo 256.
type tone struct{}

func (tone) Frame(n int) []byte {
	frame := make([]byte, 160)
	for i := range frame {
		frame[i] = byte(n)
	}
	return frame
}

func stream(frames int) Stream {
	return Stream{Source: tone{}, PayloadType: 8, Frames: frames, Samples: 160}
}

func newPorts(t *testing.T, first, last uint16) *Ports {
	t.Helper()
	p, err := NewPorts(first, last)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func parsePacket(t *testing.T, data []byte) pion.Packet {
	t.Helper()
	var p pion.Packet
	if err := p.Unmarshal(data); err != nil {
		t.Fatalf("a packet of ours does not parse: %v: %x", err, data)
	}
	return p
}
