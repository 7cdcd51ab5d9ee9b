package nat

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v3"

	"pickup/transport/memnet"
)

var (
	hostAddr   = netip.MustParseAddrPort("10.0.0.2:40000")
	serverAddr = netip.MustParseAddrPort("192.0.2.1:3478")
	outer      = netip.MustParseAddr("203.0.113.1")
)

// answer is a response to a request that was read.
func answer(t testing.TB, request []byte, setters ...stun.Setter) []byte {
	t.Helper()
	var m stun.Message
	if err := stun.Decode(request, &m); err != nil {
		t.Fatal(err)
	}
	response, err := stun.Build(append([]stun.Setter{stun.NewTransactionIDSetter(m.TransactionID)}, setters...)...)
	if err != nil {
		t.Fatal(err)
	}
	return response.Raw
}

func mappedTo(a netip.Addr) stun.Setter {
	return &stun.XORMappedAddress{IP: net.IP(a.AsSlice()), Port: 1234}
}

func TestAsk(t *testing.T) {
	success := func(a netip.Addr) func(testing.TB, []byte) [][]byte {
		return func(t testing.TB, request []byte) [][]byte {
			return [][]byte{answer(t, request, stun.BindingSuccess, mappedTo(a))}
		}
	}
	tests := []struct {
		name   string
		skip   int // requests that are lost
		answer func(testing.TB, []byte) [][]byte
		want   netip.Addr
		after  time.Duration
		fault  string
	}{
		{"at once", 0, success(outer), outer, 0, ""},
		{"IPv6", 0, success(netip.MustParseAddr("2001:db8::1")), netip.MustParseAddr("2001:db8::1"), 0, ""},
		{"the third request", 2, success(outer), outer, 1500 * time.Millisecond, ""},
		{"never", 9, success(outer), netip.Addr{}, 7500 * time.Millisecond, "no answer to 4 requests"},
		{"unspecified", 0, success(netip.IPv4Unspecified()), netip.Addr{}, 0, "no address"},
		{"an error", 0, func(t testing.TB, request []byte) [][]byte {
			return [][]byte{answer(t, request, stun.BindingError, stun.CodeUnauthorized)}
		}, netip.Addr{}, 0, "refused with 401"},
		{"without an address", 0, func(t testing.TB, request []byte) [][]byte {
			return [][]byte{answer(t, request, stun.BindingSuccess)}
		}, netip.Addr{}, 0, "no address"},
		{"after garbage", 0, func(t testing.TB, request []byte) [][]byte {
			other := bytes.Clone(request)
			other[19] ^= 1 // of the transaction ID
			return [][]byte{
				[]byte("garbage"), request,
				answer(t, other, stun.BindingSuccess, mappedTo(netip.MustParseAddr("198.51.100.66"))),
				answer(t, request, stun.BindingSuccess, mappedTo(outer)),
			}
		}, outer, 0, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := memnet.New(memnet.Options{})
				conn, _ := network.Listen(hostAddr)
				defer conn.Close()
				server, _ := network.Listen(serverAddr)
				defer server.Close()
				go serve(t, server, test.skip, test.answer)
				began := time.Now()
				got, err := Ask(t.Context(), conn, serverAddr)
				if got != test.want || (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
					t.Errorf("got %v, %v, want %v, %q", got, err, test.want, test.fault)
				}
				if took := time.Since(began); took != test.after {
					t.Errorf("got it after %v, want %v", took, test.after)
				}
			})
		})
	}
}

// serve answers each request but the first ones, until the socket is closed.
func serve(t testing.TB, conn net.PacketConn, skip int, answer func(testing.TB, []byte) [][]byte) {
	buffer := make([]byte, maxResponse)
	for n := 0; ; n++ {
		length, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		if n < skip {
			continue
		}
		for _, response := range answer(t, bytes.Clone(buffer[:length])) {
			conn.WriteTo(response, from)
		}
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := memnet.New(memnet.Options{})
		conn, _ := network.Listen(hostAddr)
		defer conn.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := Ask(ctx, conn, serverAddr); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the end of the context", err)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("got it after %v, want 1s", took)
		}
	})
}

func FuzzMapped(f *testing.F) {
	request, err := stun.Build(stun.TransactionID, stun.BindingRequest)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(request.Raw)
	f.Add(answer(f, request.Raw, stun.BindingSuccess, mappedTo(outer)))
	f.Add(answer(f, request.Raw, stun.BindingError, stun.CodeUnauthorized))
	f.Fuzz(func(t *testing.T, data []byte) {
		var id [stun.TransactionIDSize]byte
		if len(data) >= 20 {
			copy(id[:], data[8:20])
		}
		addr, ours, err := mapped(data, id)
		if addr.IsValid() && (!ours || err != nil || addr.IsUnspecified() || addr.IsMulticast()) {
			t.Errorf("got %v, %v, %v: no such address may count", addr, ours, err)
		}
	})
}
