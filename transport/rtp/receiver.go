package rtp

import (
	pion "github.com/pion/rtp"
)

const (
	// readMax bounds what one tick reads from a socket. A peer sends one packet in
	// the time of a tick; what a flood leaves in the kernel's buffer is dropped there.
	readMax = 8
	// readSize is the largest datagram that is looked at, in bytes; Ethernet carries
	// no larger one in one piece.
	readSize = 1500
)

// receiver counts what arrives. It is owned by the tick of its session.
type receiver struct {
	received Received
	packet   pion.Packet // its slices are used again for each packet
	buffer   [readSize]byte
}

// read takes at most readMax datagrams from each socket.
func (r *receiver) read(rtp, rtcp Socket) {
	for range readMax {
		n, from, _, err := rtp.Receive(r.buffer[:])
		if err != nil {
			r.received.Errors++
			break
		}
		if n < 0 {
			break
		}
		if !r.parse(r.buffer[:n]) {
			r.received.Invalid++
			continue
		}
		if r.received.Packets == 0 {
			r.received.From = from
		}
		r.received.Packets++
		r.received.Bytes += uint64(len(r.packet.Payload))
	}
	for range readMax {
		n, _, _, err := rtcp.Receive(r.buffer[:])
		if err != nil {
			r.received.Errors++
			break
		}
		if n < 0 {
			break
		}
		r.received.RTCP++
	}
}

// parse reads a datagram into r.packet and reports whether it is an RTP packet. The
// cheap checks come first: the parser's errors allocate, and noise on an open port
// rarely passes these.
func (r *receiver) parse(datagram []byte) bool {
	return len(datagram) >= headerSize && datagram[0]>>6 == 2 && r.packet.Unmarshal(datagram) == nil
}
