package sip

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"
)

// serveAll serves real sockets.
func serveAll(t *testing.T, play func(*call), conns ...net.PacketConn) *Server {
	t.Helper()
	server, err := NewServer(Config{Handler: &world{T: t, play: play}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	for _, conn := range conns {
		served.Go(func() {
			if err := server.ServeUDP(conn); err != nil {
				t.Errorf("ServeUDP: got %v, want nil after Close", err)
			}
		})
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		served.Wait()
	})
	return server
}

// Every caller is answered from the address that it called, whichever of the sockets the
// kernel gives its datagrams to, and so are the BYEs.
func TestReadersShareAnAddress(t *testing.T) {
	tests := []struct{ bind, dial, from string }{
		{"127.0.0.1", "127.0.0.1", "127.0.0.1"},
		{"0.0.0.0", "127.0.0.2", "127.0.0.1"},
		{"::", "127.0.0.2", "127.0.0.1"},
		{"::", "::1", "::1"},
	}
	for _, test := range tests {
		t.Run(test.bind+" dialled as "+test.dial, func(t *testing.T) {
			const readers, callers = 3, 20
			binding := Binding{Address: netip.AddrPortFrom(netip.MustParseAddr(test.bind), 0), Readers: readers}
			conns, err := binding.ListenUDP()
			if err != nil {
				t.Fatal(err)
			}
			if len(conns) != readers {
				t.Fatalf("sockets: got %d, want %d", len(conns), readers)
			}
			server := serveAll(t, func(c *call) {
				c.accept()
				c.hear("acked")
				c.hangUp()
				c.hear("bye answered")
			}, conns...)
			dialled := netip.AddrPortFrom(netip.MustParseAddr(test.dial), addrPort(conns[0].LocalAddr()).Port())
			for n := range callers {
				conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(test.from), 0)))
				if err != nil {
					t.Fatal(err)
				}
				c := newCaller(t, &sourceCheck{PacketConn: conn, t: t, want: dialled}, dialled, fmt.Sprint("call-", n))
				c.send("INVITE")
				c.want("200")
				c.send("ACK")
				c.reply(c.want("BYE"), "200 OK")
				conn.Close()
			}
			if got := server.Stats().Requests; got != 2*callers {
				t.Errorf("requests: got %d, want %d", got, 2*callers)
			}
		})
	}
}

// Two servers would share the calls between them, and neither would know.
func TestSharedAddressIsNotSharedWithOthers(t *testing.T) {
	binding := Binding{Address: netip.MustParseAddrPort("127.0.0.1:0"), Readers: 2}
	conns, err := binding.ListenUDP()
	if err != nil {
		t.Fatal(err)
	}
	for _, conn := range conns {
		defer conn.Close()
	}
	taken := Binding{Address: addrPort(conns[0].LocalAddr()), Readers: 2}
	if again, err := taken.ListenUDP(); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("ListenUDP: got %v and error %v, want EADDRINUSE", again, err)
	}
	one, err := taken.ReopenUDP()
	if err != nil {
		t.Fatalf("ReopenUDP: %v", err)
	}
	one.Close()
}

// The wildcard addresses of both families are bound at once when :: takes no IPv4.
func TestBothWildcardsAtOnce(t *testing.T) {
	four, err := Binding{Address: netip.MustParseAddrPort("0.0.0.0:0"), Only6: true, Readers: 2}.ListenUDP()
	if err != nil {
		t.Fatal(err)
	}
	port := addrPort(four[0].LocalAddr()).Port()
	six, err := Binding{Address: netip.AddrPortFrom(netip.IPv6Unspecified(), port), Only6: true, Readers: 2}.ListenUDP()
	if err != nil {
		t.Fatal(err)
	}
	serveAll(t, takesCalls, append(four, six...)...)
	for _, text := range []string{"127.0.0.1", "127.0.0.2", "::1"} {
		addr := netip.MustParseAddr(text)
		from := addr
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, 0)))
		if err != nil {
			t.Fatal(err)
		}
		to := netip.AddrPortFrom(addr, port)
		c := newCaller(t, &sourceCheck{PacketConn: conn, t: t, want: to}, to, "both")
		c.send("OPTIONS")
		c.want("200")
		conn.Close()
	}
	l, err := Binding{Address: netip.MustParseAddrPort("0.0.0.0:0"), Only6: true}.ListenTCP()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	second, err := Binding{Address: netip.AddrPortFrom(netip.IPv6Unspecified(), addrPort(l.Addr()).Port()), Only6: true}.ListenTCP()
	if err != nil {
		t.Fatalf("the second TCP listener: %v", err)
	}
	second.Close()
}

func TestReadBufferIsTold(t *testing.T) {
	conn, err := ListenUDP(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if granted, asked := ReadBuffer(conn); granted < 100<<10 || granted > asked || asked != 4<<20 {
		t.Errorf("got %d of %d bytes, want at least 100 KiB of 4 MiB", granted, asked)
	}
	if granted, asked := ReadBuffer(&unlucky{}); granted != 0 || asked != 0 {
		t.Errorf("socket in memory: got %d and %d, want nothing", granted, asked)
	}
}
