package sip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// ErrClosed is returned by the Serve methods and by [Server.Register] of a server that
// was closed before.
var ErrClosed = errors.New("sip: server closed")

// Handler is what the server does with calls. Multiple goroutines call it.
type Handler interface {
	// Invite handles one new call, on the goroutine of its INVITE. When it returns
	// it hears no more of the leg, and the leg ends whatever is left of the dialog.
	Invite(leg *Leg)
	// Availability is what OPTIONS answers: the zero Refusal when calls are taken,
	// otherwise the refusal that an INVITE would get (RFC 3261 section 11.2).
	Availability() Refusal
	// Overload is asked before each new call, on a goroutine that must not wait: the
	// zero Refusal when Invite is to have the call, otherwise its refusal, which is
	// sent without memory of it.
	Overload() Refusal
}

// Config is what a server is made of.
type Config struct {
	Handler   Handler      // required
	UserAgent string       // Server and User-Agent header field; "Pickup" when empty
	Logger    *slog.Logger // slog.Default() when nil
	ACL       ACL          // who is let in
	Limits    Limits       // what a source may cost
	// Name gives what a peer is told in place of a local address: addr in Contact and
	// Via, and host, unless it is empty, as the host of our URIs. It must not block;
	// nil tells the local address.
	Name func(local netip.AddrPort, peer netip.Addr) (addr netip.AddrPort, host string)

	Authentication *Authentication // nil: nobody is asked for credentials
	Resolver       Resolver        // of the names of registrars; [net.DefaultResolver] when nil
	Dial           Dial            // connects to registrars; that of a [net.Dialer] when nil
	Random         func() float64  // uniform from 0 to below 1, for jitter, of any goroutine; [rand.Float64] when nil
}

// Dial makes a connection to an address of a registrar.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Stats counts since the server was made, except for Dialogs.
type Stats struct {
	Requests      uint64 // requests read, repeated ones included
	Malformed     uint64 // messages dropped because they could not be read
	Panics        uint64 // messages, calls or timers that ended in a panic
	Retransmitted uint64 // 200 to INVITE sent again for want of an ACK
	Unserved      uint64 // datagrams to a local address beyond the bound of a wildcard socket; connections beyond theirs
	Handshakes    uint64 // of TLS or WebSocket that failed, with their connections
	Retries       uint64 // failures of listeners that passed
	Denied        uint64 // datagrams and connections of networks that are not let in
	Limited       uint64 // messages and new calls beyond a limit
	Withheld      uint64 // responses not sent to who has not shown that it receives
	Sources       int    // that are known now
	Transactions  int    // server transactions of the library now
	Dialogs       int    // calls whose signalling is not over now
	Connections   int    // open now
}

// Server takes SIP requests from its sockets. Its methods may be called by
// multiple goroutines.
type Server struct {
	handler Handler
	agent   string
	log     *slog.Logger

	transport    *gosip.TransportLayer
	transactions *gosip.TransactionLayer
	tags         tagger
	dialogs      dialogs
	peers        *peers
	streams      streams
	challenger   *challenger   // nil: nobody is asked for credentials
	parser       *gosip.Parser // of whole messages
	viaParser    *gosip.Parser // of header sections without a length

	registrations      registrations
	transactionsOfOurs clientTransactions
	arrivals           *arrivals
	reading            sync.Once // of arrivals
	resolver           Resolver
	dialer             Dial
	random             func() float64

	requests, malformed, panics, retransmitted, unserved, handshakes, retries atomic.Uint64
	done                                                                      chan struct{} // closed by Close

	acl     ACL
	limits  Limits
	sources *sources
	naming  func(local netip.AddrPort, peer netip.Addr) (addr netip.AddrPort, host string)

	denied, limited, withheld atomic.Uint64
	live                      atomic.Int64 // transactions of the library
	complained                atomic.Int64 // when a refusal for want of transactions was logged, by the clock of sources

	mu      sync.Mutex
	closed  bool
	sockets map[io.Closer]struct{} // also listeners
	changed chan struct{}          // closed when there is one more
	readers map[string]*socket
	opened  int            // sockets, for their names
	loops   sync.WaitGroup // calls of ServeUDP, ServeTCP and so on, and the connections
	work    sync.WaitGroup // handlers and expired timers
}

// library sets the variables that sipgo has one of for the whole process.
var library = sync.OnceFunc(func() {
	// Responses follow the request's transport whatever their size (RFC 3261
	// section 18.2.2); the library refuses those beyond this value less 200.
	gosip.UDPMTUSize = 65535
	// RFC 3261 section 18.1.1: "Implementations MUST be able to handle messages up to
	// the maximum datagram packet size."
	gosip.TransportBufferReadSize = maxMessage
	// What is logged here repeats what the layers' own loggers get, or is noise.
	gosip.SetDefaultLogger(slog.New(slog.DiscardHandler))
})

// errNoDNS is what the library is told when it looks for another way to a peer.
var errNoDNS = errors.New("sip: names of peers are not resolved")

// NewServer makes a server that has no socket yet. It fails when there is no
// handler.
func NewServer(c Config) (*Server, error) {
	if c.Handler == nil {
		return nil, errors.New("sip: NewServer needs a Handler")
	}
	library()
	s := &Server{
		viaParser: newParser("via", "v"),
		handler:   c.Handler,
		agent:     cmp.Or(c.UserAgent, "Pickup"),
		log:       cmp.Or(c.Logger, slog.Default()),
		tags:      newTagger(),
		acl:       c.ACL,
		limits:    c.Limits,
		sources:   newSources(c.Limits),
		streams:   streams{most: c.Limits.Connections},
		naming:    c.Name,
		parser:    newParser("via", "v", "content-length", "l"),
		sockets:   make(map[io.Closer]struct{}),
		changed:   make(chan struct{}),
		readers:   make(map[string]*socket),
		done:      make(chan struct{}),
		resolver:  c.Resolver,
		dialer:    c.Dial,
		random:    c.Random,
	}
	s.arrivals = &arrivals{ready: make(chan net.Conn), done: s.done}
	if s.resolver == nil {
		s.resolver = net.DefaultResolver
	}
	if s.dialer == nil {
		s.dialer = new(net.Dialer).DialContext
	}
	if s.random == nil {
		s.random = rand.Float64
	}
	if c.Authentication != nil {
		s.challenger = newChallenger(*c.Authentication)
	}
	quiet := slog.New(libraryLog{s})
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errNoDNS
	}}
	s.transport = gosip.NewTransportLayer(resolver, s.parser, nil,
		gosip.WithTransportLayerLogger(quiet),
		// Before the transports, which take what they are to filter with from here.
		gosip.WithTransportLayerReadFilter(s.filter),
		gosip.WithTransportLayerTransports(nowhere()))
	s.peers = newPeers(s.transport.Pool("udp"))
	// Registered before the transaction layer, so that a message is prepared while
	// no other goroutine knows it.
	s.transport.OnMessage(s.prepare)
	s.transactions = gosip.NewTransactionLayer(s.transport,
		gosip.WithTransactionLayerLogger(quiet),
		gosip.WithTransactionLayerUnhandledResponseHandler(s.response))
	s.transactions.OnRequest(s.request)
	return s, nil
}

// ServeUDP reads from the socket until the server is closed and closes it. Several
// sockets may be served at once, each with its own call; a socket on the wildcard
// address must come from [ListenUDP]. The error is nil when the server was closed,
// ErrClosed when it was closed before, otherwise it says why reading ended.
func (s *Server) ServeUDP(conn net.PacketConn) error {
	_, wild := conn.(*wildcard)
	if local := addrPort(conn.LocalAddr()); !wild && local.Addr().IsUnspecified() {
		conn.Close()
		return fmt.Errorf("sip: serving %v: a socket on the wildcard address must come from ListenUDP", local)
	}
	if err := s.adopt(conn); err != nil {
		return err
	}
	defer s.drop(conn)
	listen := "udp " + conn.LocalAddr().String()
	if w, ok := conn.(*wildcard); ok {
		return s.ended(listen, w.serve(s.read, &s.unserved, &retry{server: s, listen: listen, done: s.done}))
	}
	return s.ended(listen, s.read(conn))
}

// adopt notes a socket or listener, which Close closes from now on. It closes what
// comes too late.
func (s *Server) adopt(conn io.Closer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		conn.Close()
		return ErrClosed
	}
	s.sockets[conn] = struct{}{}
	close(s.changed)
	s.changed = make(chan struct{})
	s.loops.Add(1)
	return nil
}

func (s *Server) drop(conn io.Closer) {
	conn.Close()
	s.mu.Lock()
	delete(s.sockets, conn)
	s.mu.Unlock()
	s.loops.Done()
}

// ended says why a loop ended, which the library does not.
func (s *Server) ended(listen string, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	return fmt.Errorf("sip: serving %s: %w", listen, err)
}

// read has the library read from the socket until that fails. A message that
// makes the reader panic is that message's end only.
func (s *Server) read(conn net.PacketConn) error {
	sock := s.open(conn)
	defer s.forget(sock)
	for sock.err == nil {
		s.guard("reading from the network", func() {
			if err := s.transport.ServeUDP(sock); err != nil {
				sock.err = err
			}
		})
	}
	return sock.err
}

// open makes the socket known to prepare.
func (s *Server) open(conn net.PacketConn) *socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	sock := newSocket(s, conn, s.opened)
	s.readers[sock.id.String()] = sock
	return sock
}

// forget is the end of a socket.
func (s *Server) forget(sock *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.readers, sock.id.String())
}

// reader is the socket that the library knows under the name.
func (s *Server) reader(name string) *socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readers[name]
}

// Close ends the server: no message is taken any more, a BYE that still waits
// for the caller's ACK is sent, the sockets and connections are closed, and all
// timers and transactions end. It returns when every Serve method, Register and every
// handler has returned.
// It may be called more than once.
func (s *Server) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	if first {
		close(s.done)
	}
	sockets := make([]io.Closer, 0, len(s.sockets))
	for conn := range s.sockets {
		sockets = append(sockets, conn)
	}
	s.mu.Unlock()

	var err error
	if first {
		for _, leg := range s.dialogs.all() {
			leg.abandon()
		}
		for _, conn := range sockets {
			err = errors.Join(err, conn.Close())
		}
		s.registrations.cancel()
		for _, st := range s.streams.all() {
			_ = st.shut() // it may be closed already
		}
	}
	s.loops.Wait()
	// The transport is not closed: it owns nothing, and a request under way that
	// did not find its socket any more would be given a new one.
	if first {
		s.transactions.Close()
	}
	s.work.Wait()
	return err
}

// Stats gives the counters.
func (s *Server) Stats() Stats {
	return Stats{
		Requests:      s.requests.Load(),
		Malformed:     s.malformed.Load(),
		Panics:        s.panics.Load(),
		Retransmitted: s.retransmitted.Load(),
		Unserved:      s.unserved.Load(),
		Handshakes:    s.handshakes.Load(),
		Retries:       s.retries.Load(),
		Denied:        s.denied.Load(),
		Limited:       s.limited.Load(),
		Withheld:      s.withheld.Load(),
		Sources:       s.sources.size(),
		Transactions:  int(s.live.Load()),
		Dialogs:       s.dialogs.open(),
		Connections:   s.streams.size(),
	}
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// enter is true when work may begin, which must then be left.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.work.Add(1)
	}
	return !s.closed
}

func (s *Server) leave() { s.work.Done() }

// after calls f in its own goroutine after the duration, unless the server is
// closed by then.
func (s *Server) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() {
		if s.enter() {
			defer s.leave()
			s.guard("a timer", f)
		}
	})
}
