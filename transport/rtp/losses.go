package rtp

import "time"

// gapMin is Gmin, the number of packets in a row that end a burst when they all come:
// "A value of 16 is RECOMMENDED" (RFC 3611 section 4.7.2).
const gapMin = 16

// burstRatioMax is the greatest burst ratio that the E-model is defined for (ITU-T
// G.107 table 2); 1 is that of random loss, and the least.
const burstRatioMax = 8

// losses is the pattern of the packets that were lost, or too late to be played, in
// the order of their sequence numbers (RFC 3611 section 4.7.2). A burst begins and
// ends with such a packet and has fewer than gapMin others in a row; what is not in a
// burst is in a gap, with the packets that were lost alone.
type losses struct {
	packets uint64
	missing uint64
	runs    uint64 // of missing packets in a row
	since   uint64 // packets since the last missing one

	begin, end, among uint64 // the last group of missing packets: its packets, and how many are missing

	bursts       uint64 // groups that are closed and have more than one missing packet
	burstPackets uint64
	burstMissing uint64
	leading      bool // the first packet is in a burst
}

// count takes the next packet.
func (l *losses) count(played bool) {
	l.packets++
	if played {
		l.since++
		return
	}
	l.missing++
	if l.since > 0 || l.missing == 1 {
		l.runs++
	}
	if l.among > 0 && l.since < gapMin {
		l.among++
	} else {
		l.close()
		l.begin, l.among = l.packets-1, 1
	}
	l.end, l.since = l.packets, 0
}

// close makes the last group a burst, unless it is a packet that was lost alone.
func (l *losses) close() {
	if l.among < 2 {
		return
	}
	l.bursts++
	l.burstPackets += l.end - l.begin
	l.burstMissing += l.among
	l.leading = l.leading || l.begin == 0
}

// Bursts is how the missing packets of a stream lie: those that were lost, and those
// that came too late to be played (RFC 3611 section 4.7.2).
type Bursts struct {
	Count        uint64
	BurstDensity float64       // missing share of the packets within bursts, from 0 to 1
	GapDensity   float64       // missing share of the others
	BurstLength  time.Duration // mean of the bursts
	GapLength    time.Duration // mean of the gaps between and around them
	Ratio        float64       // BurstR of ITU-T G.107, 1 (random) to 8; 1 where nothing is missing
}

// summary is for packets of the given length.
func (l losses) summary(packet time.Duration) Bursts {
	trailing := l.among >= 2 && l.end == l.packets
	l.close()
	b := Bursts{Count: l.bursts, Ratio: 1}
	gaps := l.bursts + 1
	if l.leading {
		gaps--
	}
	if trailing {
		gaps--
	}
	if l.bursts > 0 {
		b.BurstDensity = float64(l.burstMissing) / float64(l.burstPackets)
		b.BurstLength = packet * time.Duration(l.burstPackets) / time.Duration(l.bursts)
	}
	if between := l.packets - l.burstPackets; between > 0 && gaps > 0 {
		b.GapDensity = float64(l.missing-l.burstMissing) / float64(between)
		b.GapLength = packet * time.Duration(between) / time.Duration(gaps)
	}
	if l.runs > 0 {
		// The mean run of missing packets over that of random loss, 1/(1 - p).
		mean := float64(l.missing) / float64(l.runs)
		share := float64(l.missing) / float64(l.packets)
		b.Ratio = min(max(mean*(1-share), 1), burstRatioMax)
	}
	return b
}
