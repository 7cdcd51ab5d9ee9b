package siptest

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// patience is how long a Want waits: longer than any timer of RFC 3261.
const patience = 70 * time.Second

// Caller is a SIP user agent on one UDP socket. Its methods belong to the goroutine
// of the test.
type Caller struct {
	t      testing.TB
	conn   net.PacketConn
	local  netip.AddrPort
	server netip.AddrPort
	done   chan struct{}
	made   int

	mu    sync.Mutex
	calls map[string]chan Message // by Call-ID
}

// NewCaller makes a caller that talks to the server over the socket, and closes
// both when the test ends.
func NewCaller(t testing.TB, conn net.PacketConn, server netip.AddrPort) *Caller {
	t.Helper()
	local, err := netip.ParseAddrPort(conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := &Caller{
		t: t, conn: conn, local: local, server: server,
		done: make(chan struct{}), calls: make(map[string]chan Message),
	}
	go c.read()
	t.Cleanup(c.Close)
	return c
}

// Close closes the socket and joins the reader. It is idempotent.
func (c *Caller) Close() {
	_ = c.conn.Close() // a second close is no fault
	<-c.done
}

// Local is where the caller listens.
func (c *Caller) Local() netip.AddrPort { return c.local }

// Send writes raw bytes to the server.
func (c *Caller) Send(text string) {
	c.t.Helper()
	if _, err := c.conn.WriteTo([]byte(text), net.UDPAddrFromAddrPort(c.server)); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// read hands each message to its call. Messages of no call are dropped.
func (c *Caller) read() {
	defer close(c.done)
	buffer := make([]byte, 65536)
	for {
		n, _, err := c.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		m := parse(time.Now(), buffer[:n])
		c.mu.Lock()
		inbox := c.calls[m.Get("Call-ID")]
		c.mu.Unlock()
		if inbox != nil {
			inbox <- m
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
