package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"pickup/transport/memnet"
)

const frameTime = 20 * time.Millisecond

// stream is one RTP stream as a strict receiver sees it: every packet is due 20 ms
// after the one before, or a multiple of it after a silence, to the nanosecond.
type stream struct {
	packets     int
	payloadType byte
	first, last time.Time
	silent      int    // frames for which no packet was sent, between the first and the last
	begins      uint16 // the first sequence number
	ssrc        uint32
	sequence    uint16
	timestamp   uint32
	faults      []string
	listens     bool // keeps the payloads
	payloads    [][]byte
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
	frames := 1 // since the last packet
	if s.packets == 0 {
		s.first, s.begins, s.ssrc, s.payloadType = p.Time, sequence, ssrc, payloadType
	} else {
		frames = int(p.Time.Sub(s.last) / frameTime)
		if p.Time.Sub(s.last)%frameTime != 0 || frames == 0 {
			s.fault("sent %v after the one before", p.Time.Sub(s.last))
		}
		if sequence != s.sequence+1 || timestamp != s.timestamp+uint32(frames)*160 || ssrc != s.ssrc || payloadType != s.payloadType {
			s.fault("sequence %d, timestamp %d, SSRC %d, type %d after %d, %d, %d, %d",
				sequence, timestamp, ssrc, payloadType, s.sequence, s.timestamp, s.ssrc, s.payloadType)
		}
	}
	if marker != (s.packets == 0 || frames > 1) {
		s.fault("marker is %v", marker)
	}
	if s.listens {
		s.payloads = append(s.payloads, bytes.Clone(p.Data[12:]))
	}
	s.silent += frames - 1
	s.packets++
	s.last, s.sequence, s.timestamp = p.Time, sequence, timestamp
}

func (s *stream) fault(format string, args ...any) {
	if len(s.faults) < 3 {
		s.faults = append(s.faults, fmt.Sprintf("packet %d: ", s.packets)+fmt.Sprintf(format, args...))
	}
}

// want checks the number of packets, and that each of them was right and in its
// time.
func (s *stream) want(t *testing.T, packets int) {
	t.Helper()
	s.wantWithSilence(t, packets, 0)
}

// wantWithSilence is want for a stream that was silent for some frames.
func (s *stream) wantWithSilence(t *testing.T, packets, silent int) {
	t.Helper()
	if s.packets != packets || s.silent != silent {
		t.Errorf("packets: got %d and %d frames of silence, want %d and %d", s.packets, s.silent, packets, silent)
	}
	for _, fault := range s.faults {
		t.Error(fault)
	}
}
