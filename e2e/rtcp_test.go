//go:build e2e

package e2e

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"testing"
)

// ntpEpoch is 1970 in seconds since 1900, RFC 3550 section 4.
const ntpEpoch = 2208988800

// control is one compound packet that Pickup sent, as tshark reads it.
type control struct {
	at        float64 // seconds since the first packet of the capture
	late      float64 // seconds from its NTP time to its time in the capture
	types     string  // of the packets in it, as 200,202
	ssrc      uint64
	cname     string
	timestamp uint32 // of RTP
	packets   int
	octets    int
	lost      string // of the caller's packets; empty without a report block
}

// controls are the packets that tshark takes for RTCP, by the SDP that it saw, and
// that left Pickup. None may be malformed or worth a warning to tshark.
func (c *capture) controls() []control {
	c.t.Helper()
	if bad := c.rows("(_ws.malformed || _ws.expert.severity >= 0x600000) && "+c.media(), "frame.number", "_ws.expert.message"); len(bad) > 0 {
		c.t.Errorf("tshark: got remarks on Pickup's media: %v, want none", bad)
	}
	if bad := c.rows("!rtp && !rtcp && "+c.media(), "frame.number"); len(bad) > 0 {
		c.t.Errorf("tshark: got %d packets from the media ports that are neither RTP nor RTCP, want 0", len(bad))
	}
	var out []control
	for _, row := range c.rows("rtcp && "+c.media(), "frame.time_relative", "frame.time_epoch", "rtcp.pt", "rtcp.senderssrc",
		"rtcp.sdes.type", "rtcp.sdes.text", "rtcp.timestamp.ntp.msw", "rtcp.timestamp.ntp.lsw", "rtcp.timestamp.rtp",
		"rtcp.sender.packetcount", "rtcp.sender.octetcount", "rtcp.ssrc.cum_nr", "rtcp.length_check") {
		if checked := strings.Trim(row[12], "True,1"); row[12] == "" || checked != "" {
			c.t.Errorf("tshark: rtcp.length_check: got %q, want true", row[12])
		}
		if first, _, _ := strings.Cut(row[4], ","); first != "1" {
			c.t.Errorf("tshark: items of the source description: got %q, want CNAME (1) first", row[4])
		}
		ntp := float64(c.number(row[6])) - ntpEpoch + float64(c.number(row[7]))/(1<<32)
		out = append(out, control{
			at: c.seconds(row[0]), late: c.seconds(row[1]) - ntp, types: row[2], ssrc: c.number(row[3]), cname: row[5],
			timestamp: uint32(c.number(row[8])), packets: int(c.number(row[9])), octets: int(c.number(row[10])), lost: row[11],
		})
	}
	return out
}

// number is the value of a field, its first one where there are several.
func (c *capture) number(field string) uint64 {
	c.t.Helper()
	first, _, _ := strings.Cut(field, ",")
	value, err := strconv.ParseUint(first, 0, 64)
	if err != nil {
		c.t.Fatalf("tshark: number %q: %v", field, err)
	}
	return value
}

// origin is when timestamp 0 of the stream was, in seconds: by the packet that was
// the least late.
func origin(packets []packet) float64 {
	earliest := math.Inf(1)
	for _, p := range packets {
		earliest = min(earliest, p.at-elapsed(packets[0], timestamp(p)))
	}
	return earliest
}

// elapsed is the time by the RTP clock, in seconds, from a packet to a timestamp.
func elapsed(from packet, to uint32) float64 {
	return float64(int32(to-timestamp(from))) / rate
}

func timestamp(p packet) uint32 { return binary.BigEndian.Uint32(p.data[4:]) }

// checkControls wants reports that are true: each counts what was sent before it,
// its clocks are those of the stream, and the last one says BYE. One comes every 6 s
// at least, but none while a caller on hold names no address.
func checkControls(t *testing.T, packets []packet, controls []control, seconds int) {
	t.Helper()
	if least := 1 + seconds/10; len(packets) == 0 || len(controls) < least {
		t.Fatalf("got %d RTP and %d RTCP packets, want some and at least %d", len(packets), len(controls), least)
	}
	start, last := origin(packets), len(controls)-1
	for i, c := range controls {
		want := control{types: "200,202", ssrc: uint64(binary.BigEndian.Uint32(packets[0].data[8:])), cname: controls[0].cname}
		if i == last {
			want.types = "200,202,203"
		}
		for _, p := range packets {
			if p.at < c.at {
				want.packets, want.octets = want.packets+1, want.octets+len(p.data)-headerSize
			}
		}
		if c.types != want.types || c.ssrc != want.ssrc || c.cname != want.cname {
			t.Errorf("report %d: types, SSRC, CNAME: got %s, %08x, %s, want %s, %08x, %s",
				i, c.types, c.ssrc, c.cname, want.types, want.ssrc, want.cname)
		}
		if c.packets != want.packets || c.octets != want.octets {
			t.Errorf("report %d: got %d packets, %d octets, want %d, %d", i, c.packets, c.octets, want.packets, want.octets)
		}
		if math.Abs(c.late) > clockError {
			t.Errorf("report %d: NTP time: got %.4f s before the packet, want 0 within %.3f s", i, c.late, clockError)
		}
		if off := c.at - c.late - start - elapsed(packets[0], c.timestamp); math.Abs(off) > clockError {
			t.Errorf("report %d: RTP timestamp: got %.4f s behind the stream, want 0 within %.3f s", i, off, clockError)
		}
	}
	t.Logf("%d reports, the last one: %d packets, %d octets", len(controls), controls[last].packets, controls[last].octets)
}

// clockError is how far clocks in reports may be from those in the capture, in seconds.
const clockError = 0.005

// checkIntervals wants the time between reports to be random between 0.5 and 1.5
// times 5 s, divided by e - 3/2, RFC 3550 section 6.3.1. The last one is due at the end.
func checkIntervals(t *testing.T, controls []control) {
	t.Helper()
	const least, most, late = 2.5 / (math.E - 1.5), 7.5 / (math.E - 1.5), 0.1
	for i := 1; i < len(controls)-1; i++ {
		if got := controls[i].at - controls[i-1].at; got < least-late || got > most+late {
			t.Errorf("report %d: got %.3f s after the one before, want %.2f to %.2f s", i, got, least, most)
		}
	}
}
