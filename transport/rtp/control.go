package rtp

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// minimum is the least mean interval between two reports, in seconds, before its
// correction (RFC 3550 section 6.2). In a session of two that sends 64 kbit/s it is
// also the greatest: 5 % of the bandwidth would let each of them send a report of
// 100 octets every half second.
const minimum = 5 * time.Second

// compensation is e - 3/2, by which every interval is divided (RFC 3550 section
// 6.3.1).
const compensation = math.E - 1.5

// stampsKept is how many sender reports of ours a peer's report may refer to.
const stampsKept = 4

// control is the RTCP of one session: when to report, and what the peer reports
// about our stream. It is a plain struct that is told the time and the randomness.
type control struct {
	next   time.Time // when the next report is due; zero before [control.begin]
	random rand.PCG
	cname  [cnameSize]byte
	sent   uint64             // reports that the kernel took
	errors uint64             // reports that the kernel refused
	before [2]uint64          // RTP packets sent at the last report but one, and at the last
	stamps [stampsKept]uint32 // NTP times of our last sender reports
	report Report             // the peer's last one
	packet [compoundRoom]byte
}

// controlSeed is the randomness of a session.
type controlSeed [16 + cnameSize*3/4]byte

// begin arms the first report of a stream that starts at start: it comes after half
// the usual interval (RFC 3550 section 6.2).
func (c *control) begin(start time.Time, seed controlSeed) {
	c.random.Seed(binary.BigEndian.Uint64(seed[0:]), binary.BigEndian.Uint64(seed[8:]))
	// RFC 7022 section 4.2: a name for one session is 96 random bits in Base64.
	base64.StdEncoding.Encode(c.cname[:], seed[16:])
	c.next = start.Add(c.interval(minimum / 2))
}

// due tells whether it is time for a report.
func (c *control) due(now time.Time) bool { return !c.next.IsZero() && !now.Before(c.next) }

// interval is a random time from 0.5 to 1.5 times the mean, and then corrected (RFC
// 3550 section 6.3.1). With two members, of whom none is counted in and out, the
// reconsideration of section 6.3.6 has nothing to reconsider.
func (c *control) interval(mean time.Duration) time.Duration {
	uniform := float64(c.random.Uint64()>>11) / (1 << 53)
	return time.Duration(float64(mean) * (0.5 + uniform) / compensation)
}

// compose makes the compound packet for now and arms the next report. It is a sender
// report when we sent RTP "during the interval since issuing the last report or the
// previous one" (RFC 3550 section 6.4), and has a block when the peer's RTP came
// since the last one. What it returns is good until the next call.
func (c *control) compose(now time.Time, sender *Sender, in *receiver, bye bool) []byte {
	c.next = now.Add(c.interval(minimum))
	var info *senderInfo
	if sender.sent.Packets != c.before[0] {
		info = &senderInfo{
			ntp:       ntp(now),
			timestamp: sender.timestamp(now),
			packets:   uint32(sender.sent.Packets),
			octets:    uint32(sender.sent.Bytes),
		}
		copy(c.stamps[1:], c.stamps[:])
		c.stamps[0] = short(info.ntp)
	}
	c.before = [2]uint64{c.before[1], sender.sent.Packets}
	var about *block
	if in.reception.fresh() {
		b := in.reception.report(now)
		about = &b
	}
	ssrc := sender.ssrc()
	packet := appendReport(c.packet[:0], ssrc, info, about)
	packet = appendCNAME(packet, ssrc, &c.cname)
	if about != nil && in.watch.hearing.Metrics {
		metrics := in.metrics()
		packet = appendExtended(packet, ssrc, about.ssrc, &metrics)
	}
	if bye {
		packet = appendBye(packet, ssrc)
	}
	return packet
}

// reported keeps what the peer says about our stream, in a packet that arrived at.
func (c *control) reported(b block, at time.Time) {
	c.report.Valid = true
	c.report.FractionLost = float64(b.fraction) / 256
	c.report.Lost = int64(b.lost)
	c.report.Jitter = time.Duration(b.jitter) * clockTick
	// RFC 3550 section 6.4.1: the round trip is A - LSR - DLSR. An LSR that we never
	// sent says nothing.
	if b.received == 0 || !slices.Contains(c.stamps[:], b.received) {
		return
	}
	if trip := int32(short(ntp(at)) - b.received - b.delay); trip >= 0 {
		c.report.RoundTrip, c.report.HasRoundTrip = fromShort(trip), true
	}
}
