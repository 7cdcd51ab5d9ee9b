package rtp

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// A peer behind a NAT: its session description names an address that is not its
// own, and its packets come from the host that signals.
var (
	inside        = netip.MustParseAddrPort("10.0.0.9:4000")
	insideControl = netip.MustParseAddrPort("10.0.0.9:4001")
	outside       = netip.MustParseAddrPort("198.51.100.7:61234")
	outsideNext   = netip.MustParseAddrPort("198.51.100.7:61235")
	outsideOther  = netip.MustParseAddrPort("198.51.100.7:7777")
	stranger      = netip.MustParseAddrPort("203.0.113.66:4000")
	moved         = netip.MustParseAddrPort("198.51.100.7:5000")
	nowhere       netip.AddrPort

	natted = Peer{RTP: inside, RTCP: insideControl, Source: outside.Addr()}
	onHold = Peer{Source: outside.Addr()}
)

// latchStep is an arrival, or a change of the peer, and where we send afterwards.
type latchStep struct {
	from      netip.AddrPort // of an RTP packet
	ssrc      byte
	control   netip.AddrPort // of an RTCP packet on the RTCP port
	muxed     netip.AddrPort // of an RTCP packet on the RTP port
	broken    netip.AddrPort // of noise on the RTCP port
	peer      *Peer          // a change
	rtp, rtcp netip.AddrPort
}

// More peers, and addresses of the one behind the NAT.
var (
	public    = Peer{RTP: outside, RTCP: outsideNext, Source: outside.Addr()}
	elsewhere = Peer{RTP: moved, RTCP: netip.MustParseAddrPort("198.51.100.7:5001"), Source: outside.Addr()}
	onePort   = Peer{RTP: inside, RTCP: inside, Mux: true, Source: outside.Addr()}
	zeroPort  = netip.AddrPortFrom(outside.Addr(), 0)
	mapped    = Peer{RTP: netip.MustParseAddrPort("[::ffff:198.51.100.7]:61234"), RTCP: outsideNext}
	apart     = Peer{RTP: outside, RTCP: stranger} // a=rtcp names another host
)

func steps(s ...latchStep) []latchStep { return s }

var latchTests = []struct {
	name    string
	peer    Peer
	steps   []latchStep
	packets uint64
	rtcp    uint64
	foreign uint64
}{
	{"the described address", natted, steps(
		latchStep{from: inside, ssrc: 1, rtp: inside, rtcp: insideControl}), 1, 0, 0},
	{"an IPv4 address in IPv6 form", mapped, steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext}), 1, 0, 0},
	{"the signalling host, once", natted, steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{from: outsideOther, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{from: inside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{from: outside, ssrc: 2, rtp: outside, rtcp: outsideNext}), 2, 0, 3},
	{"strangers", natted, steps(
		latchStep{from: stranger, ssrc: 1, rtp: inside, rtcp: insideControl},
		latchStep{from: netip.AddrPortFrom(inside.Addr(), 4002), ssrc: 1, rtp: inside, rtcp: insideControl},
		latchStep{from: outside, ssrc: 3, rtp: outside, rtcp: outsideNext},
		latchStep{from: stranger, ssrc: 3, rtp: outside, rtcp: outsideNext}), 1, 0, 3},
	{"port 0 of the signalling host", natted, steps(
		latchStep{from: zeroPort, ssrc: 1, rtp: inside, rtcp: insideControl},
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{control: zeroPort, rtp: outside, rtcp: outsideNext}), 1, 0, 2},
	{"the last port has none above it", natted, steps(
		latchStep{from: netip.AddrPortFrom(outside.Addr(), 65535), ssrc: 1,
			rtp: netip.AddrPortFrom(outside.Addr(), 65535), rtcp: nowhere}), 1, 0, 0},
	{"signalling from an unknown host", Peer{RTP: inside, RTCP: insideControl}, steps(
		latchStep{from: outside, ssrc: 1, rtp: inside, rtcp: insideControl}), 0, 0, 1},
	{"RTP from another port of the described host", public, steps(
		latchStep{from: outsideOther, ssrc: 1, rtp: outsideOther, rtcp: outsideNext}), 1, 0, 0},
	{"RTCP follows the host of RTP", natted, steps(
		latchStep{control: outside, rtp: inside, rtcp: insideControl},
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{control: stranger, rtp: outside, rtcp: outsideNext},
		latchStep{control: outsideOther, rtp: outside, rtcp: outsideOther},
		latchStep{control: outside, rtp: outside, rtcp: outsideOther},
		latchStep{control: outsideOther, rtp: outside, rtcp: outsideOther}), 1, 2, 3},
	{"RTCP from where it is described", natted, steps(
		latchStep{control: insideControl, rtp: inside, rtcp: insideControl},
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{control: insideControl, rtp: outside, rtcp: outsideNext, from: inside, ssrc: 1},
		latchStep{control: outsideOther, rtp: outside, rtcp: outsideOther}), 1, 2, 2},
	{"noise does not lock", natted, steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{broken: outsideOther, rtp: outside, rtcp: outsideNext},
		latchStep{control: outsideNext, rtp: outside, rtcp: outsideNext}), 1, 1, 0},
	{"RTCP to nobody", Peer{RTP: inside, Source: outside.Addr()}, steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: nowhere},
		latchStep{control: outsideNext, rtp: outside, rtcp: nowhere}), 1, 1, 0},
	{"RTCP on another host than RTP", apart, steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: stranger},
		latchStep{control: stranger, rtp: outside, rtcp: stranger}), 1, 1, 0},
	{"changed, with a new SSRC and port", natted, steps(
		latchStep{from: outside, ssrc: 1, control: outsideNext, rtp: outside, rtcp: outsideNext},
		latchStep{peer: &natted, rtp: outside, rtcp: outsideNext},
		latchStep{from: outsideOther, ssrc: 2, rtp: outsideOther, rtcp: outsideNext},
		latchStep{from: outside, ssrc: 1, control: outside, rtp: outsideOther, rtcp: outside}), 2, 2, 1},
	{"changed, and on as before", natted, steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{peer: &natted, rtp: outside, rtcp: outsideNext},
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext}), 2, 0, 0},
	{"moved, with the old stream still on its way", natted, steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{peer: &elsewhere, rtp: moved, rtcp: elsewhere.RTCP},
		latchStep{from: outside, ssrc: 1, rtp: moved, rtcp: elsewhere.RTCP},
		latchStep{from: moved, ssrc: 1, rtp: moved, rtcp: elsewhere.RTCP}), 2, 0, 1},
	{"a new SSRC that goes on", natted, append(steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext}),
		slices.Repeat(steps(latchStep{from: outside, ssrc: 2, rtp: outside, rtcp: outsideNext}), 6)...), 4, 0, 3},
	{"two SSRCs in turn", natted, slices.Repeat(steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{from: outside, ssrc: 2, rtp: outside, rtcp: outsideNext}), 8), 8, 0, 8},
	{"a new SSRC from elsewhere", natted, append(steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext}),
		slices.Repeat(steps(latchStep{from: outsideOther, ssrc: 2, rtp: outside, rtcp: outsideNext}), 6)...), 1, 0, 6},
	{"on hold without an address", natted, steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{peer: &onHold, rtp: nowhere, rtcp: nowhere},
		latchStep{from: outside, ssrc: 1, rtp: nowhere, rtcp: nowhere},
		latchStep{control: outsideNext, rtp: nowhere, rtcp: nowhere},
		latchStep{peer: &natted, rtp: inside, rtcp: insideControl}), 2, 1, 0},
	{"one port for both", onePort, steps(
		latchStep{muxed: stranger, rtp: inside, rtcp: inside},
		latchStep{muxed: inside, rtp: inside, rtcp: inside},
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outside},
		latchStep{muxed: inside, rtp: outside, rtcp: outside},
		latchStep{muxed: outside, rtp: outside, rtcp: outside}), 1, 2, 2},
	{"RTCP on the RTP port though nobody asked", natted, steps(
		latchStep{from: outside, ssrc: 1, rtp: outside, rtcp: outsideNext},
		latchStep{muxed: outside, rtp: outside, rtcp: outsideNext}), 1, 1, 0},
}

func TestLatch(t *testing.T) {
	for _, test := range latchTests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.open(t)
				st := stream(1500)
				if err := s.Play(st, test.peer, func(error) {}); err != nil {
					t.Fatal(err)
				}
				sequence := byte(0)
				for i, step := range test.steps {
					sequence++
					w.arrive(t, s, step, sequence)
					if step.peer != nil {
						if err := s.Change(st, *step.peer); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(2 * Interval)
					s.task.Do(func(time.Time) {
						if rtp, rtcp := s.receiver.latch.rtp, s.receiver.latch.controlTarget(); rtp != step.rtp || rtcp != step.rtcp {
							t.Errorf("step %d: got packets to %v and %v, want %v and %v", i, rtp, rtcp, step.rtp, step.rtcp)
						}
					})
				}
				got := s.Stop().Received
				if got.Packets != test.packets || got.RTCP != test.rtcp || got.Foreign != test.foreign {
					t.Errorf("got %d RTP, %d RTCP and %d foreign, want %d, %d and %d",
						got.Packets, got.RTCP, got.Foreign, test.packets, test.rtcp, test.foreign)
				}
			})
		})
	}
}

// arrive delivers what the step has arrive.
func (w *world) arrive(t *testing.T, s *Session, step latchStep, sequence byte) {
	t.Helper()
	rtp, rtcp := w.network.socket(t, s.Port()), w.network.socket(t, s.Port()+1)
	if step.from.IsValid() {
		p := datagram(0x80)
		p[3], p[11] = sequence, step.ssrc
		rtp.deliver(step.from, p)
	}
	report := []byte{0x80, 201, 0, 1, 0, 0, 0, 9}
	if step.control.IsValid() {
		rtcp.deliver(step.control, report)
	}
	if step.muxed.IsValid() {
		rtp.deliver(step.muxed, report)
	}
	if step.broken.IsValid() {
		rtcp.deliver(step.broken, report[:7])
	}
}

func TestLatchedStreamGoesThere(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		socket, control := w.network.socket(t, s.Port()), w.network.socket(t, s.Port()+1)
		socket.deliver(outside, datagram(0x80)) // before anybody is expected
		time.Sleep(time.Second)
		if err := s.Expect(natted); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		socket.deliver(outside, datagram(0x80)) // before the stream
		time.Sleep(10 * time.Second)
		if got := len(socket.packets()) + len(control.packets()); got != 0 {
			t.Fatalf("got %d datagrams before Play, want none", got)
		}
		if err := s.Play(stream(500), natted, func(error) {}); err != nil {
			t.Fatal(err)
		}
		socket.deliver(outsideOther, datagram(0x80)) // Play has changed nothing
		time.Sleep(10 * time.Second)
		stats := s.Stop()
		for _, p := range socket.packets() {
			if p.to != outside {
				t.Fatalf("got a packet to %v, want all to %v, which was learned before Play", p.to, outside)
			}
		}
		for _, p := range control.packets() {
			if p.to != outsideNext {
				t.Fatalf("got RTCP to %v, want all to %v", p.to, outsideNext)
			}
		}
		if got := stats.Received; got.Packets != 1 || got.Foreign != 2 || got.From != outside {
			t.Errorf("got %+v, want one packet from %v and two foreign ones", got, outside)
		}
	})
}

func TestOwnPortsAreRefused(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s, other := w.open(t), w.open(t)
		defer other.Stop()
		st := stream(100)
		good := Peer{RTP: remote, RTCP: remoteControl}
		tests := []struct {
			name string
			peer Peer
			want error
		}{
			{"RTP port of another call", Peer{RTP: netip.AddrPortFrom(local, other.Port())}, ErrOwnPort},
			{"RTCP port of another call", Peer{RTP: netip.AddrPortFrom(local, other.Port()+1)}, ErrOwnPort},
			{"RTCP to it", Peer{RTP: remote, RTCP: netip.AddrPortFrom(local, other.Port())}, ErrOwnPort},
			{"this call's own", Peer{RTP: netip.AddrPortFrom(local, s.Port())}, ErrOwnPort},
			{"in IPv6 form", Peer{RTP: netip.AddrPortFrom(netip.AddrFrom16(local.As16()), s.Port())}, ErrOwnPort},
			{"a free port of the range", Peer{RTP: netip.AddrPortFrom(local, 10018)}, nil},
			{"the port on another host", Peer{RTP: netip.AddrPortFrom(remote.Addr(), s.Port())}, nil},
			{"nowhere", onHold, nil},
		}
		for _, test := range tests {
			if err := s.Expect(test.peer); !errors.Is(err, test.want) {
				t.Errorf("%s: got error %v from Expect, want %v", test.name, err, test.want)
			}
		}
		bad := tests[0].peer
		if err := s.Play(st, bad, nil); !errors.Is(err, ErrOwnPort) {
			t.Errorf("got error %v from Play, want %v", err, ErrOwnPort)
		}
		if err := s.Play(st, good, func(error) {}); err != nil {
			t.Fatal(err)
		}
		st.Muted = true
		if err := s.Change(st, bad); !errors.Is(err, ErrOwnPort) {
			t.Errorf("got error %v from Change, want %v", err, ErrOwnPort)
		}
		socket := w.network.socket(t, s.Port())
		time.Sleep(3 * time.Second)
		s.Stop()
		sent := socket.packets()
		if len(sent) != 100 || sent[99].to != remote {
			t.Errorf("got %d packets, want 100 to %v as if nothing had been asked", len(sent), remote)
		}
	})
}
