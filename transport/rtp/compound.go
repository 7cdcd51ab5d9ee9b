package rtp

import "encoding/binary"

// The types of RTCP packets (RFC 3550 section 12.1), and the bounds of the range
// that shares a port with RTP (RFC 5761 section 4).
const (
	typeSenderReport      = 200
	typeReceiverReport    = 201
	typeSourceDescription = 202
	typeBye               = 203

	typeFirst = 192
	typeLast  = 223
)

// Sizes in octets (RFC 3550 sections 6.4 to 6.6).
const (
	controlHeader  = 4
	reporterSize   = controlHeader + 4 // with the SSRC of who reports
	senderInfoSize = 20
	blockSize      = 24

	itemCNAME = 1
	cnameSize = 16
	// compoundRoom is a sender report with one block, CNAME, VoIP metrics and BYE.
	compoundRoom = reporterSize + senderInfoSize + blockSize + reporterSize + 2 + cnameSize + 2 + extendedSize + reporterSize
)

// block is a report block (RFC 3550 section 6.4.1).
type block struct {
	ssrc     uint32 // whose stream it is about
	fraction uint8  // lost since the report before, in 256ths
	lost     int32  // 24 bits; negative with duplicates
	highest  uint32 // sequence number with its wraps
	jitter   uint32 // in RTP clock ticks
	received uint32 // LSR: middle of the NTP time of the last sender report; 0: none
	delay    uint32 // DLSR: time since that report, in 65536ths of a second
}

// senderInfo is what a sender tells about its own stream (RFC 3550 section 6.4.1).
type senderInfo struct {
	ntp       uint64
	timestamp uint32
	packets   uint32
	octets    uint32
}

// appendReport begins a compound packet: with a sender report if there is info, else
// with a receiver report.
func appendReport(b []byte, ssrc uint32, info *senderInfo, about *block) []byte {
	start := len(b)
	b = append(b, version, typeReceiverReport, 0, 0)
	b = binary.BigEndian.AppendUint32(b, ssrc)
	if info != nil {
		b[start+1] = typeSenderReport
		b = binary.BigEndian.AppendUint64(b, info.ntp)
		b = binary.BigEndian.AppendUint32(b, info.timestamp)
		b = binary.BigEndian.AppendUint32(b, info.packets)
		b = binary.BigEndian.AppendUint32(b, info.octets)
	}
	if about != nil {
		b[start]++ // one block
		b = binary.BigEndian.AppendUint32(b, about.ssrc)
		b = binary.BigEndian.AppendUint32(b, uint32(about.fraction)<<24|uint32(about.lost)&0xffffff)
		b = binary.BigEndian.AppendUint32(b, about.highest)
		b = binary.BigEndian.AppendUint32(b, about.jitter)
		b = binary.BigEndian.AppendUint32(b, about.received)
		b = binary.BigEndian.AppendUint32(b, about.delay)
	}
	return sized(b, start)
}

// appendCNAME adds a source description with the one item that every compound
// packet must have (RFC 3550 section 6.1).
func appendCNAME(b []byte, ssrc uint32, cname *[cnameSize]byte) []byte {
	start := len(b)
	b = append(b, version|1, typeSourceDescription, 0, 0)
	b = binary.BigEndian.AppendUint32(b, ssrc)
	b = append(b, itemCNAME, cnameSize)
	b = append(b, cname[:]...)
	b = append(b, 0, 0) // the end of the items, up to a whole word
	return sized(b, start)
}

// appendBye says that a source leaves.
func appendBye(b []byte, ssrc uint32) []byte {
	start := len(b)
	b = append(b, version|1, typeBye, 0, 0)
	return sized(binary.BigEndian.AppendUint32(b, ssrc), start)
}

// sized writes the length of the packet that begins at start: in words, less one.
func sized(b []byte, start int) []byte {
	binary.BigEndian.PutUint16(b[start+2:], uint16((len(b)-start)/4-1))
	return b
}

// compound is what a compound packet of the peer says to us.
type compound struct {
	stamp    uint32      // middle of the NTP time of the peer's sender report
	stamped  bool        // there was one
	about    block       // on our stream
	reported bool        // there was one
	metrics  VoIPMetrics // on our stream
	extended bool        // there were some
}

// isControl tells RTCP from RTP on one port by the second octet (RFC 5761 section
// 4). A peer may multiplex without having asked.
func isControl(datagram []byte) bool {
	return len(datagram) >= controlHeader && datagram[0]>>6 == 2 && datagram[1] >= typeFirst && datagram[1] <= typeLast
}

// parseCompound reads a datagram on the RTCP port; own is the SSRC of our stream and
// peer that of the peer's. It is false for what the checks of RFC 3550 appendix A.2
// and the sizes of the packets refuse. Packets of types that are not known pass.
func parseCompound(b []byte, own, peer uint32) (c compound, ok bool) {
	// "The payload type field of the first RTCP packet in a compound packet must be
	// equal to SR or RR" and "The padding bit (P) should be zero for the first".
	if len(b) < reporterSize || b[0]&^0x1f != version || b[1]&^1 != typeSenderReport {
		return c, false
	}
	for len(b) > 0 {
		if len(b) < controlHeader || b[0]>>6 != 2 {
			return c, false
		}
		size := 4 * (int(binary.BigEndian.Uint16(b[2:])) + 1)
		if size > len(b) || !c.read(b[:size], own, peer) {
			return c, false
		}
		b = b[size:]
	}
	return c, true
}

// read reads one packet of a compound and reports whether its size holds its items.
func (c *compound) read(b []byte, own, peer uint32) bool {
	count := int(b[0] & 0x1f)
	blocks := reporterSize
	switch b[1] {
	case typeSenderReport:
		blocks += senderInfoSize
	case typeReceiverReport:
	case typeBye:
		return len(b) >= controlHeader+4*count
	case typeExtended:
		return c.readExtended(b, own)
	default:
		return true
	}
	if len(b) < blocks+count*blockSize {
		return false
	}
	reporter := binary.BigEndian.Uint32(b[controlHeader:])
	if b[1] == typeSenderReport && reporter == peer {
		c.stamp, c.stamped = short(binary.BigEndian.Uint64(b[reporterSize:])), true
	}
	if reporter == own {
		return true // ours, sent back by an echo
	}
	for i := range count {
		c.find(b[blocks+i*blockSize:], own)
	}
	return true
}

// readExtended keeps the VoIP metrics of our stream (RFC 3611).
func (c *compound) readExtended(b []byte, own uint32) bool {
	m, found, ok := findVoIP(b, own)
	if found && binary.BigEndian.Uint32(b[controlHeader:]) != own {
		c.metrics, c.extended = m, true
	}
	return ok
}

// find keeps the report block that b begins with if it is about our stream.
func (c *compound) find(b []byte, own uint32) {
	if binary.BigEndian.Uint32(b) != own {
		return
	}
	c.reported = true
	c.about = block{
		ssrc:     own,
		fraction: b[4],
		lost:     int32(binary.BigEndian.Uint32(b[4:])<<8) >> 8,
		highest:  binary.BigEndian.Uint32(b[8:]),
		jitter:   binary.BigEndian.Uint32(b[12:]),
		received: binary.BigEndian.Uint32(b[16:]),
		delay:    binary.BigEndian.Uint32(b[20:]),
	}
}
