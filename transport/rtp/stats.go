package rtp

import (
	"net/netip"
	"time"
)

// Stats is what a session counted from Open to Stop.
type Stats struct {
	Sent     Sent
	Received Received
}

// Sent counts the stream that we sent.
type Sent struct {
	Packets uint64        // datagrams that the kernel took
	Bytes   uint64        // RTP payload octets, as in RFC 3550 section 6.4.1
	Skipped uint64        // frames that were left out because the pacer was late
	Errors  uint64        // datagrams that the kernel refused
	LateMax time.Duration // the longest time a packet left after it was due
}

// Received counts what arrived on the two ports.
type Received struct {
	Packets uint64         // RTP packets
	Bytes   uint64         // RTP payload octets
	Invalid uint64         // datagrams on the RTP port that are not RTP version 2
	RTCP    uint64         // datagrams on the RTCP port
	Errors  uint64         // reads that the kernel refused
	From    netip.AddrPort // source of the first RTP packet; not valid when there was none
}
