package e2e

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// speaker is the media of a caller who says as much as it hears: one packet for each
// of the first that arrive, so that Pickup's beat is that of both. What arrives is
// counted in streams. close ends and joins its goroutine.
type speaker struct {
	*streams
	socket  *net.UDPConn
	reading sync.WaitGroup
}

// Where a speaker's stream begins: its sequence numbers wrap around on the way.
const (
	firstSequence = 65500
	speakerSSRC   = 0x5EA4E12
)

// newSpeaker opens a speaker. It is silent until begin.
func newSpeaker() (*speaker, error) {
	socket, err := openSocket(0)
	if err != nil {
		return nil, fmt.Errorf("speaker: %w", err)
	}
	return &speaker{streams: newStreams(), socket: socket}, nil
}

func (s *speaker) address() netip.AddrPort { return addressOf(s.socket) }

// begin makes the speaker answer the first packets that it hears, at most that many.
func (s *speaker) begin(to netip.AddrPort, packets int) {
	said := 0
	s.reading.Go(func() {
		read(s.socket, func(packet []byte, from netip.AddrPort) {
			s.add(packet, from)
			if said < packets {
				// A refused port is seen in what arrives at Pickup.
				_, _ = s.socket.WriteToUDPAddrPort(spoken(said), to)
				said++
			}
		})
	})
}

// spoken is the n-th packet of a speaker: 20 ms of silence in PCMU.
func spoken(n int) []byte {
	packet := make([]byte, headerSize+frameSize)
	packet[0] = 0x80
	binary.BigEndian.PutUint16(packet[2:], uint16(firstSequence+n))
	binary.BigEndian.PutUint32(packet[4:], uint32(n*frameSize))
	binary.BigEndian.PutUint32(packet[8:], speakerSSRC)
	for i := range frameSize {
		packet[headerSize+i] = 0xFF
	}
	return packet
}

func (s *speaker) close() {
	_ = s.socket.Close()
	s.reading.Wait()
}
