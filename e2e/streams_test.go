package e2e

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"
)

var peer = netip.MustParseAddrPort("127.0.0.1:20000")

// frame is the n-th packet of a faultless stream whose numbers wrap around.
func frame(ssrc uint32, n int) []byte {
	packet := make([]byte, headerSize+frameSize)
	packet[0] = 0x80
	if n == 0 {
		packet[1] = 0x80
	}
	binary.BigEndian.PutUint16(packet[2:], uint16(65534+n))
	binary.BigEndian.PutUint32(packet[4:], uint32(4294967000+n*frameSize))
	binary.BigEndian.PutUint32(packet[8:], ssrc)
	return packet
}

func TestStreamsCount(t *testing.T) {
	tests := []struct {
		name string
		send func(add func([]byte))
		want string // part of the only fault; empty for none
	}{
		{"faultless", func(add func([]byte)) {
			for n := range 5 {
				add(frame(1, n))
				add(frame(2, n))
			}
		}, ""},
		{"one lost", sending(0, 1, 3, 4), "got 4 packets and silences of [] frames, want 5 frames with 0 silences of at least 0; breaks in sequence numbers 1, in timestamps 1"},
		{"two swapped", sending(0, 2, 1, 3, 4), "breaks in sequence numbers 3, in timestamps 3"},
		{"one twice", sending(0, 1, 1, 2, 3, 4), "breaks in sequence numbers 1, in timestamps 1, wrong markers 0"},
		{"one too many", sending(0, 1, 2, 3, 4, 5), "got 6 packets and silences of [] frames, want 5 frames with 0 silences of at least 0; breaks in sequence numbers 0"},
		{"first without marker", altered(0, func(p []byte) []byte { p[1] = 0; return p }), "wrong markers 1"},
		{"marker in the middle", altered(3, func(p []byte) []byte { p[1] |= 0x80; return p }), "wrong markers 1"},
		{"short payload", altered(4, func(p []byte) []byte { return p[:100] }), "wrong sizes 1"},
		{"no RTP", func(add func([]byte)) {
			sending(0, 1, 2, 3, 4)(add)
			add([]byte("OPTIONS sip:pickup"))
		}, "got 1 datagrams that are no RTP"},
		{"a third source", func(add func([]byte)) {
			sending(0, 1, 2, 3, 4)(add)
			for n := range 5 {
				add(frame(3, n))
			}
		}, "got 3 sources, want 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			counted := newStreams()
			test.send(func(packet []byte) { counted.add(packet, peer) })
			got := strings.Join(counted.faults(2, plan{frames: 5}), "\n")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("faults: got %q, want %q", got, test.want)
			}
		})
	}
}

// held is the n-th packet of a stream that is silent for that many frames before its
// third packet.
func held(n, silent int) []byte {
	packet := frame(1, n)
	if n < 2 {
		return packet
	}
	if n == 2 {
		packet[1] |= 0x80
	}
	binary.BigEndian.PutUint32(packet[4:], binary.BigEndian.Uint32(packet[4:])+uint32(silent*frameSize))
	return packet
}

func TestStreamsKnowSilence(t *testing.T) {
	tests := []struct {
		name   string
		silent int
		change func(n int, packet []byte)
		want   string // part of the fault; empty for none
	}{
		{"long enough", 10, func(int, []byte) {}, ""},
		{"too short", 9, func(int, []byte) {}, "silences of [9] frames, want 15 frames with 1 silences of at least 10"},
		{"too long", 11, func(int, []byte) {}, "silences of [11] frames, want 15 frames"},
		{"none", 0, func(_ int, p []byte) { p[1] &= 0x7F }, "got 5 packets and silences of [] frames"},
		{"resumed without marker", 10, func(_ int, p []byte) { p[1] &= 0x7F }, "in timestamps 1"},
		{"clock stood still", 10, func(n int, p []byte) {
			binary.BigEndian.PutUint32(p[4:], binary.BigEndian.Uint32(frame(1, n)[4:]))
		}, "got 5 packets and silences of [] frames"},
		{"sequence ran on", 10, func(_ int, p []byte) {
			binary.BigEndian.PutUint16(p[2:], binary.BigEndian.Uint16(p[2:])+10)
		}, "breaks in sequence numbers 1"},
		{"clock between frames", 10, func(_ int, p []byte) {
			binary.BigEndian.PutUint32(p[4:], binary.BigEndian.Uint32(p[4:])+1)
		}, "in timestamps 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			counted := newStreams()
			for n := range 5 {
				packet := held(n, test.silent)
				if n >= 2 {
					test.change(n, packet)
				}
				counted.add(packet, peer)
			}
			got := strings.Join(counted.faults(1, plan{frames: 15, silences: 1, least: 10}), "\n")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("faults: got %q, want %q", got, test.want)
			}
		})
	}
}

// A stall is a fault of its own, unless the plan allows it.
func TestStreamsKnowStalls(t *testing.T) {
	counted := newStreams()
	for n := range 5 {
		counted.add(held(n, 3), peer)
	}
	want := plan{frames: 8, least: 10}
	if got := counted.faults(1, want); len(got) != 1 {
		t.Errorf("strict: got %v, want one fault", got)
	}
	want.stalls = true
	if got := counted.faults(1, want); len(got) != 0 {
		t.Errorf("patient: got %v, want none", got)
	}
	if got := counted.stalled(want); got != 3 {
		t.Errorf("stalled: got %d frames, want 3", got)
	}
}

// sending sends these packets of source 1, and source 2 without fault.
func sending(order ...int) func(func([]byte)) {
	return func(add func([]byte)) {
		for _, n := range order {
			add(frame(1, n))
		}
		for n := range 5 {
			add(frame(2, n))
		}
	}
}

// altered sends two sources, with one packet of the first one changed.
func altered(which int, change func([]byte) []byte) func(func([]byte)) {
	return func(add func([]byte)) {
		for n := range 5 {
			packet := frame(1, n)
			if n == which {
				packet = change(packet)
			}
			add(packet)
			add(frame(2, n))
		}
	}
}

// Streams from two ports are two sources, also with the same SSRC.
func TestStreamsTellSourcesApart(t *testing.T) {
	counted := newStreams()
	counted.add(frame(1, 0), peer)
	counted.add(frame(1, 0), netip.AddrPortFrom(peer.Addr(), 20002))
	if sources, packets := counted.total(); sources != 2 || packets != 2 {
		t.Errorf("got %d sources and %d packets, want 2 and 2", sources, packets)
	}
}
