package rtp

import (
	"net/netip"
	"time"

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

// receiver reads both sockets and counts what arrives. It is owned by the tick of
// its session. The sockets are as old as the session: what an earlier one on the
// same ports left unread went with its sockets.
type receiver struct {
	latch     latch
	reception reception
	control   control
	loudness  loudness
	watch     watch
	own       uint32 // SSRC of our stream; 0 before there is one
	received  Received
	digits    *digits     // nil: nobody listens for any
	packet    pion.Packet // its slices are used again for each packet
	buffer    [readSize]byte
}

// read takes at most readMax datagrams from each socket.
func (r *receiver) read(now time.Time, rtp, rtcp Socket) {
	for range readMax {
		datagram, from, at := r.next(rtp, now)
		if datagram == nil {
			break
		}
		if isControl(datagram) {
			r.takeControl(datagram, at, r.latch.admitMuxed(from))
		} else {
			r.take(datagram, from, at)
		}
	}
	for range readMax {
		datagram, from, at := r.next(rtcp, now)
		if datagram == nil {
			break
		}
		if r.takeControl(datagram, at, r.latch.admitControl(from)) {
			r.latch.lockControl(from)
		}
	}
	if r.digits != nil {
		r.digits.tick(now)
	}
}

// next reads one datagram into the buffer; nil says that there is none to be had.
// What has no time of arrival arrived now.
func (r *receiver) next(socket Socket, now time.Time) (datagram []byte, from netip.AddrPort, at time.Time) {
	n, from, at, err := socket.Receive(r.buffer[:])
	if err != nil {
		r.received.Errors++
		return nil, from, at
	}
	if n < 0 {
		return nil, from, at
	}
	if at.IsZero() {
		at = now
	}
	return r.buffer[:n], from, at
}

// take counts a datagram on the RTP port.
func (r *receiver) take(datagram []byte, from netip.AddrPort, at time.Time) {
	if !r.parse(datagram) {
		r.received.Invalid++
		return
	}
	h := &r.packet.Header
	if !r.latch.admit(from, h.SSRC, h.SequenceNumber) {
		r.received.Foreign++
		return
	}
	if !r.reception.count(h.SSRC, h.SequenceNumber, h.Timestamp, at) {
		r.received.Invalid++
		return
	}
	if r.received.Packets == 0 {
		r.received.From = from
	}
	r.received.Packets++
	r.received.Bytes += uint64(len(r.packet.Payload))
	if r.digits != nil {
		r.digits.take(&r.packet)
	}
	if hearing := &r.watch.hearing; hearing.Scale != nil && h.PayloadType == hearing.PayloadType {
		r.loudness.add(r.packet.Payload, hearing.Scale)
	}
}

// parse reads a datagram into r.packet and reports whether it is an RTP packet. The
// cheap checks come first: the parser's errors allocate, and noise on an open port
// rarely passes these.
func (r *receiver) parse(datagram []byte) bool {
	return len(datagram) >= headerSize && datagram[0]>>6 == 2 && r.packet.Unmarshal(datagram) == nil
}

// takeControl reads an RTCP packet and reports whether it is one of the peer. A BYE
// ends nothing: it is not authenticated, and the signalling says when a call is over.
func (r *receiver) takeControl(datagram []byte, at time.Time, admitted bool) bool {
	if !admitted {
		r.received.Foreign++
		return false
	}
	c, ok := parseCompound(datagram, r.own, r.reception.ssrc)
	if !ok {
		r.received.InvalidRTCP++
		return false
	}
	r.received.RTCP++
	if c.stamped {
		r.reception.heard(c.stamp, at)
	}
	if c.reported && r.own != 0 {
		r.control.reported(c.about, at)
	}
	if c.extended && r.own != 0 {
		r.control.report.Metrics, r.control.report.HasMetrics = c.metrics, true
	}
	return true
}

// stats is what was received so far.
func (r *receiver) stats() Received {
	received := r.received
	all := r.reception.all()
	order := &r.reception.order
	received.Expected, received.Lost = all.expected, r.reception.lost()
	received.Duplicated, received.Reordered, received.Late = order.duplicated, order.reordered, order.late
	received.Sources = order.sources
	received.Jitter = time.Duration(r.reception.jitter) * clockTick / 16
	received.JitterMax = time.Duration(order.jitterMax) * clockTick / 16
	return received
}
