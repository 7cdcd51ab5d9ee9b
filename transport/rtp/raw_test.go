package rtp

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// loopback is the addresses of the loopback interface: 127.0.0.1 everywhere, and
// ::1 where the machine has IPv6.
func loopback(t *testing.T) []netip.Addr {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	var found []netip.Addr
	for _, a := range all {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().IsLoopback() {
			found = append(found, prefix.Addr())
		}
	}
	if len(found) == 0 {
		t.Fatal("the loopback interface has no address")
	}
	t.Logf("loopback has %v", found)
	return found
}

func openTestSocket(t *testing.T, addr netip.AddrPort) *rawSocket {
	t.Helper()
	s, err := ListenRaw(addr)
	if err != nil {
		t.Fatal(err)
	}
	raw := s.(*rawSocket)
	t.Cleanup(func() { _ = raw.Close() })
	return raw
}

func addrOf(s Socket) netip.AddrPort { return s.LocalAddr().(*net.UDPAddr).AddrPort() }

// await waits until the kernel has something for s.
func (s *rawSocket) await(t testing.TB) {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, 10_000)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n != 1 {
			t.Fatalf("nothing arrives at %v: poll: %d, %v", s.local, n, err)
		}
		return
	}
}

func TestRawSendAndReceive(t *testing.T) {
	for _, ip := range loopback(t) {
		t.Run(ip.String(), func(t *testing.T) {
			a := openTestSocket(t, netip.AddrPortFrom(ip, 0))
			b := openTestSocket(t, netip.AddrPortFrom(ip, 0))
			buffer := make([]byte, 100)
			if n, _, _, err := b.Receive(buffer); n != -1 || err != nil {
				t.Fatalf("got %d, %v from an empty socket, want -1 and no error", n, err)
			}
			for _, size := range []int{0, 1, 99, 100, 172} {
				sent := bytes.Repeat([]byte{byte(size)}, size)
				before := time.Now()
				if err := a.Send(sent, addrOf(b)); err != nil {
					t.Fatal(err)
				}
				b.await(t)
				n, from, at, err := b.Receive(buffer)
				if err != nil {
					t.Fatal(err)
				}
				if want := min(size, len(buffer)); n != want || !bytes.Equal(buffer[:n], sent[:want]) {
					t.Errorf("got %d octets %x, want %d of %d", n, buffer[:max(n, 0)], want, size)
				}
				if from != addrOf(a) {
					t.Errorf("got a datagram from %v, want %v", from, addrOf(a))
				}
				if off := at.Sub(before).Abs(); at.IsZero() || off > time.Hour {
					t.Errorf("got time stamp %v, want one near %v", at, before)
				}
			}
		})
	}
}

func TestRawMappedDestination(t *testing.T) {
	ip := netip.MustParseAddr("127.0.0.1")
	a := openTestSocket(t, netip.AddrPortFrom(ip, 0))
	mapped := netip.AddrPortFrom(netip.AddrFrom16(ip.As16()), addrOf(a).Port())
	if err := a.Send([]byte("x"), mapped); err != nil {
		t.Fatal(err)
	}
	a.await(t)
	if n, from, _, err := a.Receive(make([]byte, 9)); n != 1 || from != addrOf(a) || err != nil {
		t.Errorf("got %d from %v, %v; want 1 from %v", n, from, err, addrOf(a))
	}
}

func TestRawDescriptor(t *testing.T) {
	s := openTestSocket(t, netip.MustParseAddrPort("127.0.0.1:0"))
	if flags, err := unix.FcntlInt(uintptr(s.fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("got descriptor flags %#x, %v; want close-on-exec", flags, err)
	}
	if flags, err := unix.FcntlInt(uintptr(s.fd), unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK == 0 {
		t.Errorf("got status flags %#x, %v; want non-blocking", flags, err)
	}
}

func TestRawErrors(t *testing.T) {
	s := openTestSocket(t, netip.MustParseAddrPort("127.0.0.1:0"))
	closed := openTestSocket(t, netip.MustParseAddrPort("127.0.0.1:0"))
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	listen := func(addr netip.AddrPort) error {
		_, err := ListenRaw(addr)
		return err
	}
	receive := func(s Socket) error {
		_, _, _, err := s.Receive(make([]byte, 9))
		return err
	}
	tests := []struct {
		name      string
		got, want error
	}{
		{"other family", s.Send(nil, netip.MustParseAddrPort("[::1]:9")), syscall.EAFNOSUPPORT},
		{"no address", s.Send(nil, netip.AddrPort{}), syscall.EINVAL},
		{"port 0", s.Send(nil, netip.MustParseAddrPort("127.0.0.1:0")), syscall.EINVAL},
		{"too large", s.Send(make([]byte, 70000), addrOf(s)), syscall.EMSGSIZE},
		{"send after close", closed.Send(nil, addrOf(s)), net.ErrClosed},
		{"receive after close", receive(closed), net.ErrClosed},
		{"second close", closed.Close(), net.ErrClosed},
		{"listen on a taken port", listen(addrOf(s)), syscall.EADDRINUSE},
		{"listen on no address", listen(netip.AddrPort{}), syscall.EINVAL},
		{"listen on a foreign address", listen(netip.MustParseAddrPort("192.0.2.1:9000")), syscall.EADDRNOTAVAIL},
	}
	for _, test := range tests {
		if !errors.Is(test.got, test.want) {
			t.Errorf("%s: got error %v, want %v", test.name, test.got, test.want)
		}
	}
	if err := listen(netip.MustParseAddrPort("[fe80::1%no-such-link]:9000")); err == nil {
		t.Error("got a socket in a zone that does not exist")
	}
}
