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
		{"one lost", sending(0, 1, 3, 4), "got 4 packets, want 5; breaks in sequence numbers 1, in timestamps 1"},
		{"two swapped", sending(0, 2, 1, 3, 4), "breaks in sequence numbers 3, in timestamps 3"},
		{"one twice", sending(0, 1, 1, 2, 3, 4), "got 6 packets, want 5; breaks in sequence numbers 1"},
		{"one too many", sending(0, 1, 2, 3, 4, 5), "got 6 packets, want 5; breaks in sequence numbers 0"},
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
			got := strings.Join(counted.faults(2, 5), "\n")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("faults: got %q, want %q", got, test.want)
			}
		})
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
