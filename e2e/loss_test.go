//go:build e2e

package e2e

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"testing"
	"time"
)

func TestShortLoss(t *testing.T) {
	testLoss(t, 3, impairment{loss: 0.2, seed: 1})
}

func TestFullLoss(t *testing.T) {
	testLoss(t, 30, impairment{loss: 0.05, seed: 1})
}

// With packets that come twice and packets that are late.
func TestFullLossAndDisorder(t *testing.T) {
	testLoss(t, 30, impairment{
		loss: 0.05, duplicate: 0.05, reorder: 0.05, later: 30 * time.Millisecond, delay: 10 * time.Millisecond, seed: 2,
	})
}

// testLoss is a call whose audio runs through a relay, impaired on the way to Pickup
// only. What Pickup says about it, in its record and to the caller, has to be what
// the relay has done.
func testLoss(t *testing.T, seconds int, i impairment) {
	caller, err := newSpeaker()
	if err != nil {
		t.Fatal(err)
	}
	defer caller.close()
	way, err := newRelay(caller.address(), netip.AddrPort{}, impairment{}, i)
	if err != nil {
		t.Fatal(err)
	}
	defer way.close()
	// The last packets have to be through the relay before Pickup hangs up.
	caller.begin(way.callerSide(), seconds*50-10)
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: seconds, calls: 4})
	wire := record(t, d)
	l := load{calls: 1, atOnce: 1, rate: 1, seconds: seconds}
	runSIPp(t, d, []netip.AddrPort{way.serverSide()}, l).wait(time.Duration(seconds+20) * time.Second)
	wire.stop()
	d.stop()
	records := d.callRecords()
	if len(records) != 1 {
		t.Fatalf("call records: got %d, want 1", len(records))
	}
	checkLoss(t, records[0], way.toServer.counted(), i)
	checkQuality(t, records[0], seconds)
	checkJitter(t, records[0], wire)
	if want := way.serverSide().String(); records[0].RTPRemoteSDP != want || records[0].RTPRemoteSeen != want {
		t.Errorf("rtp_remote_sdp, rtp_remote_seen: got %s, %s, want the relay, %s",
			records[0].RTPRemoteSDP, records[0].RTPRemoteSeen, want)
	}
	for _, fault := range caller.faults(1, l.plan()) {
		t.Errorf("caller: %s", fault)
	}
	packets, controls := wire.sent(), wire.controls()
	checkControls(t, packets, controls, seconds)
	// A report without news of the caller has no block: the last block holds to the end.
	block := ""
	for _, c := range controls {
		block = cmp.Or(c.lost, block)
	}
	// In RTCP a packet that came twice stands for one that was lost.
	if want := strconv.Itoa(*records[0].Received.Lost - *records[0].Received.Duplicated); block != want {
		t.Errorf("cumulative number of packets lost in the last report: got %s, want that of the record less those that came twice, %s", block, want)
	}
}

// checkLoss compares a record with what the relay has done.
func checkLoss(t *testing.T, r callRecord, way tally, i impairment) {
	t.Helper()
	rx := r.Received
	if rx.Lost == nil || rx.LossPercent == nil || rx.Duplicated == nil || rx.Reordered == nil || rx.Late == nil || rx.JitterMS == nil || rx.JitterMaxMS == nil {
		t.Fatalf("rx: got %+v, want all of it", rx)
	}
	t.Logf("relay: %+v; record: %d packets, lost %d (%.3f %%), jitter %.3f ms", way, rx.Packets, *rx.Lost, *rx.LossPercent, *rx.JitterMS)
	if want := way.passed + way.duplicated; rx.Packets != want || rx.Bytes != want*frameSize {
		t.Errorf("rx.packets, rx.bytes: got %d, %d, want %d, %d", rx.Packets, rx.Bytes, want, want*frameSize)
	}
	if *rx.Lost != way.lost || *rx.Duplicated != way.duplicated {
		t.Errorf("rx.lost, rx.dup: got %d, %d, want %d, %d", *rx.Lost, *rx.Duplicated, way.lost, way.duplicated)
	}
	// One that is late overtakes nobody when the next one is late too, or lost.
	if most := way.reordered; *rx.Reordered > most || *rx.Reordered < most/2 {
		t.Errorf("rx.reordered: got %d, want %d to %d", *rx.Reordered, most/2, most)
	}
	expected := float64(way.passed + way.lost)
	if want := 100 * float64(way.lost) / expected; math.Abs(*rx.LossPercent-want) > 0.001 {
		t.Errorf("rx.loss_pct: got %.3f, want %.3f", *rx.LossPercent, want)
	}
	// Four standard deviations of the binomial distribution: once in 16,000 seeds.
	bound := 4 * math.Sqrt(i.loss*(1-i.loss)/expected)
	if share := *rx.LossPercent / 100; math.Abs(share-i.loss) > bound {
		t.Errorf("rx.loss_pct: got %.2f, want %.2f within %.2f", 100*share, 100*i.loss, 100*bound)
	}
}

// checkQuality wants the figures that follow from the loss, from the silence that a
// speaker says, and from the one clock of this machine; and none that needs what the
// caller does not send.
func checkQuality(t *testing.T, r callRecord, seconds int) {
	t.Helper()
	q := r.Quality
	if q.OneWay == nil || *q.OneWay || q.Silence == nil || *q.Silence != 100 || q.Level != nil || q.MOS == nil {
		t.Fatalf("quality: got %+v, want audio both ways, all of it silence, and a mos_lq", q)
	}
	// ITU-T G.107 with Bpl 25.1 for random loss; late packets count as lost.
	missing := float64(*r.Received.Lost+*r.Received.Late) / float64(*r.Received.Lost+r.Received.Packets-*r.Received.Duplicated)
	impaired := 93.2 - 95*100*missing/(100*missing+25.1)
	want := 1 + 0.035*impaired + impaired*(impaired-60)*(100-impaired)*7e-6
	if math.Abs(*q.MOS-want) > 0.1 {
		t.Errorf("quality.mos_lq: got %.3f, want %.3f within 0.1", *q.MOS, want)
	}
	if r.MOS != nil {
		t.Errorf("mos: got %.3f without a round trip, want null", *r.MOS)
	}
	if (q.Skew != nil) != (seconds > 12) {
		t.Errorf("quality.skew_ppm: got %v in %d s, want null only of a short call", q.Skew, seconds)
	}
	// A frame that Pickup skips on a busy machine is missing in the speaker's time.
	within := 50 + 1.5*20_000*float64(r.Sent.Skipped)/float64(seconds)
	if q.Skew != nil && math.Abs(*q.Skew) > within {
		t.Errorf("quality.skew_ppm: got %.1f, want 0 within %.0f", *q.Skew, within)
	}
	t.Logf("mos_lq: %.3f, want about %.3f", *q.MOS, want)
}

// checkJitter compares a record with the interarrival jitter of what the capture
// has, by the formula of RFC 3550 section 6.4.1.
func checkJitter(t *testing.T, r callRecord, wire *capture) {
	t.Helper()
	jitter, transit := 0.0, math.NaN()
	filter := fmt.Sprintf("rtp && udp.dstport >= %d && udp.dstport <= %d", wire.d.rtp[0], wire.d.rtp[1])
	for _, row := range wire.rows(filter, "frame.time_relative", "rtp.timestamp") {
		now := wire.seconds(row[0]) - float64(wire.number(row[1]))/rate
		if !math.IsNaN(transit) {
			jitter += (math.Abs(now-transit) - jitter) / 16
		}
		transit = now
	}
	// A packet that comes twice is left out by some and counted by others.
	if got, want := *r.Received.JitterMS, 1000*jitter; math.Abs(got-want) > 0.2+0.2*want {
		t.Errorf("rx.jitter_ms: got %.3f, want %.3f as in the capture, within a fifth and 0.2", got, want)
	}
}
