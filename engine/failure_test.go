package engine

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pickup/calls"
	"pickup/transport/rtp"
	"pickup/transport/sip/siptest"
)

// mute is a call's signalling and media that do nothing.
type mute struct{}

func (mute) Ring([]byte) (calls.Delivery, error)     { return 0, nil }
func (mute) Progress([]byte) (calls.Delivery, error) { return 0, nil }
func (mute) PlayEarly() calls.MediaStats             { return calls.MediaStats{} }
func (mute) Answer([]byte) error                     { return nil }
func (mute) Reject(calls.Refusal) error              { return nil }
func (mute) Reply([]byte) error                      { return nil }
func (mute) Refuse(calls.Refusal) error              { return nil }
func (mute) Bye(calls.Cause) error                   { return nil }
func (mute) Negotiate([]byte) ([]byte, error)        { return nil, nil }
func (mute) Accept([]byte) error                     { return nil }
func (mute) Revert() error                           { return nil }
func (mute) Play() calls.MediaStats                  { return calls.MediaStats{} }
func (mute) Stop() calls.MediaStats                  { return calls.MediaStats{} }
func (mute) Live() calls.Live                        { return calls.Live{} }

func TestCallThatIsAddedDuringAShutdownIsTold(t *testing.T) {
	for _, early := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b := newBus(nil)
			call := calls.New(mute{}, mute{}, calls.Options{ID: "1", RingTimeout: time.Minute, RingStatus: 480})
			if early {
				b.add(call)
			}
			b.shutdown()
			if !early {
				b.add(call)
			}
			if got := call.Run().Cause; got != calls.ServerStopped {
				t.Errorf("added before the shutdown is %v: got cause %s, want %s", early, got, calls.ServerStopped)
			}
		})
	}
}

// A socket that fails is opened again; the call that is up ends as if nothing had been.
func TestSocketThatFailsIsOpenedAgain(t *testing.T) {
	var socket net.PacketConn
	var out logged
	options := func(o *Options) {
		logging(&out)(o)
		socket = o.Entries[0].Socket
	}
	play(t, setup{options: options}, func(s *scenario) {
		call, _ := s.establish()
		if err := socket.Close(); err != nil {
			t.Fatal(err)
		}
		s.pass(10 * time.Second)
		call.Do("OPTIONS", "")
		call.Want(200)
		call.Reply(call.WantRequest("BYE"), 200)
		s.wantEnd(calls.Completed, calls.Server, 200)
		failed, open := out.lines("listener failed"), out.lines("listener is open again")
		if len(failed) != 1 || len(open) != 1 || !strings.Contains(failed[0], "udp 192.0.2.1:5060") {
			t.Errorf("log: got %q and %q, want one line each with the address", failed, open)
		}
		if got := s.noise.listenerFailures.Load(); got != 1 {
			t.Errorf("failures: got %d, want 1", got)
		}
	})
}

// The BYE leaves from the same address by the new socket, also when the caller has sent
// nothing to it.
func TestByeLeavesByTheNewSocket(t *testing.T) {
	var socket net.PacketConn
	play(t, setup{options: func(o *Options) { socket = o.Entries[0].Socket }}, func(s *scenario) {
		call, _ := s.establish()
		if err := socket.Close(); err != nil {
			t.Fatal(err)
		}
		call.Reply(call.WantRequest("BYE"), 200)
		s.wantEnd(calls.Completed, calls.Server, 200)
	})
}

func TestListenerThatCannotBeOpenedIsTriedAgain(t *testing.T) {
	var streams *siptest.Listener // of the bubble
	var out logged
	refusals := 0
	options := func(o *Options) {
		logging(&out)(o)
		streams = siptest.NewListener(serverAddr)
		entry := listener("tcp", streams)
		reopen := entry.Reopen
		entry.Reopen = func() (Entry, error) {
			if refusals++; refusals <= 10 {
				return Entry{}, syscall.EADDRINUSE
			}
			return reopen()
		}
		o.Entries = append(o.Entries, entry)
	}
	play(t, setup{options: options}, func(s *scenario) {
		call, _ := s.establish()
		failed := time.Now()
		if err := streams.Close(); err != nil {
			t.Fatal(err)
		}
		call.Reply(call.WantRequest("BYE"), 200) // the call over UDP has not noticed
		s.wantEnd(calls.Completed, calls.Server, 200)
		for len(out.lines("listener is open again")) == 0 {
			time.Sleep(100 * time.Millisecond)
		}
		// 0.1 s doubled up to 30 s: 0.1 + 0.2 + ... + 25.6 + 30 + 30
		if got, want := time.Since(failed).Round(time.Second), 111*time.Second; got != want {
			t.Errorf("open again: got it after %v, want %v", got, want)
		}
		if got := len(out.lines("listener failed")); got != 11 {
			t.Errorf("lines: got %d, want one for the failure and one for each attempt in vain", got)
		}
		conn, err := streams.Dial(netip.AddrPortFrom(host(1), 40000))
		if err != nil {
			t.Fatal(err)
		}
		phone := siptest.NewStreamCaller(s.t, conn)
		again := phone.Dial()
		again.Do("OPTIONS", "")
		again.Want(200)
	})
}

func TestStopDoesNotWaitForAListener(t *testing.T) {
	var streams *siptest.Listener // of the bubble
	play(t, setup{options: func(o *Options) {
		streams = siptest.NewListener(serverAddr)
		entry := listener("tcp", streams)
		entry.Reopen = func() (Entry, error) { return Entry{}, syscall.EADDRINUSE }
		o.Entries = append(o.Entries, entry)
	}}, func(s *scenario) {
		if err := streams.Close(); err != nil {
			t.Fatal(err)
		}
		s.pass(time.Hour)
		begun := time.Now()
		s.stop()
		if got := time.Since(begun); got > frameTime {
			t.Errorf("stop: got it after %v, want at once", got)
		}
		s.stopped <- nil // play stops it once more
	})
}

// closer is an observer that takes a second for a record, and fails to close.
type closer struct {
	records int
	told    []int // records at each Close
	err     error
}

func (o *closer) Notice(calls.Notice) {}
func (o *closer) Record(calls.Record) { time.Sleep(time.Second); o.records++ }
func (o *closer) Close() error        { o.told = append(o.told, o.records); return o.err }

func TestObserversAreClosedWhenTheyHaveSeenAll(t *testing.T) {
	full, broken := errors.New("disk full"), errors.New("disk broken")
	first, second := &closer{err: full}, &closer{err: broken}
	play(t, setup{options: func(o *Options) { o.Observers = append(o.Observers, first, second) }}, func(s *scenario) {
		call, _ := s.establish()
		call.Bye()
		call.Want(200)
		s.drain()
		err := <-s.stopped
		s.stopped <- nil
		if !errors.Is(err, full) || !errors.Is(err, broken) {
			t.Errorf("Run: got %v, want both errors of Close", err)
		}
		for _, o := range []*closer{first, second} {
			if len(o.told) != 1 || o.told[0] != 1 {
				t.Errorf("records at each Close: got %v, want one Close after the one record", o.told)
			}
		}
	})
}

// wire is a media socket whose sending the test decides on.
type wire struct {
	rtp.Socket
	send func(port uint16) error // nil is sent
}

func (w wire) Send(p []byte, to netip.AddrPort) error {
	local := w.LocalAddr().(*net.UDPAddr).AddrPort()
	if err := w.send(local.Port()); err != nil {
		return err
	}
	return w.Socket.Send(p, to)
}

// wired has each media socket ask before it sends.
func wired(send func(port uint16) error) func(*Options) {
	return func(o *Options) {
		listen := o.ListenRTP
		o.ListenRTP = func(addr netip.AddrPort) (rtp.Socket, error) {
			socket, err := listen(addr)
			if err != nil {
				return nil, err
			}
			return wire{socket, send}, nil
		}
	}
}

func TestMediaThatDiesEndsTheCall(t *testing.T) {
	var dead atomic.Bool
	send := func(uint16) error {
		if dead.Load() {
			return syscall.EBADF
		}
		return nil
	}
	play(t, setup{options: wired(send)}, func(s *scenario) {
		call, heard := s.establish()
		s.pass(time.Second)
		dead.Store(true)
		died, packets := time.Now(), heard.packets
		bye := call.WantRequest("BYE")
		if got := bye.At.Sub(died); got > frameTime {
			t.Errorf("BYE: got it %v after the last packet, want a frame at most", got)
		}
		if got := bye.Get("Reason"); !strings.HasPrefix(got, "Q.850;cause=41;") {
			t.Errorf("Reason: got %q, want cause 41", got)
		}
		call.Reply(bye, 200)
		r := s.wantEnd(calls.MediaFault, calls.Server, 200)
		if !strings.Contains(r.Fault, syscall.EBADF.Error()) {
			t.Errorf("fault: got %q, want %q", r.Fault, syscall.EBADF)
		}
		if r.Media.Sent.Packets != uint64(packets) {
			t.Errorf("packets: got %d, want %d", r.Media.Sent.Packets, packets)
		}
	})
}

func TestMediaThatDiesAtTheFirstPacketEndsTheCall(t *testing.T) {
	play(t, setup{options: wired(func(uint16) error { return net.ErrClosed })}, func(s *scenario) {
		call, heard := s.establish()
		call.Reply(call.WantRequest("BYE"), 200)
		heard.want(t, 0)
		s.wantEnd(calls.MediaFault, calls.Server, 200)
	})
}

// The port that a caller names becomes one of ours before its ACK.
func TestMediaThatMayNotStartEndsTheCall(t *testing.T) {
	play(t, setup{}, func(s *scenario) {
		caller := s.caller()
		toUs := strings.NewReplacer(caller.Local().Addr().String(), serverAddr.Addr().String(), " 4000 ", " 10002 ")
		call := caller.Invite(toUs.Replace(offer(caller, "")))
		call.Want(180)
		call.Want(200)
		s.establish() // takes that port
		call.Drain()
		call.Ack()
		acked := time.Now()
		bye := call.WantRequest("BYE")
		if got := bye.At.Sub(acked); got != 0 {
			t.Errorf("BYE: got it %v after the ACK, want at once", got)
		}
		call.Reply(bye, 200)
		s.pass(time.Second)
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.records) != 1 || s.records[0].Cause != calls.MediaFault || !strings.Contains(s.records[0].Fault, rtp.ErrOwnPort.Error()) {
			t.Errorf("records: got %+v, want one with %s, %q", s.records, calls.MediaFault, rtp.ErrOwnPort)
		}
	})
}
