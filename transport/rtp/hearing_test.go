package rtp

import (
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"
)

// alarms notes when alarms were raised, since the first beat.
func (w *world) watched(t *testing.T, h Hearing, script func(s *Session, rtp, rtcp *fakeSocket)) (alarms string, stats Stats) {
	t.Helper()
	var begun time.Time
	s, err := Open(Config{Listen: w.network.listen, Ports: w.ports, Pacers: w.pacers, Address: local, Alarm: func(a Alarm) {
		alarms += fmt.Sprintf("%d at %ds ", a, time.Since(begun).Round(time.Second)/time.Second)
	}})
	if err != nil {
		t.Fatal(err)
	}
	rtp, rtcp := w.network.socket(t, s.Port()), w.network.socket(t, s.Port()+1)
	begun = beatOf(s)
	s.Hear(h)
	if err := s.Play(stream(3000), partner, func(error) {}); err != nil {
		t.Fatal(err)
	}
	script(s, rtp, rtcp)
	stats = s.Stop()
	return alarms, stats
}

func TestAlarms(t *testing.T) {
	due := Hearing{Due: true, Timeout: 10 * time.Second}
	said := func(s *fakeSocket, from, to int) { // seconds
		time.Sleep(time.Duration(from) * time.Second)
		for n := range 50 * (to - from) {
			p := datagram(0x80)
			binary.BigEndian.PutUint16(p[2:], uint16(n))
			s.deliver(remote, p)
			time.Sleep(Interval)
		}
	}
	report := appendReport(nil, peerSSRC, nil, nil)
	tests := []struct {
		name   string
		with   Hearing
		script func(s *Session, rtp, rtcp *fakeSocket)
		want   string
		oneWay bool
	}{
		{"nothing heard", due, func(*Session, *fakeSocket, *fakeSocket) { time.Sleep(30 * time.Second) }, "1 at 3s 2 at 10s ", true},
		{"for 3 s less 40 ms", due, func(*Session, *fakeSocket, *fakeSocket) { time.Sleep(2960 * time.Millisecond) }, "", false},
		{"no timeout", Hearing{Due: true}, func(*Session, *fakeSocket, *fakeSocket) { time.Sleep(30 * time.Second) }, "1 at 3s ", true},
		{"not due", Hearing{Timeout: 10 * time.Second}, func(*Session, *fakeSocket, *fakeSocket) { time.Sleep(30 * time.Second) }, "", false},
		{"heard after 2 s, then silent", due, func(_ *Session, rtp, _ *fakeSocket) { said(rtp, 2, 4); time.Sleep(20 * time.Second) }, "2 at 14s ", false},
		{"heard after 5 s", due, func(_ *Session, rtp, _ *fakeSocket) { said(rtp, 5, 7) }, "1 at 3s ", true},
		{"only RTCP", due, func(_ *Session, _, rtcp *fakeSocket) {
			for range 20 {
				rtcp.deliver(remoteControl, report)
				time.Sleep(time.Second)
			}
		}, "1 at 3s ", true},
		{"only a stranger", due, func(_ *Session, rtp, _ *fakeSocket) {
			for range 12 {
				rtp.deliver(stranger, datagram(0x80))
				time.Sleep(time.Second)
			}
		}, "1 at 3s 2 at 10s ", true},
		{"put on hold, and due again", due, func(s *Session, rtp, _ *fakeSocket) {
			said(rtp, 0, 1)
			s.Hear(Hearing{Timeout: due.Timeout})
			time.Sleep(30500 * time.Millisecond)
			s.Hear(due)
			time.Sleep(15 * time.Second)
		}, "2 at 42s ", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				got, stats := w.watched(t, test.with, test.script)
				if got != test.want || stats.Quality.OneWay != test.oneWay {
					t.Errorf("got alarms %q, one-way %v; want %q, %v", got, stats.Quality.OneWay, test.want, test.oneWay)
				}
			})
		})
	}
}

// TestLive reads the snapshot while the session runs.
func TestLive(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		if got := s.Live(); got != (Live{}) {
			t.Errorf("got %+v before the first look, want nothing", got)
		}
		rtp := w.network.socket(t, s.Port())
		if err := s.Play(stream(1000), partner, func(error) {}); err != nil {
			t.Fatal(err)
		}
		for _, n := range []byte{1, 2, 5} {
			p := datagram(0x80)
			p[3] = n
			rtp.deliver(remote, p)
		}
		rtp.deliver(stranger, datagram(0x80))
		time.Sleep(2500 * time.Millisecond)
		got := s.Live()
		if age := time.Since(got.At); age < 0 || age >= time.Second {
			t.Errorf("got a snapshot that is %v old, want less than a second", age)
		}
		want := Live{At: got.At, Sent: got.Sent, Received: 3, Expected: 5, Lost: 2, Foreign: 1, Jitter: got.Jitter}
		if got != want || got.Sent < 100 || got.Sent > 126 {
			t.Errorf("got %+v, want %+v and 100 to 126 sent", got, want)
		}
		s.Stop()
	})
}

// TestSnapshotIsWhole has a reader never see the half of a snapshot.
func TestSnapshotIsWhole(t *testing.T) {
	var s snapshot
	var writing sync.WaitGroup
	writing.Go(func() {
		for n := range uint64(20_000) {
			s.publish(Live{At: time.Unix(0, int64(n)), Sent: n, Lost: n, RoundTrip: time.Duration(n)})
		}
	})
	for range 20_000 {
		if l := s.read(); l.Sent != l.Lost || uint64(l.RoundTrip) != l.Sent {
			t.Fatalf("got %+v, want one number everywhere", l)
		}
	}
	writing.Wait()
}

// TestLatePacketsOfTheCallBefore has a call on the ports of another one that has just
// ended, whose caller has not stopped to send.
func TestLatePacketsOfTheCallBefore(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.ports = newPorts(t, 10000, 10001)
		old := func(n int) []byte {
			p := datagram(0x80)
			p[3], p[11] = byte(n), 99
			return p
		}
		first := w.open(t)
		if err := first.Play(stream(1000), Peer{RTP: outside, Source: outside.Addr()}, func(error) {}); err != nil {
			t.Fatal(err)
		}
		w.network.socket(t, 10000).deliver(outside, old(1), old(2))
		time.Sleep(time.Second)
		w.network.socket(t, 10000).deliver(outside, old(3)) // never read
		first.Stop()

		second := w.open(t)
		socket := w.network.socket(t, 10000)
		socket.deliver(outside, old(4)) // before anybody is expected
		time.Sleep(2 * Interval)
		if err := second.Play(stream(1000), Peer{RTP: remote, Source: remote.Addr()}, func(error) {}); err != nil {
			t.Fatal(err)
		}
		for n := range 100 {
			mine := datagram(0x80)
			mine[3] = byte(n)
			// From its own address, and from that of the new caller.
			socket.deliver(outside, old(5+n))
			socket.deliver(remote, mine)
			if n > 0 {
				socket.deliver(remote, old(5+n))
			}
			time.Sleep(Interval)
		}
		time.Sleep(Interval)
		got := second.Stop().Received
		if got.Packets != 100 || got.Expected != 100 || got.Lost != 0 || got.Duplicated != 0 || got.Sources != 0 || got.Foreign != 200 || got.From != remote {
			t.Errorf("got %+v, want 100 packets of the new caller, 200 foreign ones, and nothing of the call before", got)
		}
	})
}

// TestChangeOfSource has a peer change its SSRC without a word: four packets prove it.
func TestChangeOfSource(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		if err := s.Expect(Peer{RTP: remote}); err != nil {
			t.Fatal(err)
		}
		socket := w.network.socket(t, s.Port())
		for n := range 200 {
			p := datagram(0x80)
			p[3] = byte(n)
			if n >= 100 {
				p[2], p[11] = 0x70, 9
			}
			socket.deliver(remote, p)
			time.Sleep(Interval)
		}
		time.Sleep(Interval)
		got := s.Stop().Received
		if got.Packets != 197 || got.Expected != 197 || got.Lost != 0 || got.Sources != 1 || got.Foreign != 3 {
			t.Errorf("got %+v, want 100 and 97 packets, none lost, one change", got)
		}
	})
}
