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

	"pickup/transport/sip/siptest"

	"pickup/transport/memnet"
)

func TestConnectionsOfOneSourceAreBounded(t *testing.T) {
	inStreams(t, takesCalls, func(w *world, l *siptest.Listener) {
		source := netip.MustParseAddr("2001:db8::1")
		var open []*siptest.Caller
		for i := range maxStreamsSource + 5 {
			source = source.Next() // of one network
			conn, err := l.Dial(netip.AddrPortFrom(source, uint16(40000+i)))
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, siptest.NewStreamCaller(w.T, conn))
		}
		for _, phone := range open[maxStreamsSource:] {
			phone.Closed()
		}
		if stats := w.server.Stats(); stats.Connections != maxStreamsSource || stats.Unserved != 5 {
			t.Errorf("stats: got %d connections and %d unserved, want %d and 5", stats.Connections, stats.Unserved, maxStreamsSource)
		}
		ask(w.dial(l, 1)) // others are served
		ask(open[0])
		open[1].Close()
		synctest.Wait()
		conn, err := l.Dial(netip.AddrPortFrom(source, 50000))
		if err != nil {
			t.Fatal(err)
		}
		ask(siptest.NewStreamCaller(w.T, conn))
	})
}

// One peer uses one port of its own for connections to two listeners of ours.
func TestEachConnectionAnswersForItself(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		first, second := w.dial(w.listen(), 1), w.dial(w.listen(), 1)
		for range 3 {
			second.Dial() // whose number the first has used: a branch is of one transaction
		}
		for range 3 {
			ask(first)
			ask(second)
		}
		w.close()
	})
}

// The connections are not read: the race detector has no room for so many goroutines.
func TestConnectionsAreBounded(t *testing.T) {
	for limit, most := range map[int]int{0: maxStreams, 7: 7, maxStreams + 1: maxStreams} {
		inWorldAs(t, memnet.Options{}, Config{Limits: Limits{Connections: limit}}, takesCalls, func(w *world) {
			var open []*stream
			for i := range most + 1 {
				ours, theirs := net.Pipe()
				defer theirs.Close()
				source := netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)})
				st := w.server.admit(from{ours, netip.AddrPortFrom(source, 40000)}, way{transport: "TCP"})
				if (st == nil) != (i == most) {
					t.Fatalf("limit %d, connection %d: got admitted %v, want %d of them", limit, i+1, st != nil, most)
				}
				if st != nil {
					open = append(open, st)
				}
			}
			if stats := w.server.Stats(); stats.Connections != most || stats.Unserved != 1 {
				t.Errorf("stats: got %d connections and %d unserved, want %d and 1", stats.Connections, stats.Unserved, most)
			}
			for _, st := range open {
				st.Close()
			}
			if got := w.server.Stats().Connections; got != 0 {
				t.Errorf("connections: got %d, want 0", got)
			}
		})
	}
}

// from is a connection from an address.
type from struct {
	net.Conn
	source netip.AddrPort
}

func (f from) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(f.source) }

// failing is a listener whose Accept fails first.
type failing struct {
	net.Listener
	errs []error
}

func (f *failing) Accept() (net.Conn, error) {
	if len(f.errs) > 0 {
		err := f.errs[0]
		f.errs = f.errs[1:]
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", err)}
	}
	return f.Listener.Accept()
}

func TestAcceptErrorsAreSurvived(t *testing.T) {
	var errs []error
	for range 5 {
		errs = append(errs, syscall.EMFILE, syscall.ECONNABORTED, syscall.ENOBUFS, syscall.EPROTO)
	}
	inWorld(t, takesCalls, func(w *world) {
		l := siptest.NewListener(serverAddr)
		served := make(chan error, 1)
		go func() { served <- w.server.ServeTCP(&failing{l, errs}) }()
		begun := time.Now()
		ask(w.dial(l, 1))
		if got, least, most := time.Since(begun), 10*time.Second, 20*time.Second; got < least || got > most {
			t.Errorf("served after %v, want %v to %v: each pause twice the last, up to a second", got, least, most)
		}
		w.close()
		if err := <-served; err != nil {
			t.Errorf("ServeTCP: got %v, want nil", err)
		}
	})
}

func TestListenerThatIsBrokenIsReported(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		l := siptest.NewListener(serverAddr)
		err := w.server.ServeTCP(&failing{l, []error{syscall.EBADF}})
		if !errors.Is(err, syscall.EBADF) || !strings.Contains(err.Error(), "tcp 192.0.2.1:5060") {
			t.Errorf("ServeTCP: got %v, want EBADF and the address", err)
		}
	})
}

func TestCloseEndsThePauseOfTheListener(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		errs := make([]error, 20)
		for i := range errs {
			errs[i] = syscall.EMFILE
		}
		served := make(chan error, 1)
		go func() { served <- w.server.ServeTCP(&failing{siptest.NewListener(serverAddr), errs}) }()
		time.Sleep(5 * time.Second)
		begun := time.Now()
		w.close()
		if err := <-served; err != nil || time.Since(begun) != 0 {
			t.Errorf("ServeTCP: got %v after %v, want nil at once", err, time.Since(begun))
		}
		if err := w.server.ServeTCP(siptest.NewListener(serverAddr)); !errors.Is(err, ErrClosed) {
			t.Errorf("ServeTCP after Close: got %v, want ErrClosed", err)
		}
	})
}

// Close lets what is being sent leave, and joins the connections.
func TestCloseEndsConnections(t *testing.T) {
	inStreams(t, func(c *call) {
		c.accept()
		c.hangUp() // before the ACK: it leaves when the server closes
	}, func(w *world, l *siptest.Listener) {
		silent := w.dial(l, 2)
		phone := w.dial(l, 1)
		call := phone.Invite(offer)
		call.Want(200)
		synctest.Wait() // the handler has hung up
		w.close()
		call.WantRequest("BYE")
		phone.Closed()
		silent.Closed()
		if got := w.server.Stats().Connections; got != 0 {
			t.Errorf("connections: got %d, want 0", got)
		}
	})
}

// A request whose connection is gone before it is handled must not make the server
// connect to the address in its Via.
func TestNobodyIsDialled(t *testing.T) {
	dialer := noDialer(nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if conn, err := dialer.Dial("tcp", l.Addr().String()); err == nil || !errors.Is(err, errNoDial) {
		t.Errorf("dialling: got %v and %v, want errNoDial", conn, err)
	}
}

func TestCallOverRealTCP(t *testing.T) {
	l, err := ListenTCP(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, play: takesCalls}
	server, err := NewServer(Config{Handler: w, UserAgent: "Pickup/test"})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.ServeTCP(l) }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	call := establish(siptest.NewStreamCaller(t, conn))
	hangUp(call)
	if err := server.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := <-served; err != nil {
		t.Errorf("ServeTCP: got %v, want nil after Close", err)
	}
}

func TestListenTCPSaysWhatToDo(t *testing.T) {
	l, err := ListenTCP(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	tests := []struct{ name, addr, want string }{
		{"taken", l.Addr().String(), "the port is taken; stop the program that has it"},
		{"elsewhere", "203.0.113.77:0", "no interface of this host has the address"},
	}
	for _, test := range tests {
		_, err := ListenTCP(netip.MustParseAddrPort(test.addr))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "tcp "+test.addr) {
			t.Errorf("%s: got %v, want an error with %q and the address", test.name, err, test.want)
		}
	}
}

// A connection is the library's, which takes 64 KiB for it, when there is a message that
// is not done with without the library.
func TestLibraryHasConnectionsOfCallsOnly(t *testing.T) {
	lines(t, takesCalls, func(l *line) {
		phone := l.caller(1)
		ask(phone)
		kept := func(when string, want bool) {
			l.Helper()
			synctest.Wait()
			if got := l.server.transport.Pool("tcp").Size() > 0; got != want {
				l.Errorf("the library has the connection %s: got %v, want %v", when, got, want)
			}
		}
		kept("after OPTIONS", false)
		call := establish(phone)
		kept("during a call", true)
		hangUp(call)
		ask(phone)
	})
}
