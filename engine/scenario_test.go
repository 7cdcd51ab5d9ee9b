package engine

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pickup/calls"
	"pickup/codec"
	"pickup/config"
	"pickup/transport/memnet"
	"pickup/transport/rtp"
	"pickup/transport/sip/siptest"
)

var (
	serverAddr = netip.MustParseAddrPort("192.0.2.1:5060")
	prompt     *codec.Prompt
)

func TestMain(m *testing.M) {
	// Two seconds are enough: a prompt that is shorter than the play repeats.
	settings, err := config.Load(config.Sources{Set: []string{"audio.duration_seconds=2", "media.preferred_codecs=PCMU,PCMA,G722"}})
	if err == nil {
		prompt, err = codec.LoadBuiltin(context.Background(), AudioOptions(settings))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// scenario is a server in virtual time on a network in memory, and what was seen
// of it from outside.
type scenario struct {
	*Engine
	t       *testing.T
	net     *memnet.Network
	drain   context.CancelFunc
	stopped chan error

	mu      sync.Mutex
	records []calls.Record
	streams map[netip.AddrPort]*stream // by the address that they go to
	callers int
	listens bool
}

// setup is what a scenario may change before the server starts.
type setup struct {
	network memnet.Options
	set     []string // configuration, as section.key=value
	options func(*Options)
	listens bool // keeps the payloads of what the callers hear
}

// play runs the scenario in virtual time. When it is over the server is drained,
// and whatever it was given must be back.
func play(t *testing.T, with setup, script func(*scenario)) {
	synctest.Test(t, func(t *testing.T) {
		s := newScenario(t, with)
		defer s.wantNothingLeft()
		defer s.stop()
		script(s)
	})
}

func newScenario(t *testing.T, with setup) *scenario {
	t.Helper()
	settings, err := config.Load(config.Sources{Set: with.set})
	if err != nil {
		t.Fatal(err)
	}
	s := &scenario{
		t: t, net: memnet.New(with.network),
		stopped: make(chan error, 1), streams: make(map[netip.AddrPort]*stream), listens: with.listens,
	}
	s.net.Tap(s.hear)
	entry, err := s.socket()
	if err != nil {
		t.Fatal(err)
	}
	options := Options{
		Config: settings, Audio: audioOf(settings),
		Entries: []Entry{entry}, ListenRTP: s.listenRTP,
		Observers: []Observer{s}, Logger: slog.New(slog.DiscardHandler),
	}
	if with.options != nil {
		with.options(&options)
	}
	if s.Engine, err = New(options); err != nil {
		t.Fatal(err)
	}
	ctx, drain := context.WithCancel(context.Background())
	s.drain = drain
	go func() { s.stopped <- s.Run(ctx) }()
	synctest.Wait()
	return s
}

// audioOf is the prompt of all scenarios, played as the settings have it.
func audioOf(settings *config.Config) *Audio {
	a := newAudio(prompt, AudioOptions(settings))
	a.end(settings.Audio)
	return a
}

// socket opens the server's socket on the network, now and after a failure.
func (s *scenario) socket() (Entry, error) {
	socket, err := s.net.Listen(serverAddr)
	return Entry{Transport: "udp", Socket: socket, Reopen: s.socket}, err
}

// listener is an entry over TCP and its like that can be opened again once it is closed.
func listener(transport string, l *siptest.Listener) Entry {
	return Entry{Transport: transport, Listener: l, Reopen: func() (Entry, error) {
		l.Reopen()
		return listener(transport, l), nil
	}}
}

func (s *scenario) listenRTP(addr netip.AddrPort) (rtp.Socket, error) { return s.net.Listen(addr) }

// Notice is of no interest to a scenario, which looks from outside.
func (s *scenario) Notice(calls.Notice) {}

// Record keeps the record of a call.
func (s *scenario) Record(r calls.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = append(s.records, r)
}

// caller makes a caller with a host of its own.
func (s *scenario) caller() *siptest.Caller {
	s.t.Helper()
	s.callers++
	conn, err := s.net.Listen(netip.AddrPortFrom(host(s.callers), 5060))
	if err != nil {
		s.t.Fatal(err)
	}
	c := siptest.NewCaller(s.t, conn, serverAddr)
	return c
}

// host is the address of the nth caller.
func host(n int) netip.Addr { return netip.AddrFrom4([4]byte{198, 18, byte(n >> 8), byte(n)}) }

// offer describes a session that is heard at the address of the caller.
func offer(c *siptest.Caller, extra string) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\n"+
		"m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n%[2]s", c.Local().Addr(), extra)
}

// heard is the stream that the caller is sent.
func (s *scenario) heard(c *siptest.Caller) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := netip.AddrPortFrom(c.Local().Addr(), 4000)
	if s.streams[to] == nil {
		return &stream{}
	}
	return s.streams[to]
}

// packetsTo counts the packets of the stream to an address.
func (s *scenario) packetsTo(to netip.AddrPort) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[to] == nil {
		return 0
	}
	return s.streams[to].packets
}

// hear looks at every packet that anybody sends.
func (s *scenario) hear(p memnet.Packet) {
	if len(p.Data) < 12 || p.From.Addr() != serverAddr.Addr() || p.From.Port()%2 == 1 || p.From == serverAddr {
		return // no RTP of ours
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[p.To] == nil {
		s.streams[p.To] = &stream{listens: s.listens}
	}
	s.streams[p.To].add(p)
}

// pass lets virtual time go by.
func (s *scenario) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// stop drains the server and waits until it has stopped.
func (s *scenario) stop() {
	s.t.Helper()
	s.drain()
	if err := <-s.stopped; err != nil {
		s.t.Errorf("the server stopped with: %v", err)
	}
}

// record waits for the one record that there is.
func (s *scenario) record() calls.Record {
	s.t.Helper()
	s.pass(time.Minute)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.records) != 1 {
		s.t.Fatalf("records: got %d, want 1", len(s.records))
	}
	return s.records[0]
}

// wantEnd checks how the one call ended.
func (s *scenario) wantEnd(cause calls.Cause, by calls.Side, status int) calls.Record {
	s.t.Helper()
	r := s.record()
	if r.Cause != cause || r.HungUpBy != by || r.Status != status {
		s.t.Errorf("record: got %s by %s with %d (%s), want %s by %s with %d",
			r.Cause, r.HungUpBy, r.Status, r.Fault, cause, by, status)
	}
	return r
}

// wantNothingLeft checks that a stopped server holds nothing any more.
func (s *scenario) wantNothingLeft() {
	s.t.Helper()
	if got := s.ports.InUse(); got != 0 {
		s.t.Errorf("port pairs in use: got %d, want 0", got)
	}
	if got := s.ActiveCalls(); got != 0 {
		s.t.Errorf("slots in use: got %d, want 0", got)
	}
	if got := len(s.bus.calls); got != 0 {
		s.t.Errorf("calls on the bus: got %d, want 0", got)
	}
	if got := s.net.Open(); got != s.callers {
		s.t.Errorf("open sockets: got %d, want %d, those of the callers", got, s.callers)
	}
}
