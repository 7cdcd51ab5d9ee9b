package memnet

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestReadBufferCutsTheDatagram(t *testing.T) {
	_, caller, server := pair(t, Options{})
	send(t, caller, "abcdef", serverAddr)
	send(t, caller, "ghijkl", serverAddr)
	send(t, caller, "", serverAddr)
	buf := make([]byte, 4)
	if n, _, _, err := server.Receive(buf); n != 4 || string(buf) != "abcd" || err != nil {
		t.Errorf("Receive = %d %q %v, want 4 bytes abcd", n, buf, err)
	}
	if n, _, err := server.ReadFrom(buf); n != 4 || string(buf) != "ghij" || err != nil {
		t.Errorf("ReadFrom = %d %q %v, want 4 bytes ghij", n, buf, err)
	}
	if n, from, _, err := server.Receive(buf); n != 0 || from != callerAddr || err != nil {
		t.Errorf("empty datagram: Receive = %d from %v, %v, want 0 from %v", n, from, err, callerAddr)
	}
	if n, _, _, err := server.Receive(buf); n != -1 || err != nil {
		t.Errorf("nothing waits: Receive = %d, %v, want -1 and no error", n, err)
	}
}

func TestSendCopies(t *testing.T) {
	_, caller, server := pair(t, Options{})
	data := []byte("abc")
	if n, err := caller.WriteTo(data, server.LocalAddr()); n != 3 || err != nil {
		t.Fatalf("WriteTo = %d, %v, want 3", n, err)
	}
	if err := caller.Send(data, serverAddr); err != nil {
		t.Fatalf("Send: %v", err)
	}
	clear(data)
	if got, want := received(t, server), []string{"abc", "abc"}; !slices.Equal(got, want) {
		t.Errorf("received %q, want %q", got, want)
	}
}

func TestReadFromNamesTheSource(t *testing.T) {
	_, caller, server := pair(t, Options{})
	send(t, caller, "x", netip.AddrPortFrom(netip.MustParseAddr("::ffff:192.0.2.2"), 5060))
	_, addr, err := server.ReadFrom(make([]byte, 1))
	if err != nil {
		t.Fatalf("ReadFrom: %v", err)
	}
	if udp, ok := addr.(*net.UDPAddr); !ok || udp.AddrPort() != callerAddr {
		t.Errorf("source %T %v, want a *net.UDPAddr %v", addr, addr, callerAddr)
	}
}

func TestSendRefuses(t *testing.T) {
	n, caller, _ := pair(t, Options{})
	tests := []struct {
		name string
		err  error
		want error
	}{
		{"datagram over 65507 bytes", caller.Send(make([]byte, maxDatagram+1), serverAddr), syscall.EMSGSIZE},
		{"no address", caller.Send(nil, netip.AddrPort{}), syscall.EINVAL},
		{"port 0", caller.Send(nil, netip.AddrPortFrom(serverAddr.Addr(), 0)), syscall.EINVAL},
		{"largest datagram", caller.Send(make([]byte, maxDatagram), serverAddr), nil},
	}
	for _, tt := range tests {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%s: error %v, want %v", tt.name, tt.err, tt.want)
		}
	}
	if _, err := caller.WriteTo(nil, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 5060}); err == nil {
		t.Error("WriteTo a TCP address gave no error")
	}
	if got := n.Stats().Sent; got != 1 {
		t.Errorf("%d packets sent, want 1", got)
	}
}

func TestCloseEndsReadsAndFreesTheAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, caller, server := pair(t, Options{})
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				_, _, err := server.ReadFrom(make([]byte, 1))
				errs <- err
			}()
		}
		synctest.Wait()
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		for range 2 {
			if err := <-errs; !errors.Is(err, net.ErrClosed) {
				t.Errorf("blocked read ended with %v, want %v", err, net.ErrClosed)
			}
		}
		if n.Open() != 1 {
			t.Errorf("%d sockets open, want 1", n.Open())
		}
		again := listen(t, n, serverAddr)
		send(t, caller, "x", serverAddr)
		if got := received(t, again); len(got) != 1 {
			t.Errorf("the address's next owner received %q, want one packet", got)
		}
	})
}

func TestClosedSocketRefusesEverything(t *testing.T) {
	_, caller, server := pair(t, Options{})
	send(t, caller, "x", serverAddr)
	server.Close()
	_, _, readErr := server.ReadFrom(nil)
	n, _, _, receiveErr := server.Receive(nil)
	_, writeErr := server.WriteTo(nil, caller.LocalAddr())
	if n != -1 {
		t.Errorf("Receive = %d, want -1", n)
	}
	for name, err := range map[string]error{
		"ReadFrom": readErr, "Receive": receiveErr, "WriteTo": writeErr,
		"Send": server.Send(nil, callerAddr), "SetDeadline": server.SetDeadline(time.Time{}),
		"SetWriteDeadline": server.SetWriteDeadline(time.Time{}), "Close": server.Close(),
	} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: error %v, want %v", name, err, net.ErrClosed)
		}
	}
}

func TestReadDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, caller, server := pair(t, Options{})
		start := time.Now()
		server.SetReadDeadline(start.Add(time.Second))
		_, _, err := server.ReadFrom(make([]byte, 1))
		var timeout net.Error
		if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("read ended with %v, want a timeout", err)
		}
		if got := time.Since(start); got != time.Second {
			t.Errorf("read ended after %v, want %v", got, time.Second)
		}
		send(t, caller, "x", serverAddr)
		if _, _, err := server.ReadFrom(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read after the deadline: %v, want %v", err, os.ErrDeadlineExceeded)
		}
		server.SetReadDeadline(time.Time{})
		if _, _, err := server.ReadFrom(make([]byte, 1)); err != nil {
			t.Errorf("read without deadline: %v, want the packet", err)
		}
	})
}

func TestDeadlineMovedWhileReading(t *testing.T) {
	tests := []struct {
		name string
		to   time.Duration // from the start; moved after one second
		want time.Duration
	}{
		{"later", 5 * time.Second, 5 * time.Second},
		{"earlier", 2 * time.Second, 2 * time.Second},
		{"into the past", 0, time.Second},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			_, _, server := pair(t, Options{})
			start := time.Now()
			server.SetReadDeadline(start.Add(3 * time.Second))
			time.AfterFunc(time.Second, func() { server.SetReadDeadline(start.Add(tt.to)) })
			server.ReadFrom(make([]byte, 1))
			if got := time.Since(start); got != tt.want {
				t.Errorf("%s: read ended after %v, want %v", tt.name, got, tt.want)
			}
		})
	}
}

func TestWriteDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, caller, server := pair(t, Options{})
		caller.SetDeadline(time.Now().Add(time.Second))
		if _, err := caller.WriteTo([]byte("x"), server.LocalAddr()); err != nil {
			t.Errorf("before the deadline: %v, want no error", err)
		}
		time.Sleep(time.Second)
		if _, err := caller.WriteTo([]byte("x"), server.LocalAddr()); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("at the deadline: %v, want %v", err, os.ErrDeadlineExceeded)
		}
		if err := caller.Send([]byte("x"), serverAddr); err != nil {
			t.Errorf("Send: %v, want no error", err)
		}
	})
}

// Sockets and network are used by many goroutines in real time; the race
// detector judges.
func TestManyGoroutines(t *testing.T) {
	n, caller, server := pair(t, Options{Duplicate: 1})
	var seen bytes.Buffer
	n.Tap(func(p Packet) { seen.Write(p.Data) })
	const senders, packets = 8, 50
	var senderGroup, readers sync.WaitGroup
	var mu sync.Mutex
	got := 0
	for range 3 {
		readers.Go(func() {
			for {
				if _, _, err := server.ReadFrom(make([]byte, 1)); err != nil {
					return
				}
				mu.Lock()
				got++
				mu.Unlock()
			}
		})
	}
	for range senders {
		senderGroup.Go(func() {
			for range packets {
				caller.Send([]byte{'x'}, serverAddr)
			}
		})
	}
	senderGroup.Wait()
	waiting := len(received(t, server))
	server.Close()
	readers.Wait()
	if got += waiting; got != 2*senders*packets {
		t.Errorf("%d packets were read, want %d", got, 2*senders*packets)
	}
	if seen.Len() != senders*packets {
		t.Errorf("the tap saw %d packets, want %d", seen.Len(), senders*packets)
	}
}
