package sip

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
)

// onLoopback serves a real socket bound to an address.
func onLoopback(t *testing.T, bind string, play func(*call)) (*Server, uint16) {
	t.Helper()
	w := &world{T: t, play: play}
	server, err := NewServer(Config{Handler: w, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := ListenUDP(netip.AddrPortFrom(netip.MustParseAddr(bind), 0))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.ServeUDP(conn) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("ServeUDP: got %v, want nil after Close", err)
		}
	})
	return server, addrPort(conn.LocalAddr()).Port()
}

func TestWildcardSocketAnswersFromTheDialledAddress(t *testing.T) {
	tests := []struct{ bind, dial, from string }{
		{"0.0.0.0", "127.0.0.1", "127.0.0.1"},
		{"0.0.0.0", "127.0.0.2", "127.0.0.1"},
		{"127.0.0.3", "127.0.0.3", "127.0.0.1"},
		{"::", "127.0.0.2", "127.0.0.1"},
		{"::", "::1", "::1"},
	}
	for _, test := range tests {
		t.Run(test.bind+" dialled as "+test.dial, func(t *testing.T) {
			over := make(chan struct{})
			_, port := onLoopback(t, test.bind, func(c *call) {
				c.accept()
				c.hear("acked")
				c.hangUp()
				c.hear("bye answered")
				close(over)
			})
			dialled := netip.AddrPortFrom(netip.MustParseAddr(test.dial), port)
			conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(test.from), 0)))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			from := &sourceCheck{PacketConn: conn, t: t, want: dialled}
			c := newCaller(t, from, dialled, "loopback")
			c.send("INVITE")
			if got, want := c.want("200").get("Contact"), "<sip:"+dialled.String()+">"; got != want {
				t.Errorf("Contact: got %q, want %q", got, want)
			}
			c.send("ACK")
			bye := c.want("BYE")
			if got, want := bye.get("Via"), "SIP/2.0/UDP "+dialled.String()+";"; !strings.HasPrefix(got, want) {
				t.Errorf("Via of the BYE: got %q, want %q", got, want)
			}
			c.reply(bye, "200 OK")
			<-over
		})
	}
}

// sourceCheck checks where datagrams come from.
type sourceCheck struct {
	net.PacketConn
	t    *testing.T
	want netip.AddrPort
}

func (s *sourceCheck) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := s.PacketConn.ReadFrom(p)
	if err == nil && addrPort(from) != s.want {
		s.t.Errorf("source: got %v, want %v", from, s.want)
	}
	return n, from, err
}

func TestListenUDPSaysWhatToDo(t *testing.T) {
	taken, err := ListenUDP(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = ListenUDP(addrPort(taken.LocalAddr()))
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), taken.LocalAddr().String()) || !strings.Contains(err.Error(), "choose another port") {
		t.Errorf("taken port: got %v, want the address and a remedy", err)
	}
	_, err = ListenUDP(netip.MustParseAddrPort("192.0.2.1:5060"))
	if !errors.Is(err, syscall.EADDRNOTAVAIL) || !strings.Contains(err.Error(), "192.0.2.1:5060") || !strings.Contains(err.Error(), "0.0.0.0") {
		t.Errorf("foreign address: got %v, want the address and a remedy", err)
	}
}

func TestWildcardSocketServesABoundedNumberOfAddresses(t *testing.T) {
	server, port := onLoopback(t, "0.0.0.0", nil)
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	send := func(i int) {
		to := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, byte(1 + i>>8), byte(i)}), port)
		c := newCaller(t, conn, to, "bounded")
		c.send("OPTIONS", c.branched(strings.Repeat("x", i)))
		if i <= maxLocals {
			c.want("200")
		}
	}
	for i := range maxLocals + 1 {
		send(i + 1)
	}
	send(1) // read after the one that is dropped
	if got := server.Stats().Unserved; got != 1 {
		t.Errorf("unserved: got %d, want 1", got)
	}
}
