package sip

import (
	"net"
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

// socket is a socket as the library reads it. It is owned by the goroutine of its
// read loop, except for conn.
type socket struct {
	net.PacketConn
	id    peer                 // what the library takes for the address of every peer
	conn  *gosip.UDPConnection // what responses leave by
	from  string               // source of the datagram that is being handled
	err   error                // what ended the loop
	retry retry
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
		conn:       &gosip.UDPConnection{PacketConn: outlet{conn, s}, PacketAddr: addr, Listener: true},
		retry:      retry{server: s, listen: "udp " + addr, done: s.done},
	}
}

// heard has the library find the way to the sender of the datagram.
func (s *socket) heard(server *Server) string {
	server.peers.heard(s.from, s.conn)
	return s.from
}

// ReadFrom keeps where the datagram came from, and the error that ends the loop. What
// passes is outlasted.
func (s *socket) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.PacketConn.ReadFrom(p)
		if err == nil {
			s.retry.worked()
			s.from = addrPort(from).String()
			return n, s.id, nil
		}
		if !s.retry.again(err) {
			s.err = err
			return n, nil, err
		}
	}
}

// peerAge is how long a peer is at least kept in the pool after its last message.
// It is needed for the moment between reading and handling.
const peerAge = 10 * time.Second

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
