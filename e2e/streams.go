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

// stream is what arrived of one source. All of disorder to sizes is a fault.
type stream struct {
	packets  int
	silences []int // frames left out, each time that nothing was sent for a while
	disorder int   // sequence number not the last one plus 1: lost, repeated or swapped
	jumps    int   // timestamp not the last one plus 160, and no silence either
	markers  int   // marker missing on the first packet, or set on a later one
	sizes    int   // payload not of 160 octets

	sequence  uint16
	timestamp uint32
	report    report // the last one about itself
}

// plan is what has to arrive of each source: one packet a frame, except in silences.
type plan struct {
	frames   int // sent or silent
	silences int
	least    int  // frames that each silence has at least
	stalls   bool // fewer frames are no fault: the machine may be too busy for all of them
}

func (s *stream) add(packet []byte) {
	sequence, timestamp := binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[4:])
	follows, step := sequence == s.sequence+1, timestamp-s.timestamp
	marked := packet[1]&0x80 != 0
	switch {
	case s.packets == 0:
		if !marked {
			s.markers++
		}
	case marked && follows && step > frameSize && step%frameSize == 0 && step < 1<<31:
		// RFC 3551 section 4.1: the first packet after a silence is marked.
		s.silences = append(s.silences, int(step/frameSize)-1)
	default:
		if !follows {
			s.disorder++
		}
		if step != frameSize {
			s.jumps++
		}
		if marked {
			s.markers++
		}
	}
	if len(packet) != headerSize+frameSize {
		s.sizes++
	}
	s.sequence, s.timestamp = sequence, timestamp
	s.packets++
}

// fault says in what the stream differs from its plan.
func (s *stream) fault(want plan) error {
	silences, stalled := 0, s.stalled(want)
	for _, silent := range s.silences {
		if silent >= want.least {
			silences++
		}
	}
	if silences == want.silences && (stalled == 0 || stalled > 0 && want.stalls) &&
		s.disorder+s.jumps+s.markers+s.sizes == 0 {
		return nil
	}
	return fmt.Errorf("got %d packets and silences of %v frames, want %d frames with %d silences of at least %d; "+
		"breaks in sequence numbers %d, in timestamps %d, wrong markers %d, wrong sizes %d",
		s.packets, s.silences, want.frames, want.silences, want.least, s.disorder, s.jumps, s.markers, s.sizes)
}

// stalled is how many frames are missing beyond the silences of the plan.
func (s *stream) stalled(want plan) int {
	frames := want.frames - s.packets
	for _, silent := range s.silences {
		if silent >= want.least {
			frames -= silent
		}
	}
	return frames
}

// streams counts RTP packets by their source. Multiple goroutines may use it.
type streams struct {
	mu             sync.Mutex
	all            map[source]*stream
	packets        int
	invalid        int // datagrams without the plain header that Pickup sends
	invalidReports int // datagrams on the RTCP port that are not of a stream here
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

// stalled is how many frames of all sources are missing beyond the silences of the
// plan.
func (s *streams) stalled(want plan) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	frames := 0
	for _, one := range s.all {
		frames += one.stalled(want)
	}
	return frames
}

// faults lists what is not as it should be when that many sources have kept to the
// plan.
func (s *streams) faults(sources int, want plan) []string {
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
		if err := one.fault(want); err != nil {
			out = append(out, fmt.Sprintf("SSRC %08x from %v: %v", key.ssrc, key.from, err))
		}
	}
	return out
}
