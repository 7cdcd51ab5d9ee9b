package rtp

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

var everyMetric = VoIPMetrics{
	Loss: 0.25, Discarded: 0.125, BurstDensity: 0.5, GapDensity: 0.0625,
	BurstLength: 300 * time.Millisecond, GapLength: 9 * time.Second, RoundTrip: 123 * time.Millisecond, EndSystem: 80 * time.Millisecond,
	Level: -21, HasLevel: true, Noise: -65, HasNoise: true,
	R: 87, HasR: true, Listening: 4.1, HasListening: true, Conversation: 3.9, HasConversation: true,
	Playout: 60 * time.Millisecond, PlayoutMax: 70 * time.Millisecond,
}

// TestMetricsForAnother has another implementation read our block.
func TestMetricsForAnother(t *testing.T) {
	unknown := VoIPMetrics{Loss: 2, BurstLength: 70 * time.Second, Level: 3, Listening: 4, Conversation: 4, R: 50}
	tests := []struct {
		name string
		in   VoIPMetrics
		want rtcp.VoIPMetricsReportBlock
	}{
		{"every field", everyMetric, rtcp.VoIPMetricsReportBlock{
			LossRate: 64, DiscardRate: 32, BurstDensity: 128, GapDensity: 16, BurstDuration: 300, GapDuration: 9000, RoundTripDelay: 123,
			EndSystemDelay: 80, SignalLevel: 256 - 21, NoiseLevel: 256 - 65, RERL: 127, Gmin: 16, RFactor: 87, ExtRFactor: 127, MOSLQ: 41, MOSCQ: 39,
			RXConfig: 0x20, JBNominal: 60, JBMaximum: 70, JBAbsMax: 70}},
		{"unknown, and more than fits", unknown, rtcp.VoIPMetricsReportBlock{
			LossRate: 255, BurstDuration: 65535, SignalLevel: 127, NoiseLevel: 127, RERL: 127, Gmin: 16,
			RFactor: 127, ExtRFactor: 127, MOSLQ: 127, MOSCQ: 127, RXConfig: 0x20}},
	}
	for _, test := range tests {
		packet := appendExtended(nil, ownSSRC, peerSSRC, &test.in)
		var got rtcp.ExtendedReport
		if err := got.Unmarshal(packet); err != nil || got.SenderSSRC != ownSSRC || len(got.Reports) != 1 {
			t.Errorf("%s: got %+v and error %v, want one block of %x", test.name, got, err, ownSSRC)
			continue
		}
		test.want.SSRC = peerSSRC
		test.want.XRHeader = rtcp.XRHeader{BlockType: rtcp.VoIPMetricsReportBlockType, BlockLength: 8}
		if got := *got.Reports[0].(*rtcp.VoIPMetricsReportBlock); got != test.want {
			t.Errorf("%s: got  %+v\nwant %+v", test.name, got, test.want)
		}
	}
}

func TestMetricsFromAnother(t *testing.T) {
	block := appendExtended(nil, peerSSRC, ownSSRC, &everyMetric)
	change := func(at int, value byte) []byte {
		b := append([]byte{}, block...)
		b[at] = value
		return b
	}
	// An unknown block type before ours, which is skipped.
	other := append(append(append([]byte{}, block[:8]...), 200, 0, 0, 1, 1, 2, 3, 4), block[8:]...)
	sized(other, 0)
	padding := append(change(0, 0xa0), 0, 0, 0, 4)
	sized(padding, 0)
	quiet := everyMetric
	quiet.Level, quiet.HasLevel = 0, false
	unrated := everyMetric
	unrated.R, unrated.HasR = 0, false
	unscored := everyMetric
	unscored.Listening, unscored.HasListening = 0, false
	tests := []struct {
		name  string
		in    []byte
		want  VoIPMetrics
		found bool
		ok    bool
	}{
		{"every field", block, everyMetric, true, true},
		{"after another block", other, everyMetric, true, true},
		{"with padding", padding, everyMetric, true, true},
		{"level not available", change(8+20, 127), quiet, true, true},
		{"R out of range", change(8+24, 101), unrated, true, true},
		{"MOS out of range", change(8+26, 9), unscored, true, true},
		{"about another stream", change(12, 9), VoIPMetrics{}, false, true},
		{"another size", change(8+3, 7), VoIPMetrics{}, false, false},
		{"cut off", block[:40], VoIPMetrics{}, false, false},
		{"no SSRC", block[:4], VoIPMetrics{}, false, false},
		{"padding longer than the packet", change(0, 0xa0), VoIPMetrics{}, false, false}, // its last octet says 70
	}
	for _, test := range tests {
		got, found, ok := findVoIP(test.in, ownSSRC)
		if got != test.want || found != test.found || ok != test.ok {
			t.Errorf("%s: got %+v, found %v, ok %v; want %+v, %v, %v", test.name, got, found, ok, test.want, test.found, test.ok)
		}
	}
}

// TestMetricsInReports has a session that was asked for VoIP metrics send them.
func TestMetricsInReports(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.open(t)
		rtp, control := w.network.socket(t, s.Port()), w.network.socket(t, s.Port()+1)
		s.Hear(Hearing{Scale: &flat, Equipment: Equipment{0, 25.1}, Metrics: true})
		if err := s.Play(stream(1000), partner, func(error) {}); err != nil {
			t.Fatal(err)
		}
		for n := range 500 {
			if n%10 != 3 {
				p := datagram(0x80)
				p[2], p[3] = byte(n>>8), byte(n)
				p[5], p[6], p[7] = byte(160*n>>16), byte(160*n>>8), byte(160*n)
				rtp.deliver(remote, p)
			}
			time.Sleep(Interval)
		}
		s.Stop()
		sent := control.packets()
		got, reports := 0, 0
		for _, p := range sent {
			for _, part := range mustUnmarshal(p.data) {
				if sender, ok := part.(*rtcp.SenderReport); ok {
					reports += len(sender.Reports)
				}
				if x, ok := part.(*rtcp.ExtendedReport); ok {
					got++
					b := x.Reports[0].(*rtcp.VoIPMetricsReportBlock)
					if b.SSRC != peerSSRC || b.LossRate < 20 || b.LossRate > 27 || b.MOSLQ < 30 || b.MOSCQ != 127 || b.RoundTripDelay != 0 {
						t.Errorf("got %+v, want a tenth lost, a MOS-LQ, and no MOS-CQ without a round trip", b)
					}
				}
			}
		}
		if got < 2 || got != reports {
			t.Errorf("got VoIP metrics in %d reports, want them in all %d that have a block", got, reports)
		}
	})
}
