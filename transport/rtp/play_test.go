package rtp

import (
	"bytes"
	"errors"
	"reflect"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// world is what the sessions of one test live in.
type world struct {
	network *fakeNetwork
	ports   *Ports
	pacers  *Pacers
}

// inWorld runs a test in virtual time, with ports 10000 to 10019.
func inWorld(t *testing.T, f func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{newNetwork(), newPorts(t, 10000, 10019), NewPacers(1)}
		defer w.pacers.Close()
		f(t, w)
	})
}

func (w *world) open(t *testing.T) *Session {
	t.Helper()
	s, err := Open(Config{Listen: w.network.listen, Ports: w.ports, Pacers: w.pacers, Address: local})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ending is a done that notes when and how a stream ended. It is read after Stop.
type ending struct {
	calls int
	err   error
	at    time.Time
}

func (e *ending) done(err error) {
	e.calls++
	e.err = err
	e.at = time.Now()
}

// play starts a stream to a peer that has no RTCP.
func (e *ending) play(t *testing.T, s *Session, stream Stream) {
	t.Helper()
	if err := s.Play(stream, Peer{RTP: remote}, e.done); err != nil {
		t.Fatal(err)
	}
}

func TestPlayPacketByPacket(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		const count = 1500
		var sent [2][]packet
		for i := range sent {
			s := w.open(t)
			time.Sleep(333333 * time.Microsecond)
			socket := w.network.socket(t, s.Port())
			if got := len(socket.packets()); got != 0 {
				t.Fatalf("got %d packets before Play, want none", got)
			}
			began := time.Now()
			var end ending
			end.play(t, s, stream(count))
			time.Sleep(31 * time.Second)
			stats := s.Stop()
			sent[i] = socket.packets()
			if len(sent[i]) != count {
				t.Fatalf("got %d packets, want %d", len(sent[i]), count)
			}
			checkStream(t, sent[i])
			first := sent[i][0].at
			if wait := first.Sub(began); wait < 0 || wait >= Interval {
				t.Errorf("got the first packet %v after Play, want it at the next beat", wait)
			}
			if want := first.Add(30 * time.Second); end.calls != 1 || end.err != nil || !end.at.Equal(want) {
				t.Errorf("got %d calls of done, at %v with %v; want one at 30s", end.calls, end.at.Sub(first), end.err)
			}
			if want := (Sent{Packets: count, Bytes: count * 160}); stats.Sent != want {
				t.Errorf("got %+v, want %+v", stats.Sent, want)
			}
		}
		a, b := parsePacket(t, sent[0][0].data), parsePacket(t, sent[1][0].data)
		if a.SSRC == b.SSRC || a.Timestamp == b.Timestamp {
			t.Errorf("two streams start alike: %v and %v", a.Header, b.Header)
		}
	})
}

// checkStream holds each packet against the first one and against the tone.
func checkStream(t *testing.T, sent []packet) {
	t.Helper()
	first := parsePacket(t, sent[0].data)
	for n, packet := range sent {
		if want := sent[0].at.Add(time.Duration(n) * 20 * time.Millisecond); !packet.at.Equal(want) {
			t.Fatalf("packet %d: got time %v, want %v", n, packet.at, want)
		}
		if packet.to != remote || len(packet.data) != 172 {
			t.Fatalf("packet %d: got %d octets to %v, want 172 to %v", n, len(packet.data), packet.to, remote)
		}
		p := parsePacket(t, packet.data)
		want := first.Header
		want.SequenceNumber += uint16(n)
		want.Timestamp += uint32(n) * 160
		want.Marker = n == 0
		want.PayloadType = 8
		if !reflect.DeepEqual(p.Header, want) {
			t.Fatalf("packet %d: got %v, want %v", n, p.Header, want)
		}
		if !bytes.Equal(p.Payload, tone{}.Frame(n)) {
			t.Fatalf("packet %d: got payload %x, want that of frame %d", n, p.Payload, n)
		}
	}
}

func TestPlayMuted(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		socket := w.network.socket(t, s.Port())
		st := stream(100)
		st.Muted = true
		began := time.Now()
		var end ending
		end.play(t, s, st)
		time.Sleep(3 * time.Second)
		stats := s.Stop()
		if got := len(socket.packets()); got != 0 || stats.Sent != (Sent{}) {
			t.Errorf("got %d packets and %+v, want none", got, stats.Sent)
		}
		if after := end.at.Sub(began); end.calls != 1 || end.err != nil || after < 2*time.Second || after > 2*time.Second+Interval {
			t.Errorf("got %d calls of done, after %v with %v; want one after 2s", end.calls, after, end.err)
		}
	})
}

func TestPlayLatePacer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		socket := w.network.socket(t, s.Port())
		var end ending
		end.play(t, s, stream(50))
		time.Sleep(105 * time.Millisecond)
		slow := startTask(t, w.pacers, &counter{first: func() { time.Sleep(190 * time.Millisecond) }})
		defer slow.Stop()
		time.Sleep(2 * time.Second)
		stats := s.Stop().Sent
		sent := socket.packets()
		first := parsePacket(t, sent[0].data)
		jumps := 0
		for i, packet := range sent[1:] {
			p, before := parsePacket(t, packet.data), parsePacket(t, sent[i].data)
			if p.SequenceNumber != before.SequenceNumber+1 {
				t.Errorf("got sequence number %d after %d", p.SequenceNumber, before.SequenceNumber)
			}
			if (p.Timestamp-before.Timestamp != 160) != p.Marker {
				t.Errorf("got timestamp %d after %d with marker %v", p.Timestamp, before.Timestamp, p.Marker)
			}
			if p.Marker {
				jumps++
			}
			due := sent[0].at.Add(time.Duration(p.Timestamp-first.Timestamp) / 160 * Interval)
			if late := packet.at.Sub(due); late < 0 || late > stats.LateMax {
				t.Errorf("got a packet %v after it was due, want 0 to %v", late, stats.LateMax)
			}
		}
		if jumps != 1 || stats.Skipped == 0 || stats.Packets+stats.Skipped != 50 || int(stats.Packets) != len(sent) {
			t.Errorf("got %d jumps and %+v, want one jump and 50 frames in all", jumps, stats)
		}
		if want := sent[0].at.Add(time.Second); end.calls != 1 || !end.at.Equal(want) {
			t.Errorf("got %d calls of done, at %v; want one at %v", end.calls, end.at, want)
		}
	})
}

func TestPlayMediaFailure(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		w.network.socket(t, s.Port()).fail = func(n int) error {
			return []error{nil, syscall.EAGAIN, nil, syscall.EBADF}[n]
		}
		var end ending
		end.play(t, s, stream(100))
		time.Sleep(3 * time.Second)
		stats := s.Stop().Sent
		if end.calls != 1 || !errors.Is(end.err, syscall.EBADF) {
			t.Errorf("got %d calls of done with %v, want one with %v", end.calls, end.err, syscall.EBADF)
		}
		if stats.Packets != 2 || stats.Errors != 2 {
			t.Errorf("got %+v, want two packets and two errors", stats)
		}
	})
}

// broken is a Source with a fault.
type broken struct{ tone }

func (b broken) Frame(n int) []byte {
	if n == 3 {
		panic("broken frame")
	}
	return b.tone.Frame(n)
}

func TestPlayPanicEndsOneStream(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		bad, good := w.open(t), w.open(t)
		st := stream(100)
		st.Source = broken{}
		var badEnd, goodEnd ending
		control := w.network.socket(t, bad.Port()+1)
		if err := bad.Play(st, partner, badEnd.done); err != nil {
			t.Fatal(err)
		}
		goodEnd.play(t, good, stream(100))
		time.Sleep(3 * time.Second)
		badSent, goodSent := bad.Stop().Sent.Packets, good.Stop().Sent.Packets
		if badEnd.calls != 1 || badEnd.err == nil || !bytes.Contains([]byte(badEnd.err.Error()), []byte("broken frame")) {
			t.Errorf("got %d calls of done with %v, want one with the panic", badEnd.calls, badEnd.err)
		}
		if got := len(control.packets()); got != 0 {
			t.Errorf("got %d reports after the panic, want none", got)
		}
		if badSent != 3 {
			t.Errorf("got %d packets before the panic, want 3", badSent)
		}
		if goodSent != 100 || goodEnd.calls != 1 || goodEnd.err != nil {
			t.Errorf("got %d packets of the other stream and error %v, want all", goodSent, goodEnd.err)
		}
	})
}
