package siptest

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// patience is how long a Want waits: longer than any timer of RFC 3261.
const patience = 70 * time.Second

// Caller is a SIP user agent on one UDP socket or one connection. Its methods belong
// to the goroutine of the test.
type Caller struct {
	t         testing.TB
	wire      wire
	transport string
	local     netip.AddrPort
	server    netip.AddrPort
	done      chan struct{}
	made      int
	insist    *insistence // nil: nothing is repeated

	mu     sync.Mutex
	calls  map[string]chan Message // by Call-ID
	others chan Message            // of no call
}

// NewCaller makes a caller that talks to the server over the socket, and closes
// both when the test ends.
func NewCaller(t testing.TB, conn net.PacketConn, server netip.AddrPort) *Caller {
	t.Helper()
	return newCaller(t, &datagrams{PacketConn: conn, server: server}, "UDP", conn.LocalAddr(), server)
}

// NewStreamCaller makes a caller that talks to the server over the connection, and
// closes both when the test ends.
func NewStreamCaller(t testing.TB, conn net.Conn) *Caller {
	t.Helper()
	return newCaller(t, &stream{Conn: conn, reader: bufio.NewReader(conn)}, "TCP", conn.LocalAddr(), address(t, conn.RemoteAddr()))
}

// NewSecureCaller is NewStreamCaller with TLS on the connection, as the client.
func NewSecureCaller(t testing.TB, conn net.Conn, conf *tls.Config) *Caller {
	t.Helper()
	secure := Secure(t, conn, conf)
	return newCaller(t, &stream{Conn: secure, reader: bufio.NewReader(secure)}, "TLS", conn.LocalAddr(), address(t, conn.RemoteAddr()))
}

// Secure puts TLS on the connection, as the client.
func Secure(t testing.TB, conn net.Conn, conf *tls.Config) *tls.Conn {
	t.Helper()
	secure := tls.Client(conn, conf)
	if err := secure.Handshake(); err != nil {
		t.Fatalf("TLS handshake: %v", err)
	}
	return secure
}

func newCaller(t testing.TB, w wire, transport string, local net.Addr, server netip.AddrPort) *Caller {
	t.Helper()
	c := &Caller{
		t: t, wire: w, transport: transport, local: address(t, local), server: server,
		done: make(chan struct{}), calls: make(map[string]chan Message), others: make(chan Message, 4096),
	}
	go c.read()
	t.Cleanup(c.Close)
	return c
}

func address(t testing.TB, a net.Addr) netip.AddrPort {
	t.Helper()
	addr, err := netip.ParseAddrPort(a.String())
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// Insist has the caller do what a user agent does against loss: it repeats requests
// over UDP as RFC 3261 section 17.1 says, acknowledges a repeated 200 again and
// answers a repeated request again. The test sees every message once. It is to be
// called before anything is sent.
func (c *Caller) Insist() { c.insist = newInsistence(c.repeat, c.transport == "UDP") }

// repeat sends what was sent before. What cannot be sent is lost.
func (c *Caller) repeat(text string) { _ = c.wire.send(text) }

// Close closes the socket and joins the reader. It is idempotent.
func (c *Caller) Close() {
	_ = c.wire.Close() // a second close is no fault
	<-c.done
	if c.insist != nil {
		c.insist.stop()
	}
}

// Closed waits until the server has closed the connection.
func (c *Caller) Closed() {
	c.t.Helper()
	timeout := time.NewTimer(time.Hour)
	defer timeout.Stop()
	select {
	case <-c.done:
	case <-timeout.C:
		c.t.Fatal("the connection is still open")
	}
}

// Local is where the caller listens.
func (c *Caller) Local() netip.AddrPort { return c.local }

// Send writes raw bytes to the server.
func (c *Caller) Send(text string) {
	c.t.Helper()
	if err := c.wire.send(text); err != nil {
		c.t.Fatalf("send: %v", err)
	}
	if c.insist != nil {
		c.insist.sent(parse(time.Now(), []byte(text)), text)
	}
}

// Other waits for a message that belongs to no call.
func (c *Caller) Other() Message {
	c.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case m := <-c.others:
		return m
	case <-timeout.C:
		c.t.Fatalf("nothing came for %v", patience)
		return Message{}
	}
}

// Others gives what has come and belongs to no call.
func (c *Caller) Others() []Message {
	var list []Message
	for len(c.others) > 0 {
		list = append(list, <-c.others)
	}
	return list
}

// Cut has a connection carry what is sent in pieces of so many bytes, which are the
// fragments of a WebSocket.
func (c *Caller) Cut(size int) {
	switch w := c.wire.(type) {
	case *stream:
		w.size = size
	case *webSocket:
		w.size = size
	}
}

// read hands each message to its call.
func (c *Caller) read() {
	defer close(c.done)
	for {
		data, err := c.wire.receive()
		if err != nil {
			return
		}
		m := parse(time.Now(), data)
		if c.insist != nil && c.insist.seen(m) {
			continue
		}
		c.mu.Lock()
		inbox := c.calls[m.Get("Call-ID")]
		c.mu.Unlock()
		if inbox == nil {
			inbox = c.others
		}
		select {
		case inbox <- m:
		default: // nobody reads it
		}
	}
}

// Dial prepares a call without sending anything.
func (c *Caller) Dial() *Call {
	c.made++
	call := &Call{
		caller: c,
		ID:     fmt.Sprintf("call-%d@%s", c.made, c.local.Addr()),
		Tag:    fmt.Sprintf("from-%d-%d", c.local.Port(), c.made),
		branch: fmt.Sprintf("z9hG4bK-%d-%d", c.local.Port(), c.made),
		inbox:  make(chan Message, 4096),
		CSeq:   1,
	}
	call.base = call.branch
	call.target = fmt.Sprintf("sip:test@%s", c.server)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[call.ID] = call.inbox
	return call
}

// Invite dials with the session description.
func (c *Caller) Invite(sdp string) *Call {
	c.t.Helper()
	call := c.Dial()
	call.Invite(sdp)
	return call
}
