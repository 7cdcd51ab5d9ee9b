package sip

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

var (
	errNoResponse   = errors.New("no response within 32 s") // Timer F (RFC 3261 section 17.1.2.2)
	errDisconnected = errors.New("the connection was closed")
)

// link is a way to a peer that we chose: one of our UDP sockets, or a connection that
// we made.
type link struct {
	local, target netip.AddrPort
	contact       netip.AddrPort // where calls may come to
	transport     string         // "UDP", "TCP" or "TLS"
	write         func([]byte) error
	ping          func()          // keeps it alive
	gone          <-chan struct{} // closed with the connection; nil for UDP
	leave         func()          // gives the connection up; it may be called once
}

// reliable reports whether the transport repeats what is lost.
func (l *link) reliable() bool { return gosip.IsReliable(l.transport) }

// clientTransactions are our requests outside dialogs that wait for a final response.
// Multiple goroutines may use it.
type clientTransactions struct {
	mu      sync.Mutex
	waiting map[string]chan *gosip.Response // by branch
}

// expect gives what take is given for the branch, until forget.
func (c *clientTransactions) expect(branch string) <-chan *gosip.Response {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting == nil {
		c.waiting = make(map[string]chan *gosip.Response)
	}
	responses := make(chan *gosip.Response, 4) // a few provisional ones; more are of no use
	c.waiting[branch] = responses
	return responses
}

func (c *clientTransactions) forget(branch string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, branch)
}

// take hands a response to the transaction of its branch, if there is one. It never
// waits.
func (c *clientTransactions) take(branch string, res *gosip.Response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case c.waiting[branch] <- res:
	default: // nobody waits, or the peer repeats itself
	}
}

// transact sends a request and waits for its final response (RFC 3261 section
// 17.1.2): over UDP it is repeated at T1, doubling up to T2, and at T2 once a
// provisional response has come; after 64·T1 it is given up. The error is
// errNoResponse, errDisconnected, that of the context or that of writing.
func (s *Server) transact(ctx context.Context, by *link, branch, request string) (*gosip.Response, error) {
	responses := s.transactionsOfOurs.expect(branch)
	defer s.transactionsOfOurs.forget(branch)
	if err := by.write([]byte(request)); err != nil {
		return nil, err
	}
	interval := gosip.T1
	repeat := time.NewTimer(interval)
	defer repeat.Stop()
	if by.reliable() {
		repeat.Stop()
	}
	deadline := time.NewTimer(gosip.Timer_F)
	defer deadline.Stop()
	for {
		select {
		case res := <-responses:
			if !res.IsProvisional() {
				return res, nil
			}
			interval = gosip.T2
		case <-repeat.C:
			_ = by.write([]byte(request)) // a repetition is lost like any datagram
			interval = min(2*interval, gosip.T2)
			repeat.Reset(interval)
		case <-deadline.C:
			return nil, errNoResponse
		case <-by.gone:
			return nil, errDisconnected
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
