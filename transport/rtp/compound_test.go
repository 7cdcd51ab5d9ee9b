package rtp

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

const (
	ownSSRC  = 0x0a0b0c0d
	peerSSRC = 0x01020304 // as in datagram
)

func TestReportBytes(t *testing.T) {
	info := &senderInfo{ntp: 0x1112131415161718, timestamp: 0x21222324, packets: 0x31323334, octets: 0x41424344}
	about := &block{ssrc: peerSSRC, fraction: 0x51, lost: -2, highest: 0x61626364, jitter: 0x71727374, received: 0x81828384, delay: 0x91929394}
	got := appendReport(nil, ownSSRC, info, about)
	got = appendCNAME(got, ownSSRC, (*[cnameSize]byte)([]byte("ABCDEFGHIJKLMNOP")))
	got = appendBye(got, ownSSRC)
	want := []byte("\x81\xc8\x00\x0c\x0a\x0b\x0c\x0d\x11\x12\x13\x14\x15\x16\x17\x18\x21\x22\x23\x24\x31\x32\x33\x34\x41\x42\x43\x44" +
		"\x01\x02\x03\x04\x51\xff\xff\xfe\x61\x62\x63\x64\x71\x72\x73\x74\x81\x82\x83\x84\x91\x92\x93\x94" +
		"\x81\xca\x00\x06\x0a\x0b\x0c\x0d\x01\x10ABCDEFGHIJKLMNOP\x00\x00" +
		"\x81\xcb\x00\x01\x0a\x0b\x0c\x0d")
	if !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
	if room := len(appendExtended(got, 0, 0, &VoIPMetrics{})); room != compoundRoom {
		t.Errorf("got %d octets with VoIP metrics, want the room for all, %d", room, compoundRoom)
	}
	if got, want := appendReport(nil, ownSSRC, nil, nil), []byte("\x80\xc9\x00\x01\x0a\x0b\x0c\x0d"); !bytes.Equal(got, want) {
		t.Errorf("got empty report %x, want %x", got, want)
	}
}

// marshal is a compound as another implementation writes it.
func marshal(t testing.TB, packets ...rtcp.Packet) []byte {
	t.Helper()
	b, err := rtcp.Marshal(packets)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseCompound(t *testing.T) {
	onOurs := rtcp.ReceptionReport{SSRC: ownSSRC, FractionLost: 51, TotalLost: 75, LastSequenceNumber: 0x1fffe, Jitter: 80, LastSenderReport: 9, Delay: 10}
	onAnother := rtcp.ReceptionReport{SSRC: 5, FractionLost: 255, TotalLost: 1000}
	sender := &rtcp.SenderReport{SSRC: peerSSRC, NTPTime: 0x1111222233334444, Reports: []rtcp.ReceptionReport{onAnother, onOurs}}
	receiver := &rtcp.ReceiverReport{SSRC: 77, Reports: []rtcp.ReceptionReport{onOurs}}
	names := rtcp.NewCNAMESourceDescription(peerSSRC, "somebody@example.com")
	goodbye := &rtcp.Goodbye{Sources: []uint32{peerSSRC}, Reason: "bye"}
	stamped := compound{stamp: 0x22223333, stamped: true}
	reported := compound{reported: true, about: block{ssrc: ownSSRC, fraction: 51, lost: 75, highest: 0x1fffe, jitter: 80, received: 9, delay: 10}}
	both := reported
	both.stamp, both.stamped = stamped.stamp, true
	negative := marshal(t, receiver)
	copy(negative[13:], "\xff\xff\xf0") // lost: -16
	gained := reported
	gained.about.lost = -16
	padded := marshal(t, receiver, goodbye)
	padded[len(padded)-12] |= 0x20 // on the last, whose reason ends in zeros
	echoed := &rtcp.SenderReport{SSRC: ownSSRC, NTPTime: 1 << 20, Reports: []rtcp.ReceptionReport{onOurs}}
	tests := []struct {
		name string
		in   []byte
		ok   bool
		want compound
	}{
		{"sender report", marshal(t, sender, names), true, both},
		{"receiver report", marshal(t, receiver, names), true, reported},
		{"fewer lost than none", negative, true, gained},
		{"with BYE", marshal(t, receiver, names, goodbye), true, reported},
		{"padding at the end", padded, true, reported},
		{"empty receiver report", marshal(t, &rtcp.ReceiverReport{SSRC: 77}), true, compound{}},
		{"of another source", marshal(t, &rtcp.SenderReport{SSRC: 6, NTPTime: 1 << 40, Reports: []rtcp.ReceptionReport{onAnother}}), true, compound{}},
		{"our own, echoed", marshal(t, echoed), true, compound{}},
		{"unknown type after", append(marshal(t, receiver), 0x80, 223, 0, 0), true, reported},
		{"a second report", marshal(t, &rtcp.ReceiverReport{SSRC: 77}, sender), true, both},
		{"nothing", nil, false, compound{}},
		{"cut off", marshal(t, receiver, names)[:38], false, compound{}},
		{"BYE alone", marshal(t, goodbye), false, compound{}},
		{"description first", marshal(t, names, receiver), false, compound{}},
		{"padding on the first", append([]byte{0xa0}, marshal(t, receiver)[1:]...), false, compound{}},
		{"version 1", append([]byte{0x41}, marshal(t, receiver)[1:]...), false, compound{}},
		{"version 0 in the second", append(marshal(t, receiver), 0x00, 203, 0, 0), false, compound{}},
		{"three octets more", append(marshal(t, receiver), 0x80, 203, 0), false, compound{}},
		{"more blocks than there is room for", append([]byte{0x82}, marshal(t, receiver)[1:]...), false, compound{}},
		{"sender report without its fields", []byte{0x80, 200, 0, 1, 0, 0, 0, 9}, false, compound{}},
		{"report without a source", []byte{0x80, 201, 0, 0, 0x80, 203, 0, 0}, false, compound{}},
		{"more sources leave than are named", append(marshal(t, receiver), 0x9f, 203, 0, 0), false, compound{}},
		{"longer than the datagram", []byte{0x80, 201, 0xff, 0xff, 0, 0, 0, 9}, false, compound{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := parseCompound(test.in, ownSSRC, peerSSRC)
			if ok != test.ok || ok && got != test.want {
				t.Errorf("got %+v, %v; want %+v, %v", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestIsControl(t *testing.T) {
	for second := range 256 {
		payloadType := second & 0x7f
		want := second >= 128 && payloadType >= 64 && payloadType <= 95
		if got := isControl([]byte{0x80, byte(second), 0, 1}); got != want {
			t.Errorf("second octet %d: got %v, want %v", second, got, want)
		}
	}
	if isControl([]byte{0x80, 200, 0}) || isControl([]byte{0x00, 200, 0, 6}) {
		t.Error("got RTCP where there is no room or another version")
	}
}

func TestPeerReport(t *testing.T) {
	var c control
	sent := at(10_000)
	c.stamps = [stampsKept]uint32{short(ntp(at(15_000))), short(ntp(sent))}
	b := block{fraction: 64, lost: -3, jitter: 800}
	want := Report{Valid: true, FractionLost: 0.25, Lost: -3, Jitter: 100 * time.Millisecond}
	for _, test := range []struct {
		name            string
		received, delay uint32
		at              int
		trip            time.Duration // -1: not measured
	}{
		{"no sender report reached it", 0, short(ntp(at(9_000))), 10_000, -1},
		{"an answer to what we never sent", 12345, short(ntp(at(9_000))) - 12345, 10_000, -1},
		{"an answer before the question", short(ntp(sent)), 3 << 16, 12_000, -1},
		{"a round trip", short(ntp(sent)), 1 << 16, 11_250, 250 * time.Millisecond},
		{"none at all", short(ntp(sent)), 2 << 16, 12_000, 0},
		{"to the later report", short(ntp(at(15_000))), 0, 15_500, 500 * time.Millisecond},
	} {
		c.report = Report{}
		b.received, b.delay = test.received, test.delay
		c.reported(b, at(test.at))
		want.HasRoundTrip, want.RoundTrip = test.trip >= 0, max(test.trip, 0)
		got := c.report
		if off := got.RoundTrip - want.RoundTrip; off.Abs() < time.Second>>15 { // two of its units
			got.RoundTrip = want.RoundTrip
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, want)
		}
	}
}

func FuzzReceiveControl(f *testing.F) {
	full := &rtcp.SenderReport{SSRC: peerSSRC, NTPTime: 1 << 40, Reports: []rtcp.ReceptionReport{{SSRC: ownSSRC, Jitter: 1<<32 - 1}}}
	f.Add(marshal(f, full, rtcp.NewCNAMESourceDescription(1, "x"), &rtcp.Goodbye{Sources: []uint32{1}}))
	f.Add(marshal(f, &rtcp.ReceiverReport{SSRC: 1}))
	extended := appendExtended(marshal(f, &rtcp.ReceiverReport{SSRC: 1}), peerSSRC, ownSSRC, &VoIPMetrics{Level: -20, HasLevel: true})
	f.Add(extended)
	f.Add(append(extended, 0xa0, 207, 0, 2, 1, 2, 3, 4, 0, 0, 0, 4))
	f.Add([]byte{0x80, 201, 0, 1, 0, 0, 0, 0, 0x80, 203, 0xff, 0xff})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		r := &receiver{own: ownSSRC}
		r.latch.arm(partner)
		r.read(at(0), &once{datagram: datagram(0x80)}, &once{}) // the peer is heard
		r.read(at(20), &once{}, &once{datagram: append([]byte{}, in...)})
		got := r.received
		if got.RTCP+got.InvalidRTCP != 1 || got.Packets != 1 || got.Foreign != 0 {
			t.Errorf("got %+v, want one RTCP datagram", got)
		}
		if _, err := rtcp.Unmarshal(in); err == nil && len(in) > 0 && rtcp.CompoundPacket(mustUnmarshal(in)).Validate() == nil && got.RTCP != 1 && in[0]&0x20 == 0 {
			t.Errorf("%x is refused, which another implementation reads", in)
		}
		report := r.control.report
		if report.FractionLost < 0 || report.FractionLost >= 1 || report.Jitter < 0 || report.RoundTrip < 0 {
			t.Errorf("%x: got report %+v", in, report)
		}
		if m := report.Metrics; m.R < 0 || m.R > 100 || m.HasListening && (m.Listening < 1 || m.Listening > 5) || m.HasConversation && (m.Conversation < 1 || m.Conversation > 5) {
			t.Errorf("%x: got VoIP metrics %+v", in, m)
		}
	})
}

func mustUnmarshal(in []byte) []rtcp.Packet {
	packets, _ := rtcp.Unmarshal(in)
	return packets
}
