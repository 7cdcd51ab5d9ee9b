package calls

import "time"

// Quality is what the caller's audio was like, beyond counts. A nil field was not
// measured.
type Quality struct {
	OneWay       *bool    // audio was sent for 3 s before any came; nil when neither happened
	Bursts       *uint64  // of lost and late packets (RFC 3611 section 4.7.2)
	BurstDensity *float64 // missing share within bursts, from 0 to 1
	GapDensity   *float64 // missing share without them, from 0 to 1
	BurstLength  *time.Duration
	GapLength    *time.Duration
	BurstRatio   *float64 // BurstR of ITU-T G.107
	Skew         *float64 // of the caller's clock against ours, in parts per million
	Level        *float64 // of what is no silence, in dBm0
	Silence      *float64 // share of the packets, from 0 to 1
	Clipping     *float64 // share of the samples, from 0 to 1
	ListeningMOS *float64 // MOS without the delay
	MOS          *float64 // MOS with the delay
	R            *float64 // R factor of ITU-T G.107, with the delay
}

// Remote is what the caller's RTCP says of the audio that it received. Nobody checks
// the truth of it. A nil field was not told.
type Remote struct {
	Lost         *int64   // since the beginning; negative when packets came twice
	FractionLost *float64 // in its last interval, from 0 to 1
	Jitter       *time.Duration
	Metrics      *Metrics // of its last extended report
}

// Metrics is the VoIP metrics of an extended report (RFC 3611 section 4.7). A nil field
// was not known to the caller.
type Metrics struct {
	Loss, Discarded          float64 // shares of the packets, from 0 to 1
	BurstDensity, GapDensity float64
	BurstLength, GapLength   time.Duration
	Level                    *int // dBm0
	R                        *int
	ListeningMOS             *float64
	MOS                      *float64
}

// Live is what was counted of a running call.
type Live struct {
	Sent     uint64 // RTP packets
	Received uint64 // RTP packets of the caller
	Lost     uint64
	Foreign  uint64 // datagrams on our ports that came from somebody else
	Jitter   time.Duration
}
