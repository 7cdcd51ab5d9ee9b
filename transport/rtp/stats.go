package rtp

import (
	"net/netip"
	"time"
)

// Stats is what a session counted from Open to Stop.
type Stats struct {
	Sent     Sent
	Received Received
	Report   Report
	Quality  Quality
}

// Sent counts the stream that we sent.
type Sent struct {
	Packets uint64        // RTP packets that the kernel took
	Bytes   uint64        // RTP payload octets, as in RFC 3550 section 6.4.1
	Skipped uint64        // frames that were left out because the pacer was late
	RTCP    uint64        // RTCP compound packets that the kernel took
	Errors  uint64        // datagrams of both kinds that the kernel refused
	LateMax time.Duration // the longest time an RTP packet left after it was due
}

// Received counts what arrived on the two ports. All down to RTCP are of the peer
// alone.
type Received struct {
	Packets     uint64         // RTP packets
	Bytes       uint64         // RTP payload octets
	Expected    uint64         // RTP packets by the sequence numbers (RFC 3550 appendix A.3)
	Lost        uint64         // RTP packets of the expected ones that never came
	Duplicated  uint64         // RTP packets that had come before
	Reordered   uint64         // RTP packets that came after one with a higher sequence number
	Late        uint64         // RTP packets more than 60 ms behind the fastest ones, and never played by a receiver with such a jitter buffer
	Sources     uint64         // changes of the SSRC
	Jitter      time.Duration  // interarrival jitter at the end (RFC 3550 section 6.4.1)
	JitterMax   time.Duration  // the greatest that it was
	RTCP        uint64         // RTCP compound packets
	Invalid     uint64         // datagrams on the RTP port that are not RTP version 2, or jump out of the sequence
	InvalidRTCP uint64         // datagrams of the peer that should be RTCP and are not
	Foreign     uint64         // datagrams of others than the peer, and all of the time before [Session.Expect]
	Errors      uint64         // reads that the kernel refused
	From        netip.AddrPort // source of the peer's first RTP packet; not valid when there was none
}

// Report is what the peer said last about the stream that it receives from us (RFC
// 3550 section 6.4.1). Nobody checks the truth of it.
type Report struct {
	Valid        bool          // there was one
	FractionLost float64       // lost since the peer's report before, from 0 to 1
	Lost         int64         // lost since the beginning
	Jitter       time.Duration // interarrival jitter
	RoundTrip    time.Duration // the last one that was measured
	HasRoundTrip bool          // one was measured
	Metrics      VoIPMetrics   // of the last extended report, when there was one
	HasMetrics   bool
}
