package sip

import (
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// The library finds the socket for a response by the address of the peer, in a
// pool that its read loops fill with every address that they ever saw and empty
// when they end. A peer that calls two of our addresses would be answered from the
// wrong one; a request that is under way when a loop ends would get a socket of its
// own, after a look-up of the name in its Via; and a flood would fill the memory.
// So the read loops are told one and the same name for all peers, and the pool is
// filled here, with sockets that stay, and emptied of peers that are gone.
//
// The name in the pool has to be the address of the peer, as the library sends to it.
// It is written on the goroutine that reads, and looked up on that of the request: when one
// address and port of a peer sends to two of our sockets at the same moment, both
// responses may leave from the one that heard last. A request that is answered ahead of the
// library leaves by its own socket always.

// socket is a socket as the library reads it. It is owned by the goroutine of its
// read loop, except for conn.
type socket struct {
	net.PacketConn
	id     peer                 // what the library takes for the address of every peer
	conn   *gosip.UDPConnection // what responses leave by
	server *Server
	source netip.AddrPort // of the datagram that is being handled
	err    error          // what ended the loop
	retry  retry
}

// peer is an address that stands for all peers of a socket, or for that of a
// connection.
type peer string

func (peer) Network() string  { return "sip" }
func (p peer) String() string { return string(p) }

func newSocket(s *Server, conn net.PacketConn, number int) *socket {
	addr := conn.LocalAddr().String()
	return &socket{
		PacketConn: conn,
		id:         peer("socket-" + strconv.Itoa(number)),
		conn:       &gosip.UDPConnection{PacketConn: metered{outlet{conn, s}, s}, PacketAddr: addr, Listener: true},
		retry:      retry{server: s, listen: "udp " + addr, done: s.done},
		server:     s,
	}
}

// heard has the library find the way to the sender of the datagram.
func (s *socket) heard(server *Server) {
	server.peers.heard(s.source.String(), s.conn)
}

// ReadFrom waits for the next datagram that is let in. It keeps where that came from,
// and the error that ends the loop. What passes is outlasted.
func (s *socket) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.receive(p)
		if err != nil && s.retry.again(err) {
			continue
		}
		s.err = err
		if err != nil {
			return n, nil, err
		}
		s.retry.worked()
		if s.server.admits(from.Addr(), p[:n], true) {
			s.source = from
			return n, s.id, nil
		}
	}
}

// receive reads a datagram, without an allocation where the socket can.
func (s *socket) receive(p []byte) (int, netip.AddrPort, error) {
	if fast, ok := s.PacketConn.(interface {
		ReadFromUDPAddrPort(p []byte) (int, netip.AddrPort, error)
	}); ok {
		n, from, err := fast.ReadFromUDPAddrPort(p)
		return n, unmap(from), err
	}
	n, from, err := s.PacketConn.ReadFrom(p)
	if err != nil {
		return n, netip.AddrPort{}, err
	}
	return n, addrPort(from), nil
}

func (s *socket) transport() string      { return "UDP" }
func (s *socket) remote() netip.AddrPort { return s.source }
func (s *socket) local() netip.AddrPort  { return addrPort(s.LocalAddr()) }

// send answers the datagram that is being handled.
func (s *socket) send(p []byte, to netip.AddrPort) {
	_, _ = s.conn.PacketConn.WriteTo(p, net.UDPAddrFromAddrPort(to)) // lost like any datagram
}

// peerAge is how long a peer is at least kept in the pool after its last message.
// It is needed for the moment between reading and handling.
const peerAge = 10 * time.Second

// maxPeers bounds each of the two halves of what is kept.
const maxPeers = 1 << 15

// peers has the library's pool know the peers that were heard of lately. Multiple
// goroutines may use it.
type peers struct {
	mu     sync.Mutex
	pool   *gosip.ConnectionPool
	recent map[string]*gosip.UDPConnection // heard since turned
	before map[string]*gosip.UDPConnection // heard in the period before
	turned time.Time
}

func newPeers(pool *gosip.ConnectionPool) *peers {
	return &peers{pool: pool, recent: make(map[string]*gosip.UDPConnection), turned: time.Now()}
}

// heard notes that a message of the peer came in on the socket.
func (p *peers) heard(from string, conn *gosip.UDPConnection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.turned) >= peerAge {
		p.turn(now)
	}
	if len(p.recent) >= maxPeers {
		p.turn(time.Now())
	}
	if p.recent[from] != conn {
		p.recent[from] = conn
		p.pool.Add(from, conn)
	}
}

// turn forgets who has not been heard of for a whole period.
func (p *peers) turn(now time.Time) {
	for from := range p.before {
		if p.recent[from] == nil {
			p.pool.Delete(from)
		}
	}
	p.before, p.recent, p.turned = p.recent, make(map[string]*gosip.UDPConnection), now
}
