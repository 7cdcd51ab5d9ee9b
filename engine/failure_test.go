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

func (mute) Ring() error                      { return nil }
func (mute) Answer([]byte) error              { return nil }
func (mute) Reject(calls.Refusal) error       { return nil }
func (mute) Reply([]byte) error               { return nil }
func (mute) Refuse(calls.Refusal) error       { return nil }
func (mute) Bye(calls.Cause) error            { return nil }
func (mute) Negotiate([]byte) ([]byte, error) { return nil, nil }
func (mute) Accept([]byte) error              { return nil }
func (mute) Revert() error                    { return nil }
func (mute) Play() calls.MediaStats           { return calls.MediaStats{} }
func (mute) Stop() calls.MediaStats           { return calls.MediaStats{} }

func TestCallThatIsAddedDuringAShutdownIsTold(t *testing.T) {
	for _, early := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b := newBus(nil)
			call := calls.New(mute{}, mute{}, calls.Options{ID: "1", RingTimeout: time.Minute})
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

// wantFailure waits until the server has stopped because of a failure.
func (s *scenario) wantFailure(want error) {
	s.t.Helper()
	select {
	case err := <-s.stopped:
		if !errors.Is(err, ErrResources) || want != nil && !errors.Is(err, want) {
			s.t.Errorf("Run: got %v, want an error that wraps %v and %v", err, ErrResources, want)
		}
	case <-time.After(time.Hour):
		s.t.Error("Run: still running after an hour")
	}
	s.stopped <- nil // play stops it once more
}

func TestSocketThatFailsEndsTheServerAndItsCalls(t *testing.T) {
	var socket net.PacketConn
	play(t, setup{options: func(o *Options) { socket = o.Sockets[0] }}, func(s *scenario) {
		s.establish()
		failed := time.Now()
		if err := socket.Close(); err != nil {
			t.Fatal(err)
		}
		s.wantFailure(nil)
		if got := time.Since(failed); got > frameTime { // the pacers end with a beat
			t.Errorf("stopped: got %v after the failure, want a beat at most", got)
		}
		if got := s.wantEnd(calls.ServerStopped, calls.Server, 200).EndedAt.Sub(failed); got != 0 {
			t.Errorf("call ended: got %v after the failure, want at once", got)
		}
	})
}

func TestListenerThatFailsHangsUpAtOnce(t *testing.T) {
	var listener net.Listener
	play(t, setup{options: func(o *Options) {
		listener = siptest.NewListener(serverAddr) // of the bubble
		o.Listeners = []net.Listener{listener}
	}}, func(s *scenario) {
		call, _ := s.establish()
		failed := time.Now()
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		bye := call.WantRequest("BYE")
		if got := bye.At.Sub(failed); got != 0 {
			t.Errorf("BYE: got it %v after the failure, want at once", got)
		}
		call.Reply(bye, 200)
		s.wantFailure(net.ErrClosed)
		s.wantEnd(calls.ServerStopped, calls.Server, 200)
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
