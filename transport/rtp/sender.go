package rtp

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// catchUp is the number of due frames that a late tick sends at once: two late ones
// and the one whose turn it is. A receiver's jitter buffer takes these; a longer
// burst would overflow it.
const catchUp = 3

// headerSize is the RTP header without contributing sources, in bytes (RFC 3550
// section 5.1); payloadRoom is 20 ms of G.711, and a larger frame costs an allocation.
const (
	headerSize  = 12
	payloadRoom = 160
	version     = 2 << 6 // in the first octet
	marker      = 1 << 7 // in the second octet, beside the payload type
)

// Source is the encoded audio of a stream. A frame is [Interval] long; it is only
// read, and it must stay as it is, for it may be shared by all streams.
type Source interface {
	Frame(n int) []byte
}

// Stream is what a session sends.
type Stream struct {
	Source      Source
	PayloadType uint8
	Frames      int    // length of the stream in frames of 20 ms
	Samples     uint32 // RTP clock ticks of one frame: 160 for G.711
	Muted       bool   // time runs on, but no packet is sent
}

// Sender makes the packets of one stream. It is a plain struct that is told the
// time: its owner calls Tick, from one goroutine at a time. All that a tick touches
// lies together, since among thousands of senders none is left in the cache.
type Sender struct {
	start    time.Time // when frame 0 is due
	frame    int       // the next frame
	clock    uint32    // RTP timestamp of frame 0
	sequence uint16    // of the next packet
	marker   byte      // marker bit of the next packet
	packet   [headerSize + payloadRoom]byte
	sent     Sent
	stream   Stream
}

// NewSender makes the sender of a stream whose frame n is due at start + n·20 ms.
func NewSender(stream Stream, start time.Time) *Sender {
	s := &Sender{stream: stream, start: start, marker: marker}
	// RFC 3550 section 5.1: "The initial value of the sequence number SHOULD be
	// random (unpredictable)", "The initial value of the timestamp SHOULD be random,
	// as for the sequence number", and the SSRC "SHOULD be chosen randomly".
	var seed [10]byte
	_, _ = rand.Read(seed[:]) // never fails
	s.clock = binary.BigEndian.Uint32(seed[0:])
	s.sequence = binary.BigEndian.Uint16(seed[4:])
	s.packet[0] = version
	copy(s.packet[8:headerSize], seed[6:]) // SSRC
	return s
}

// Tick sends what is due at now through out. A destination that is not valid is as
// good as muted. Tick reports true once the stream is over, which is one frame after
// the last frame was due. After an error, which says that out can send no more, Tick
// must not be called again. It does not allocate.
func (s *Sender) Tick(now time.Time, out Socket, to netip.AddrPort) (over bool, err error) {
	elapsed := now.Sub(s.start)
	if elapsed < 0 {
		return false, nil
	}
	turn := int(elapsed / Interval) // the frame whose turn it is
	due := min(turn+1, s.stream.Frames)
	if late := due - s.frame; late > catchUp {
		s.skip(late-catchUp, to)
	}
	for s.frame < due {
		if err := s.send(now, out, to); err != nil {
			return false, err
		}
	}
	return turn >= s.stream.Frames, nil
}

// Change makes source, payload type and muting those of stream from the next frame
// on. Its length and clock stay: sequence numbers go on without a gap, timestamps
// run on with the time, and the SSRC is the same (RFC 3264 section 8 leaves the RTP
// session as it is).
func (s *Sender) Change(stream Stream) {
	s.stream.Source, s.stream.PayloadType, s.stream.Muted = stream.Source, stream.PayloadType, stream.Muted
}

// Restart begins another stream of the same RTP clock at start, with its first frame
// and for its whole length. To the receiver it is the same RTP stream: the SSRC stays,
// sequence numbers go on, and timestamps run on with the time.
func (s *Sender) Restart(stream Stream, start time.Time) {
	if s.frame >= s.stream.Frames {
		s.marker = marker // it has been silent since its end, as in send
	}
	s.clock = s.timestamp(start)
	s.start, s.frame, s.stream = start, 0, stream
}

// Stats is what was sent so far.
func (s *Sender) Stats() Sent { return s.sent }

// ssrc is the source identifier of the stream.
func (s *Sender) ssrc() uint32 { return binary.BigEndian.Uint32(s.packet[8:]) }

// timestamp is what the RTP clock shows at now.
func (s *Sender) timestamp(now time.Time) uint32 {
	return s.clock + uint32(int64(now.Sub(s.start))*int64(s.stream.Samples)/int64(Interval))
}

// skip leaves frames out: the RTP timestamp jumps, the sequence number does not,
// since nothing was lost on the way.
func (s *Sender) skip(frames int, to netip.AddrPort) {
	s.frame += frames
	s.marker = marker
	if !s.silent(to) {
		s.sent.Skipped += uint64(frames)
	}
}

// silent tells whether nothing is to be sent.
func (s *Sender) silent(to netip.AddrPort) bool { return s.stream.Muted || !to.IsValid() }

// send sends the next frame, or lets its time pass when nothing is to be sent.
func (s *Sender) send(now time.Time, out Socket, to netip.AddrPort) error {
	n := s.frame
	s.frame++
	if s.silent(to) {
		// RFC 3551 section 4.1: "the first packet after a silence period during which
		// packets have not been transmitted contiguously, SHOULD be distinguished by
		// setting the marker bit".
		s.marker = marker
		return nil
	}
	// RFC 3550 section 5.1: the timestamp is increased "for each such block,
	// regardless of whether the block is transmitted in a packet or dropped as silent".
	binary.BigEndian.PutUint32(s.packet[4:], s.clock+uint32(n)*s.stream.Samples)
	binary.BigEndian.PutUint16(s.packet[2:], s.sequence)
	s.packet[1] = s.marker | s.stream.PayloadType&0x7f
	payload := s.stream.Source.Frame(n)
	packet := append(s.packet[:headerSize], payload...)
	s.sequence++
	if err := out.Send(packet, to); err != nil {
		s.sent.Errors++
		if permanent(err) {
			return fmt.Errorf("rtp: send to %v: %w", to, err)
		}
		return nil
	}
	s.marker = 0
	s.sent.Packets++
	s.sent.Bytes += uint64(len(payload))
	late := now.Sub(s.start.Add(time.Duration(n) * Interval))
	s.sent.LateMax = max(s.sent.LateMax, late)
	return nil
}

// permanent tells an error that every later send would meet as well, since it lies
// in our socket or in the address, from one of the moment (a full buffer, a route
// that is away), which costs one packet.
func permanent(err error) bool {
	for _, target := range [...]error{
		net.ErrClosed, syscall.EBADF, syscall.ENOTSOCK, syscall.EINVAL, syscall.EAFNOSUPPORT,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
