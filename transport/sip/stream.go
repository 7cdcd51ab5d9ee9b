package sip

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

const (
	messageTime = 10 * time.Second // for a whole message, and from the accept to the first one
	idleTime    = 10 * time.Minute // without a byte and without a call
	writeTime   = 5 * time.Second  // in which a peer takes what it is sent
	maxUnsent   = 256 << 10        // bytes that wait for a peer to take them
	readSize    = 4096             // bytes that are read at once
)

var errStream = errors.New("sip: connection closed")

// stream is a connection as the library reads it, which takes each for one of TCP: one
// whole message at a time, and only what the library has to know. So the library never waits in the middle of a message, and
// all bounds are here. Read is owned by one goroutine, that of arrive before the library's;
// Write never waits for the peer.
type stream struct {
	net.Conn // with TLS where the transport has it
	raw      net.Conn
	way      way
	pulse    pulse // of the peer, when the connection is ours
	server   *Server
	id       peer // what the library takes for the address of the peer
	source   netip.AddrPort
	calls    atomic.Int32 // that hear of us by this connection

	// Owned by the reader.
	framing framing
	ready   []byte // rest of a message that the library has not read
	since   time.Time
	opened  bool // begin was called
	greeted bool // a message has come, or the handshake of a WebSocket

	mu      sync.Mutex
	begun   bool   // the handshakes are done
	goodbye []byte // what is said before the connection is closed
	unsent  []byte
	writing bool // a goroutine writes
	closed  bool // nothing more is written than what waits
	ended   sync.Once
	gone    chan struct{} // closed when it has ended
}

func newStream(s *Server, conn net.Conn, w way) *stream {
	st := &stream{
		Conn: conn, raw: conn, way: w, server: s, source: addrPort(conn.RemoteAddr()),
		framing: new(framer), since: time.Now(), gone: make(chan struct{}),
	}
	switch {
	case w.secure() && w.ours:
		st.Conn = tls.Client(conn, w.tls)
	case w.secure():
		st.Conn = tls.Server(conn, w.tls)
	}
	if w.framed() {
		st.framing = &webSocket{reply: func(frame []byte) { _ = st.put(frame) }} // what ends the writing ends the reading
	}
	return st
}

// streamOf is the connection behind what the library calls one, nil for UDP.
func streamOf(conn gosip.Connection) *stream {
	if c, ok := conn.(*gosip.TCPConnection); ok {
		st, _ := c.Conn.(*stream)
		return st
	}
	return nil
}

// RemoteAddr is a name for the peer that no other connection has.
func (st *stream) RemoteAddr() net.Addr { return st.id }

// Read waits for the next message. An error ends the connection, and so does a panic:
// the library calls Read on a goroutine that nobody guards.
func (st *stream) Read(p []byte) (int, error) {
	for len(st.ready) == 0 {
		if err := st.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, st.ready) // all of it: the library has room for the longest message
	st.ready = st.ready[n:]
	return n, nil
}

// next waits for a message that is for the library.
func (st *stream) next() error {
	err := errStream
	st.server.guard("reading a connection", func() { st.ready, err = st.receive() })
	return err
}

// receive gives one message that can be parsed, and that is not done with here.
func (st *stream) receive() ([]byte, error) {
	if !st.opened {
		st.opened = true
		if err := st.begin(); err != nil {
			return nil, err
		}
	}
	buffer := make([]byte, readSize)
	for {
		st.hearPong()
		if st.framing.pings() > 0 {
			_, _ = st.Write(ping[:2]) // what ends the writing ends the reading
		}
		message, err := st.framing.next()
		message = tidy(message)
		switch {
		case errors.Is(err, errHungUp):
			st.leave(err)
			return nil, err
		case err != nil:
			st.server.malformed.Add(1)
			st.refuse(err)
			if !st.framing.resume() {
				st.leave(err)
				return nil, err
			}
			continue
		case message != nil:
			st.greeted, st.since = true, time.Now()
			if !st.server.filterStream(st, message) {
				return message, nil
			}
			continue
		}
		if err := st.fill(buffer); err != nil {
			return nil, err
		}
	}
}

// leave chooses what is said before the connection is closed.
func (st *stream) leave(because error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.goodbye = st.framing.farewell(because)
}

// fill reads what comes next, within the time that there is for it.
func (st *stream) fill(buffer []byte) error {
	for {
		started := st.framing.started()
		patience := idleTime
		if started || !st.greeted {
			patience = messageTime
		}
		if err := st.SetReadDeadline(st.since.Add(patience)); err != nil {
			return err
		}
		n, err := st.Conn.Read(buffer)
		if n > 0 {
			st.lives()
			if !started && st.greeted {
				st.since = time.Now()
			}
			st.framing.add(buffer[:n])
			return nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) || started || st.calls.Load() == 0 {
			return err
		}
		st.since = time.Now() // its caller must be reached when the call ends
	}
}

// answer writes a response, when there is one.
func (st *stream) answer(res string) {
	if res != "" {
		_, _ = st.Write([]byte(res)) // what ends the writing ends the reading
	}
}

// refuse answers a request whose end cannot be found, or is too far away, before
// the connection is closed. What has no complete header section is no request.
func (st *stream) refuse(fault error) {
	status := 400
	if errors.Is(fault, errTooLong) {
		status = 513
	}
	st.answer(st.server.refusal(st.framing.refused(), st.way.transport, st.source.String(), status))
}

func (st *stream) transport() string      { return st.way.transport }
func (st *stream) remote() netip.AddrPort { return st.source }
func (st *stream) local() netip.AddrPort  { return addrPort(st.LocalAddr()) }

// send answers the message that is being handled.
func (st *stream) send(p []byte, _ netip.AddrPort) { _, _ = st.Write(p) } // what ends the writing ends the reading

// Write queues a message that the peer is sent. It fails when the connection is closed,
// or when the peer takes nothing.
func (st *stream) Write(p []byte) (int, error) {
	if err := st.put(st.framing.wrap(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// put queues bytes, framed already. It copies them.
func (st *stream) put(p []byte) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.closed || len(st.unsent)+len(p) > maxUnsent {
		return errStream
	}
	st.unsent = append(st.unsent, p...)
	if !st.writing {
		st.writing = true
		st.server.loops.Go(st.flush)
	}
	return nil
}

// flush writes until nothing waits any more. It ends the connection when the peer
// takes nothing, or when that was waited for.
func (st *stream) flush() {
	for {
		st.mu.Lock()
		p := st.unsent
		st.unsent = nil
		st.writing = len(p) > 0
		closed := st.closed
		st.mu.Unlock()
		if len(p) == 0 && closed {
			_ = st.Conn.Close() // over TLS this says goodbye too, for 5 s at most
		}
		if len(p) == 0 {
			return
		}
		err := st.SetWriteDeadline(time.Now().Add(writeTime))
		if err == nil {
			_, err = st.Conn.Write(p)
		}
		if err == nil {
			// TLS writes while it reads too, and is broken by a deadline that has passed.
			err = st.SetWriteDeadline(time.Time{})
		}
		if err != nil {
			st.cut()
		}
	}
}

// cut closes the connection at once.
func (st *stream) cut() {
	st.mu.Lock()
	st.closed, st.unsent = true, nil
	st.mu.Unlock()
	_ = st.raw.Close()
}

// shut takes nothing more to write, and closes the connection when all is written.
// That ends its reading, which ends the stream. It does not wait for the peer, as the
// library closes connections with its locks held.
func (st *stream) shut() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	first := !st.closed
	st.closed = true
	polite := first && st.begun
	if polite {
		st.unsent = append(st.unsent, st.goodbye...)
	}
	switch {
	case st.writing:
		return nil
	case polite:
		st.writing = true
		st.server.loops.Go(st.flush)
		return nil
	}
	return st.raw.Close()
}

// Close is called by the library when it reads no more.
func (st *stream) Close() error {
	err := st.shut()
	st.ended.Do(func() {
		close(st.gone)
		st.server.streams.remove(st)
		st.server.after(0, st.unlearn) // the library holds the locks of its pool
		st.server.loops.Done()
	})
	return err
}

// heard has the library find the connection by its real transport and the real address
// of its peer.
func (st *stream) heard(s *Server) string {
	source := st.source.String()
	if conn := s.transport.Pool("tcp").Get(st.id.String()); conn != nil {
		s.transport.Pool(st.way.transport).Add(source, conn)
		_, _ = conn.TryClose() // gives the reference of Get back
	}
	return source
}

// unlearn has the library forget what heard told it.
func (st *stream) unlearn() {
	pool, source := st.server.transport.Pool(st.way.transport), st.source.String()
	conn := pool.Get(source)
	if conn == nil {
		return
	}
	if streamOf(conn) == st {
		pool.Delete(source)
	}
	_, _ = conn.TryClose()
}
