package sip

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pickup/transport/memnet"
)

var (
	serverAddr = netip.MustParseAddrPort("192.0.2.1:5060")
	callerAddr = netip.MustParseAddrPort("198.51.100.1:5070")
)

// world is a server on an in-memory network in virtual time.
type world struct {
	*testing.T
	network *memnet.Network
	server  *Server
	log     *logBuffer
	served  chan error
	busy    Refusal // what Availability says

	overload Refusal // what Overload says

	mu    sync.Mutex
	play  func(*call) // the handler's script
	calls int
	taps  []memnet.Packet
	stops []func() // end registrations
}

// inWorld runs a test in a world whose handler plays the script for each call.
// At the end the server is closed and nothing may be left of it.
func inWorld(t *testing.T, play func(*call), test func(*world)) {
	t.Helper()
	inWorldOf(t, memnet.Options{Latency: time.Millisecond}, play, test)
}

// inWorldOf has the network of the options.
func inWorldOf(t *testing.T, network memnet.Options, play func(*call), test func(*world)) {
	t.Helper()
	inWorldAs(t, network, Config{}, play, test)
}

// inWorldAs has a server that is made of the configuration besides.
func inWorldAs(t *testing.T, network memnet.Options, c Config, play func(*call), test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, network: memnet.New(network), play: play, log: new(logBuffer), served: make(chan error, 1)}
		w.network.Tap(func(p memnet.Packet) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.taps = append(w.taps, p)
		})
		c.Handler, c.UserAgent, c.Logger = w, "Pickup/test", slog.New(slog.NewTextHandler(w.log, nil))
		server, err := NewServer(c)
		if err != nil {
			t.Fatal(err)
		}
		w.server = server
		conn, err := w.network.Listen(serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		go func() { w.served <- server.ServeUDP(conn) }()
		synctest.Wait()
		defer w.end()
		test(w)
	})
}

// end closes the server when what is under way has arrived, also after a failure.
func (w *world) end() {
	for _, stop := range w.stops {
		stop()
	}
	time.Sleep(10 * time.Millisecond)
	w.close()
	if got := w.server.Stats().Dialogs; got != 0 {
		w.Errorf("dialogs open at the end: got %d, want 0", got)
	}
}

func (w *world) close() {
	w.Helper()
	if err := w.server.Close(); err != nil {
		w.Errorf("Close: %v", err)
	}
	if err := <-w.served; err != nil {
		w.Errorf("ServeUDP: got %v, want nil after Close", err)
	}
	w.served <- nil
}

func (w *world) caller() *caller { return w.callerAt(callerAddr, "call-1") }

func (w *world) callerAt(addr netip.AddrPort, callID string) *caller {
	w.Helper()
	conn, err := w.network.Listen(addr)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { conn.Close() })
	return newCaller(w.T, conn, serverAddr, callID)
}

// Invite and Availability make the world a Handler.
func (w *world) Invite(leg *Leg) {
	w.mu.Lock()
	w.calls++
	w.mu.Unlock()
	c := &call{T: w.T, Leg: leg, events: make(chan event, 16)}
	leg.Subscribe(c)
	w.play(c)
}

func (w *world) Availability() Refusal { return w.busy }

func (w *world) Overload() Refusal { return w.overload }

func (w *world) wantCalls(want int) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls != want {
		w.Errorf("calls: got %d, want %d", w.calls, want)
	}
}

// sent is when the server sent what starts with the text.
func (w *world) sent(start string) []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	var times []time.Time
	for _, p := range w.taps {
		if p.From == serverAddr && strings.HasPrefix(string(p.Data), start) {
			times = append(times, p.Time)
		}
	}
	return times
}

// wantSent checks when, in seconds after the first, the server sent a message.
func (w *world) wantSent(start string, want ...float64) {
	w.Helper()
	var got []float64
	times := w.sent(start)
	for _, at := range times {
		got = append(got, at.Sub(times[0]).Seconds())
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("%s sent at: got %v s, want %v s", start, got, want)
	}
}

// call is the handler's side of one call.
type call struct {
	*testing.T
	*Leg
	events chan event
	refuse bool // the mailbox is full
}

// event is one that the leg told.
type event struct {
	name   string
	text   string
	status int
	err    error
	at     time.Time
}

func (c *call) Acked(body []byte)        { c.tell(event{name: "acked", text: string(body)}) }
func (c *call) AckTimeout()              { c.tell(event{name: "ack timeout"}) }
func (c *call) Cancelled(why []Reason)   { c.tell(event{name: "cancelled", text: fmt.Sprint(why)}) }
func (c *call) Pracked(answer []byte)    { c.tell(event{name: "pracked", text: string(answer)}) }
func (c *call) PrackTimeout()            { c.tell(event{name: "prack timeout"}) }
func (c *call) SessionExpired()          { c.tell(event{name: "session expired"}) }
func (c *call) AnswerFailed(err error)   { c.tell(event{name: "answer failed", err: err}) }
func (c *call) ByeAnswered(status int)   { c.tell(event{name: "bye answered", status: status}) }
func (c *call) Reanswered(answer []byte) { c.tell(event{name: "reanswered", text: string(answer)}) }
func (c *call) Reoffered(offer []byte) bool {
	return c.request(event{name: "reoffered", text: string(offer)})
}
func (c *call) Digit(key byte, length time.Duration) bool {
	return c.request(event{name: "digit", text: fmt.Sprintf("%c %v", key, length)})
}
func (c *call) Bye(why []Reason) bool {
	return c.request(event{name: "bye", text: fmt.Sprint(why)})
}

// request is an event that a full mailbox refuses.
func (c *call) request(e event) bool {
	if c.refuse {
		c.refuse = false
		return false
	}
	c.tell(e)
	return true
}

func (c *call) tell(e event) {
	e.at = time.Now()
	c.events <- e
}

// hear waits for the next event, which must be the named one.
func (c *call) hear(name string) event {
	c.Helper()
	e := c.next()
	if e.name != name {
		c.Errorf("event: got %+v, want %q", e, name)
	}
	return e
}

// next waits for the next event; it has no name when none comes.
func (c *call) next() event {
	select {
	case e := <-c.events:
		return e
	case <-time.After(10 * time.Minute):
		return event{}
	}
}

// must reports an error of a method of the leg.
func (c *call) must(err error) {
	c.Helper()
	if err != nil {
		c.Errorf("leg: got error %v, want none", err)
	}
}

// ring, accept and hangUp are the methods of the leg that must succeed.
func (c *call) ring()   { c.Helper(); c.delivers(Withheld)(c.Ring(nil)) }
func (c *call) accept() { c.Helper(); c.must(c.Answer([]byte(answer))) }
func (c *call) hangUp() {
	c.Helper()
	c.must(c.Leg.Bye(Reason{"Q.850", 16, "Normal call clearing"}))
}

// delivers wants the outcome of a provisional response.
func (c *call) delivers(want Delivery) func(Delivery, error) {
	return func(got Delivery, err error) {
		c.Helper()
		c.must(err)
		if got != want {
			c.Errorf("delivery of the session description: got %d, want %d", got, want)
		}
	}
}

// takesCalls answers and waits for the caller to hang up.
func takesCalls(c *call) {
	c.ring()
	c.accept()
	c.hear("acked")
	c.hear("bye")
}

// logBuffer is a log that tests read.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// elsewhere is the address of another caller.
func (w *world) elsewhere() netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr("198.51.100.2"), 5070)
}
