package engine

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"pickup/transport/memnet"
)

// stream is one RTP stream as a strict receiver sees it: every packet is due 20 ms
// after the one before, to the nanosecond.
type stream struct {
	packets     int
	payloadType byte
	first, last time.Time
	ssrc        uint32
	sequence    uint16
	timestamp   uint32
	faults      []string
}

// add looks at the next packet.
func (s *stream) add(p memnet.Packet) {
	if len(p.Data) != 172 || p.Data[0] != 0x80 {
		s.fault("%d bytes that begin with %#x, want 172 and 0x80", len(p.Data), p.Data[0])
		return
	}
	marker, payloadType := p.Data[1]>>7 == 1, p.Data[1]&0x7f
	sequence := binary.BigEndian.Uint16(p.Data[2:])
	timestamp := binary.BigEndian.Uint32(p.Data[4:])
	ssrc := binary.BigEndian.Uint32(p.Data[8:])
	if s.packets == 0 {
		s.first, s.ssrc, s.payloadType = p.Time, ssrc, payloadType
	} else {
		if want := s.first.Add(time.Duration(s.packets) * 20 * time.Millisecond); !p.Time.Equal(want) {
			s.fault("sent %v from its time", p.Time.Sub(want))
		}
		if sequence != s.sequence+1 || timestamp != s.timestamp+160 || ssrc != s.ssrc || payloadType != s.payloadType {
			s.fault("sequence %d, timestamp %d, SSRC %d, type %d after %d, %d, %d, %d",
				sequence, timestamp, ssrc, payloadType, s.sequence, s.timestamp, s.ssrc, s.payloadType)
		}
	}
	if marker != (s.packets == 0) {
		s.fault("marker is %v", marker)
	}
	s.packets++
	s.last, s.sequence, s.timestamp = p.Time, sequence, timestamp
}

func (s *stream) fault(format string, args ...any) {
	if len(s.faults) < 3 {
		s.faults = append(s.faults, fmt.Sprintf("packet %d: ", s.packets)+fmt.Sprintf(format, args...))
	}
}

// want checks the number of packets, and that each of them was right.
func (s *stream) want(t *testing.T, packets int) {
	t.Helper()
	if s.packets != packets {
		t.Errorf("packets: got %d, want %d", s.packets, packets)
	}
	for _, fault := range s.faults {
		t.Error(fault)
	}
}
