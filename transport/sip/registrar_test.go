package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/icholy/digest"

	"pickup/transport/memnet"
)

var registrarAddr = netip.MustParseAddrPort("203.0.113.9:5060")

const ourContact = "<sip:alice@192.0.2.1:5060>"

// trunk is the account of the tests.
func trunk() Account {
	return Account{
		Name: "trunk", Registrar: "203.0.113.9", Port: 5060, Transport: "udp",
		User: "alice", Password: "secret", Expires: 600 * time.Second, Required: true,
	}
}

// registrar is a scripted registrar. Its script gives the response to the n-th
// request, counted from 1, as a status and header fields; an empty one is silence.
type registrar struct {
	w      *world
	conn   *memnet.Conn
	script func(n int, m message) []string

	mu       sync.Mutex
	requests []message
	started  time.Time
}

func (w *world) registrar(at netip.AddrPort, script func(n int, m message) []string) *registrar {
	w.Helper()
	conn, err := w.network.Listen(at)
	if err != nil {
		w.Fatal(err)
	}
	r := &registrar{w: w, conn: conn, script: script, started: time.Now()}
	w.Cleanup(func() { conn.Close() })
	go r.serve()
	return r
}

func (r *registrar) serve() {
	buffer := make([]byte, 65535)
	for {
		n, from, err := r.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		m := parse(string(buffer[:n]))
		if !strings.HasPrefix(m.start, "REGISTER ") {
			continue
		}
		r.mu.Lock()
		r.requests = append(r.requests, m)
		number, script := len(r.requests), r.script
		r.mu.Unlock()
		if lines := script(number, m); len(lines) > 0 {
			r.conn.WriteTo([]byte(response(m, lines)), from)
		}
	}
}

// response answers a request.
func response(m message, lines []string) string {
	reply := message{start: "SIP/2.0 " + lines[0]}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		value := m.get(name)
		if name == "To" {
			value += ";tag=registrar"
		}
		reply.fields = append(reply.fields, name+": "+value)
	}
	reply.fields = append(reply.fields, lines[1:]...)
	reply.fields = append(reply.fields, "Content-Length: 0")
	return reply.String()
}

// follow has the registrar follow another script.
func (r *registrar) follow(script func(n int, m message) []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.script = script
}

// seen are the requests so far.
func (r *registrar) seen() []message {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests
}

// want waits for the number of requests and gives the last of them.
func (r *registrar) want(number int) message {
	r.w.Helper()
	for range 50000 {
		if seen := r.seen(); len(seen) >= number {
			return seen[number-1]
		}
		time.Sleep(time.Second / 2)
	}
	r.w.Fatalf("requests: got %d, want %d\n%s", len(r.seen()), number, r.w.log)
	return message{}
}

// times are when the requests came, in whole seconds after the first.
func (r *registrar) times() string {
	var list []string
	seen := r.seen()
	for _, m := range seen {
		list = append(list, fmt.Sprintf("%.0f", m.at.Sub(seen[0].at).Seconds()))
	}
	return strings.Join(list, " ")
}

// accept binds for the time.
func accept(seconds int) func(int, message) []string {
	return func(_ int, m message) []string {
		return []string{"200 OK", fmt.Sprintf("Contact: %s;expires=%d", m.get("Contact"), seconds)}
	}
}

// refuse always answers the same.
func refuse(lines ...string) func(int, message) []string {
	return func(int, message) []string { return lines }
}

// register keeps the account registered until stop is called, which waits.
func (w *world) register(a Account) (stop func()) {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- w.server.Register(ctx, a) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				w.Errorf("Register: got %v, want nil", err)
			}
		})
	}
	w.stops = append(w.stops, stop)
	return stop
}

// even is the middle of each random choice.
func even() float64 { return 0.5 }

// inRegistration runs a test in a world where every random choice is the middle and
// names have the given addresses.
func inRegistration(t *testing.T, names map[string]string, test func(*world)) {
	t.Helper()
	inRegistrationWith(t, table(names), test)
}

func inRegistrationWith(t *testing.T, names Resolver, test func(*world)) {
	t.Helper()
	inWorldAs(t, memnet.Options{Latency: time.Millisecond}, Config{Random: even, Resolver: names}, takesCalls, test)
}

// table is a resolver of a few names, by service for SRV.
type table map[string]string

func (t table) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	var list []netip.Addr
	for _, text := range strings.Fields(t[host]) {
		list = append(list, netip.MustParseAddr(text))
	}
	if len(list) == 0 {
		return nil, errors.New("no such host")
	}
	return list, nil
}

func (t table) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	target, port, found := strings.Cut(t["_"+service+"._"+proto+"."+name], ":")
	if !found {
		return "", nil, os.ErrNotExist
	}
	var number uint16
	fmt.Sscan(port, &number)
	return "", []*net.SRV{{Target: target, Port: number}}, nil
}

// credentialsOf reads the credentials of a request; nil without them.
func credentialsOf(m message, field string) *digest.Credentials {
	c, err := digest.ParseCredentials(m.get(field))
	if err != nil {
		return nil
	}
	return c
}

// proves reports whether the request answers the challenge with the password.
func proves(m message, field string, c digest.Challenge, password string) bool {
	given := credentialsOf(m, field)
	if given == nil || given.Nonce != c.Nonce {
		return false
	}
	method, rest, _ := strings.Cut(m.start, " ")
	uri, _, _ := strings.Cut(rest, " ")
	want, err := digest.Digest(&c, digest.Options{
		Method: method, URI: uri, Count: given.Nc, Username: "alice", Password: password, Cnonce: given.Cnonce,
	})
	return err == nil && want.Response == given.Response && given.URI == uri
}
