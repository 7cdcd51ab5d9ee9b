package download

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		os.Exit(child(url))
	}
	goleak.VerifyTestMain(m)
}

// pipes is a network in memory with one server, whatever the address. It is also the listener of that server.
type pipes struct {
	waiting chan net.Conn
	closed  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.waiting:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.waiting <- far:
		return near, nil
	case <-p.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serve runs a server in memory until the end of the test.
func serve(t *testing.T, handler http.HandlerFunc) *pipes {
	t.Helper()
	network := &pipes{waiting: make(chan net.Conn), closed: make(chan struct{})}
	server := http.Server{Handler: handler}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(network) }()
	t.Cleanup(func() { server.Close(); <-done })
	return network
}

// changing is a handler that is another one later.
type changing struct {
	now atomic.Pointer[http.HandlerFunc]
}

func (c *changing) set(h http.HandlerFunc)                       { c.now.Store(&h) }
func (c *changing) serve(w http.ResponseWriter, r *http.Request) { (*c.now.Load())(w, r) }

const song = "MP3 of a song"

// audio accepts what begins as song does.
func audio(data []byte) error {
	if !bytes.HasPrefix(data, []byte("MP3")) {
		return errors.New("not an MP3: it is an HTML page")
	}
	return nil
}

// versioned serves content with an ETag and answers conditional requests.
func versioned(content, etag *string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", *etag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(*content))
	}
}

// answer serves one status and content without validators.
func answer(status int, content string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, content)
	}
}

// endless sends zeros, as fast as they are taken.
func endless(w http.ResponseWriter, _ *http.Request) {
	for {
		if _, err := w.Write(make([]byte, 64<<10)); err != nil {
			return
		}
	}
}

// dribble sends one byte a second.
func dribble(w http.ResponseWriter, r *http.Request) {
	for tick := time.NewTicker(time.Second); ; {
		if _, err := w.Write([]byte("M")); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

func mute(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func to(location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusFound)
	}
}
