package download

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestPublic(t *testing.T) {
	tests := []struct {
		address string
		want    bool
	}{
		{"8.8.8.8", true},
		{"193.0.6.139", true},
		{"2001:4860:4860::8888", true},
		{"::ffff:8.8.8.8", true},
		{"0.0.0.0", false},
		{"0.1.2.3", false},
		{"10.0.0.1", false},
		{"100.64.0.1", false},
		{"100.127.255.254", false},
		{"127.0.0.1", false},
		{"127.9.9.9", false},
		{"169.254.169.254", false},
		{"172.16.0.1", false},
		{"172.31.255.255", false},
		{"192.0.0.8", false},
		{"192.168.1.1", false},
		{"198.18.0.1", false},
		{"203.0.113.7", false},
		{"224.0.0.1", false},
		{"239.1.2.3", false},
		{"240.0.0.1", false},
		{"255.255.255.255", false},
		{"::", false},
		{"::1", false},
		{"::7f00:1", false},
		{"::ffff:127.0.0.1", false},
		{"::ffff:169.254.169.254", false},
		{"::ffff:100.64.0.1", false},
		{"64:ff9b::7f00:1", false},
		{"64:ff9b:1::1", false},
		{"2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
		{"2001:db8::1", false},
		{"2002:7f00:1::", false},
		{"fc00::1", false},
		{"fd12:3456::1", false},
		{"fe80::1%eth0", false},
		{"fec0::1", false},
		{"ff02::1", false},
	}
	for _, tt := range tests {
		if got := public(netip.MustParseAddr(tt.address)); got != tt.want {
			t.Errorf("%s: got public %v, want %v", tt.address, got, tt.want)
		}
	}
}

// TestPrivateServerIsNotReached gives a server on the loopback every name that it has, and a redirect to it.
func TestPrivateServerIsNotReached(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, song) }))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0"} {
		got, err := Get(t.Context(), "http://"+host+":"+port+"/", Options{})
		if err == nil || got.Data != nil {
			t.Errorf("%s: got %q, want an error", host, got.Data)
		}
	}
	if _, err := Get(t.Context(), server.URL, Options{}); !errors.Is(err, ErrPrivate) ||
		!strings.Contains(err.Error(), "127.0.0.1 is refused: not a public address") {
		t.Errorf("got %v, want %v and the address", err, ErrPrivate)
	}
	got, err := Get(t.Context(), server.URL, Options{AllowPrivate: true})
	if err != nil || string(got.Data) != song {
		t.Errorf("allowed: got %q, %v, want %q", got.Data, err, song)
	}
}

// TestRedirectToPrivateIsRefused starts at a server in memory, so that only the second one is on the real loopback.
func TestRedirectToPrivateIsRefused(t *testing.T) {
	network := serve(t, to("http://127.0.0.1:1/"))
	first := true
	dial := dialer(false)
	_, err := get(t.Context(), "http://host/", Options{}, func(ctx context.Context, kind, address string) (net.Conn, error) {
		if first {
			first = false
			return network.dial(ctx, kind, address)
		}
		return dial(ctx, kind, address)
	})
	if !errors.Is(err, ErrPrivate) {
		t.Errorf("got %v, want %v", err, ErrPrivate)
	}
}

func TestCertificateIsChecked(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, song) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	if _, err := Get(t.Context(), server.URL, Options{AllowPrivate: true}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v, want the certificate of nobody refused", err)
	}
}

// TestProxyIsNotUsed names a proxy in the environment that would be on the loopback.
func TestProxyIsNotUsed(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the proxy was asked")
	}))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	network := serve(t, answer(200, song))
	if _, err := get(t.Context(), "http://host/", Options{}, network.dial); err != nil {
		t.Error(err)
	}
	if f := newFetcher(network.dial, Options{}); f.transport.Proxy != nil {
		t.Error("the transport looks for a proxy")
	}
}
