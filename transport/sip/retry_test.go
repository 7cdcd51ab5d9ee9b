package sip

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// unlucky is a socket whose reads fail first.
type unlucky struct {
	net.PacketConn
	errs []error
}

func (u *unlucky) ReadFrom(p []byte) (int, net.Addr, error) {
	if len(u.errs) > 0 {
		err := u.errs[0]
		u.errs = u.errs[1:]
		return 0, nil, &net.OpError{Op: "read", Net: "udp", Err: os.NewSyscallError("recvmsg", err)}
	}
	return u.PacketConn.ReadFrom(p)
}

func TestReadErrorsOfUDPAreSurvived(t *testing.T) {
	var errs []error
	for range 40 {
		errs = append(errs, syscall.ECONNREFUSED, syscall.ENETDOWN, syscall.ENOBUFS)
	}
	inWorld(t, takesCalls, func(w *world) {
		second := netip.MustParseAddrPort("192.0.2.2:5060")
		conn, err := w.network.Listen(second)
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- w.server.ServeUDP(&unlucky{conn, errs}) }()
		time.Sleep(2 * time.Minute)
		c := w.caller()
		c.server = net.UDPAddrFromAddrPort(second)
		c.send("OPTIONS")
		c.want("200")
		if got := w.server.Stats().Retries; got != 120 {
			t.Errorf("retries: got %d, want 120", got)
		}
		lines := strings.Count(w.log.String(), "SIP listener fails for the moment")
		if lines != 2 || !strings.Contains(w.log.String(), "udp 192.0.2.2:5060") {
			t.Errorf("log: got %d lines, want one a minute with the address:\n%s", lines, w.log)
		}
		w.close()
		if err := <-served; err != nil {
			t.Errorf("ServeUDP: got %v, want nil after Close", err)
		}
	})
}

func TestReadErrorOfUDPThatStaysIsReported(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		conn, err := w.network.Listen(netip.MustParseAddrPort("192.0.2.2:5060"))
		if err != nil {
			t.Fatal(err)
		}
		err = w.server.ServeUDP(&unlucky{conn, []error{syscall.EBADF}})
		if !errors.Is(err, syscall.EBADF) || !strings.Contains(err.Error(), "udp 192.0.2.2:5060") {
			t.Errorf("ServeUDP: got %v, want EBADF and the address", err)
		}
		if got := len(w.server.readers); got != 1 {
			t.Errorf("sockets that are known: got %d, want 1", got)
		}
	})
}

func TestCloseEndsThePauseOfASocket(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		conn, err := w.network.Listen(netip.MustParseAddrPort("192.0.2.2:5060"))
		if err != nil {
			t.Fatal(err)
		}
		errs := make([]error, 1000)
		for i := range errs {
			errs[i] = syscall.ENETDOWN
		}
		served := make(chan error, 1)
		go func() { served <- w.server.ServeUDP(&unlucky{conn, errs}) }()
		time.Sleep(10 * time.Second)
		begun := time.Now()
		w.close()
		if err := <-served; err != nil || time.Since(begun) != 0 {
			t.Errorf("ServeUDP: got %v after %v, want nil at once", err, time.Since(begun))
		}
	})
}

// A call outlives the socket that it came by, when there is another one on its address.
func TestSocketIsReplacedDuringACall(t *testing.T) {
	inWorld(t, hangsUp(200), func(w *world) {
		second := netip.MustParseAddrPort("192.0.2.2:5060")
		open := func() (net.PacketConn, chan error) {
			conn, err := w.network.Listen(second)
			if err != nil {
				t.Fatal(err)
			}
			served := make(chan error, 1)
			go func() { served <- w.server.ServeUDP(conn) }()
			synctest.Wait()
			return conn, served
		}
		conn, served := open()
		c := w.caller()
		c.server = net.UDPAddrFromAddrPort(second)
		c.send("INVITE")
		c.want("200")
		c.send("ACK", c.branched("ack"))
		synctest.Wait()
		conn.Close()
		if err := <-served; !errors.Is(err, net.ErrClosed) {
			t.Errorf("ServeUDP: got %v, want that the socket is closed", err)
		}
		_, again := open()
		bye := c.want("BYE")
		c.reply(bye, "200 OK")
		time.Sleep(time.Second)
		w.close()
		<-again
	})
}
