package e2e

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"sync"
)

// G.711 in packets of 20 ms, RFC 3551 section 4.5.14: one octet a sample at 8 kHz.
const (
	headerSize = 12
	frameSize  = 160
)

// source names a stream: calls that follow one another on a port differ in SSRC.
type source struct {
	ssrc uint32
	from netip.AddrPort
}

// stream is what arrived of one source. Everything but packets is a fault.
type stream struct {
	packets  int
	disorder int // sequence number not the last one plus 1: lost, repeated or swapped
	jumps    int // timestamp not the last one plus 160
	markers  int // marker missing on the first packet, or set on a later one
	sizes    int // payload not of 160 octets

	sequence  uint16
	timestamp uint32
}

func (s *stream) add(packet []byte) {
	sequence, timestamp := binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[4:])
	if s.packets > 0 && sequence != s.sequence+1 {
		s.disorder++
	}
	if s.packets > 0 && timestamp != s.timestamp+frameSize {
		s.jumps++
	}
	if marked := packet[1]&0x80 != 0; marked != (s.packets == 0) {
		s.markers++
	}
	if len(packet) != headerSize+frameSize {
		s.sizes++
	}
	s.sequence, s.timestamp = sequence, timestamp
	s.packets++
}

// fault says in what the stream differs from that many packets without gap.
func (s *stream) fault(packets int) error {
	if s.packets == packets && s.disorder+s.jumps+s.markers+s.sizes == 0 {
		return nil
	}
	return fmt.Errorf("got %d packets, want %d; breaks in sequence numbers %d, in timestamps %d, wrong markers %d, wrong sizes %d",
		s.packets, packets, s.disorder, s.jumps, s.markers, s.sizes)
}

// streams counts RTP packets by their source. Multiple goroutines may use it.
type streams struct {
	mu      sync.Mutex
	all     map[source]*stream
	packets int
	invalid int // datagrams without the plain header that Pickup sends
}

func newStreams() *streams {
	return &streams{all: make(map[source]*stream)}
}

// add counts one datagram. Pickup sends version 2 without padding, extension or
// contributing sources, RFC 3550 section 5.1: the first octet is 0x80.
func (s *streams) add(packet []byte, from netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(packet) < headerSize || packet[0] != 0x80 {
		s.invalid++
		return
	}
	key := source{ssrc: binary.BigEndian.Uint32(packet[8:]), from: from}
	one := s.all[key]
	if one == nil {
		one = new(stream)
		s.all[key] = one
	}
	one.add(packet)
	s.packets++
}

// total is the number of sources and of packets so far.
func (s *streams) total() (sources, packets int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all), s.packets
}

// faults lists what is not as it should be when that many sources have sent that
// many packets each.
func (s *streams) faults(sources, packets int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	if len(s.all) != sources {
		out = append(out, fmt.Sprintf("got %d sources, want %d", len(s.all), sources))
	}
	if s.invalid > 0 {
		out = append(out, fmt.Sprintf("got %d datagrams that are no RTP, want 0", s.invalid))
	}
	for key, one := range s.all {
		if err := one.fault(packets); err != nil {
			out = append(out, fmt.Sprintf("SSRC %08x from %v: %v", key.ssrc, key.from, err))
		}
	}
	return out
}
