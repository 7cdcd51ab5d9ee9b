package rtp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestStopInEachMoment(t *testing.T) {
	tests := []struct {
		name    string
		play    bool
		after   time.Duration // from the first beat
		packets int
		done    int
	}{
		{"never played", false, time.Second, 0, 0},
		{"before the first beat", true, -time.Nanosecond, 0, 0},
		{"after the first", true, time.Nanosecond, 1, 0},
		{"between two", true, 30 * time.Millisecond, 2, 0},
		{"after the last", true, 181 * time.Millisecond, 10, 0},
		{"just before the end", true, 200*time.Millisecond - 1, 10, 0},
		{"after the end", true, 200*time.Millisecond + 1, 10, 1},
		{"long after", true, time.Minute, 10, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.open(t)
				socket, control := w.network.socket(t, s.Port()), w.network.socket(t, s.Port()+1)
				w.network.onClose = func() {
					if got := w.ports.InUse(); got != 1 {
						t.Errorf("got %d pairs in use while a socket is closed, want 1", got)
					}
				}
				var end ending
				time.Sleep(7 * time.Millisecond) // off the beat
				first := beatOf(s)
				if test.play {
					end.play(t, s, stream(10))
				}
				time.Sleep(time.Until(first.Add(test.after)))
				stats := s.Stop()
				time.Sleep(time.Second)
				if got := len(socket.packets()); got != test.packets || int(stats.Sent.Packets) != got {
					t.Errorf("got %d packets and %+v, want %d", got, stats.Sent, test.packets)
				}
				if end.calls != test.done {
					t.Errorf("got %d calls of done, want %d", end.calls, test.done)
				}
				if again := s.Stop(); again != stats {
					t.Errorf("got %+v from the second Stop, want %+v", again, stats)
				}
				end.play(t, s, stream(10)) // without effect
				time.Sleep(time.Second)
				if got := len(socket.packets()); got != test.packets || end.calls != test.done {
					t.Errorf("got %d packets after Play on a stopped session, want %d", got, test.packets)
				}
				if socket.closes != 1 || control.closes != 1 {
					t.Errorf("got %d and %d calls of Close, want one each", socket.closes, control.closes)
				}
				if free, used := w.ports.Free(), w.ports.InUse(); free != 10 || used != 0 {
					t.Errorf("got %d pairs free and %d in use, want 10 and 0", free, used)
				}
			})
		})
	}
}

func TestStopOnTheBeatAndAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for range 50 {
			s := w.open(t)
			socket := w.network.socket(t, s.Port())
			var end ending
			end.play(t, s, stream(3))
			time.Sleep(time.Until(beatOf(s)))
			var stats [4]Stats
			var group sync.WaitGroup
			for i := range stats {
				group.Go(func() { stats[i] = s.Stop() })
			}
			group.Wait()
			sent := len(socket.packets())
			for _, got := range stats {
				if got != stats[0] || int(got.Sent.Packets) != sent {
					t.Errorf("got %+v, want %+v with %d packets", got, stats[0], sent)
				}
			}
			time.Sleep(Interval)
			if got := len(socket.packets()); got != sent {
				t.Errorf("got %d packets after Stop", got-sent)
			}
		}
	})
}

func beatOf(s *Session) (next time.Time) {
	s.task.Do(func(n time.Time) { next = n })
	return next
}

// TestSecondPlayBeginsAnew has the second stream go on where the RTP stream is, with
// the first frame, for its whole length; the first done is not called any more.
func TestSecondPlayBeginsAnew(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		defer s.Stop()
		first, second := 0, 0
		if err := s.Play(stream(1000), Peer{RTP: remote}, func(error) { first++ }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10*Interval + Interval/2)
		socket := w.network.socket(t, s.Port())
		before := socket.packets()
		if err := s.Play(stream(5), Peer{RTP: remote}, func(error) { second++ }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * Interval)
		after := socket.packets()[len(before):]
		if len(after) != 5 || first != 0 || second != 1 {
			t.Fatalf("got %d packets, first done called %d times, second %d times, want 5, 0, 1", len(after), first, second)
		}
		last := before[len(before)-1].data
		for i, p := range after {
			sequence := binary.BigEndian.Uint16(p.data[2:]) - binary.BigEndian.Uint16(last[2:])
			stamp := binary.BigEndian.Uint32(p.data[4:]) - binary.BigEndian.Uint32(last[4:])
			if int(sequence) != i+1 || int(stamp) != 160*(i+1) || !bytes.Equal(p.data[8:12], last[8:12]) {
				t.Errorf("packet %d: got sequence +%d, timestamp +%d, SSRC %x, want +%d, +%d, %x",
					i, sequence, stamp, p.data[8:12], i+1, 160*(i+1), last[8:12])
			}
			if p.data[1]&marker != 0 { // RFC 3551 section 4.1: there was no silence
				t.Errorf("packet %d: got a marker, want none", i)
			}
			if want := stream(5).Source.Frame(i); !bytes.Equal(p.data[12:], want) {
				t.Errorf("packet %d: got another frame than %d", i, i)
			}
		}
	})
}

func TestOpenTakenPorts(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.network.refuse = func(port uint16) error {
			if port == 10000 || port == 10003 { // an RTP port, and the RTCP port of the next pair
				return &portError{syscall.EADDRINUSE}
			}
			return nil
		}
		s := w.open(t)
		if got := s.Port(); got != 10004 {
			t.Errorf("got port %d, want 10004", got)
		}
		if got := len(w.network.sockets); got != 2 {
			t.Errorf("got %d sockets open, want the two of the session", got)
		}
		s.Stop()
		var rest []uint16
		for port, ok := w.ports.Take(); ok; port, ok = w.ports.Take() {
			rest = append(rest, port)
		}
		if got, want := fmt.Sprint(rest[7:]), "[10000 10002 10004]"; got != want {
			t.Errorf("got %v at the end of the free list, want %v", got, want)
		}
	})
}

// portError wraps an error as package net does.
type portError struct{ err error }

func (e *portError) Error() string { return "listen: " + e.err.Error() }
func (e *portError) Unwrap() error { return e.err }

func TestOpenErrors(t *testing.T) {
	tests := []struct {
		name   string
		last   uint16
		taken  int // pairs taken before
		refuse error
		want   error
		tries  int
	}{
		{"all in use by us", 10009, 5, nil, ErrNoPorts, 0},
		{"all in use by others", 10009, 0, syscall.EADDRINUSE, ErrNoPorts, 5},
		{"many in use by others", 10999, 0, syscall.EADDRINUSE, ErrNoPorts, 128},
		{"no such address", 10009, 0, syscall.EADDRNOTAVAIL, syscall.EADDRNOTAVAIL, 1},
		{"no descriptors", 10009, 0, syscall.EMFILE, syscall.EMFILE, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{newNetwork(), newPorts(t, 10000, test.last), NewPacers(1)}
				defer w.pacers.Close()
				for range test.taken {
					w.ports.Take()
				}
				free := w.ports.Free()
				tries := 0
				w.network.refuse = func(uint16) error { tries++; return test.refuse }
				s, err := Open(Config{Listen: w.network.listen, Ports: w.ports, Pacers: w.pacers, Address: local})
				if s != nil || !errors.Is(err, test.want) {
					t.Errorf("got %v, %v; want error %v", s, err, test.want)
				}
				if test.tries == 1 && !strings.Contains(err.Error(), "192.0.2.1:10000") {
					t.Errorf("got error %q, want one that names the address", err)
				}
				if tries != test.tries || w.ports.Free() != free {
					t.Errorf("got %d tries and %d pairs free, want %d and %d", tries, w.ports.Free(), test.tries, free)
				}
			})
		})
	}
}

func TestOpenOnClosedPacers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.pacers.Close()
		_, err := Open(Config{Listen: w.network.listen, Ports: w.ports, Pacers: w.pacers, Address: local})
		if !errors.Is(err, ErrClosed) {
			t.Errorf("got error %v, want %v", err, ErrClosed)
		}
		if got := len(w.network.sockets); got != 0 || w.ports.InUse() != 0 {
			t.Errorf("got %d sockets open and %d pairs in use, want none", got, w.ports.InUse())
		}
	})
}
