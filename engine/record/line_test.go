package record

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pickup/calls"
)

// fields are all that a record has, in their order; those of tx and rx follow
// their parent.
var fields = strings.Fields(`id call_id from to ruri src transport user_agent
	invite_at ringing_at early_at answered_at acked_at ended_at ring_ms duration_ms
	sip_code q850 cause hangup_by peer_sip peer_text codec ptime_ms rtp_local rtp_remote_sdp rtp_remote_seen
	tx tx.packets tx.bytes tx.skipped tx.late_max_ms
	rx rx.packets rx.bytes rx.lost rx.loss_pct rx.dup rx.reordered rx.late rx.ssrc_changes rx.jitter_ms rx.jitter_max_ms
	rtt_ms quality quality.one_way quality.bursts quality.burst_pct quality.burst_ms quality.gap_pct quality.gap_ms quality.burst_ratio
	quality.skew_ppm quality.level_dbm0 quality.silence_pct quality.clipping_pct quality.mos_lq
	remote remote.lost remote.interval_loss_pct remote.jitter_ms remote.xr mos r_factor dtmf audio diagnosis version`)

// full is the record of a call that has everything.
func full() calls.Record {
	invited := time.Date(2026, 3, 1, 23, 59, 58, 7_900_000, time.FixedZone("", 2*60*60))
	return calls.Record{
		ID: "0123456789abcdef",
		Party: calls.Party{
			CallID:     "a84b4c76e66710@pc33.example",
			From:       `"Alice \"A\"" <sip:alice@example.com>;tag=1`,
			To:         "<sip:test@example.net>",
			RequestURI: "sip:test@example.net;a=1&b=2",
			Source:     netip.MustParseAddrPort("192.0.2.9:5060"),
			Transport:  "udp",
			UserAgent:  "Phone/1.0\x1b[31m\r\n\xff",
		},
		InvitedAt:  invited,
		RingingAt:  invited.Add(2 * time.Millisecond),
		EarlyAt:    invited.Add(102 * time.Millisecond),
		AnsweredAt: invited.Add(1002 * time.Millisecond),
		AckedAt:    invited.Add(1052 * time.Millisecond),
		EndedAt:    invited.Add(31_052 * time.Millisecond),
		Status:     200,
		Cause:      calls.Completed,
		HungUpBy:   calls.Server,
		Fault:      "none of it is written",
		Digits: []calls.Digit{
			{Key: '#', Method: calls.ByRTP, Duration: 162500 * time.Microsecond, At: invited.Add(5 * time.Second)},
			{Key: 'A', Method: calls.ByINFO, At: invited.Add(6 * time.Second)},
		},
		Media: calls.MediaStats{
			Audio:      "builtin",
			Codec:      "PCMU",
			Local:      netip.MustParseAddrPort("203.0.113.5:10000"),
			RemoteSDP:  netip.MustParseAddrPort("[2001:db8::9]:4000"),
			RemoteSeen: netip.MustParseAddrPort("198.51.100.7:40000"),
			RoundTrip:  new(23456 * time.Microsecond),
			Sent:       calls.Sent{Packets: 1498, Bytes: 239680, Skipped: 2, Errors: 1, LateMax: 1234567 * time.Nanosecond},
			Received: calls.Received{
				Packets: 1425, Bytes: 228000, Invalid: 3, Expected: 1501, Lost: 79, Duplicated: 3, Reordered: 2, Late: 1,
				Sources: 1, Jitter: 312500 * time.Nanosecond, JitterMax: 4 * time.Millisecond,
			},
			Quality: calls.Quality{
				OneWay: new(false), Bursts: new(uint64(2)), BurstDensity: new(0.5), GapDensity: new(0.01),
				BurstLength: new(80 * time.Millisecond), GapLength: new(9 * time.Second), BurstRatio: new(1.5), Skew: new(-99.87654),
				Level: new(-16.0), Silence: new(0.25), Clipping: new(0.0), ListeningMOS: new(3.9), MOS: new(3.8), R: new(75.5),
			},
			Remote: &calls.Remote{Lost: new(int64(-1)), FractionLost: new(0.125), Jitter: new(time.Millisecond)},
		},
	}
}

func TestLine(t *testing.T) {
	tests := []struct {
		name   string
		record calls.Record
		about  About
		want   string
	}{
		{"full", full(), About{Version: "1.2.3"},
			`{"id":"0123456789abcdef","call_id":"a84b4c76e66710@pc33.example",` +
				`"from":"\"Alice \\\"A\\\"\" <sip:alice@example.com>;tag=1","to":"<sip:test@example.net>",` +
				`"ruri":"sip:test@example.net;a=1&b=2","src":"192.0.2.9:5060","transport":"udp","user_agent":"Phone/1.0\u001b[31m\r\n\ufffd",` +
				`"invite_at":"2026-03-01T21:59:58.007Z","ringing_at":"2026-03-01T21:59:58.009Z","early_at":"2026-03-01T21:59:58.109Z",` +
				`"answered_at":"2026-03-01T21:59:59.009Z","acked_at":"2026-03-01T21:59:59.059Z","ended_at":"2026-03-01T22:00:29.059Z",` +
				`"ring_ms":1000,"duration_ms":30050,"sip_code":200,"q850":16,"cause":"completed","hangup_by":"server","peer_sip":null,"peer_text":null,` +
				`"codec":"PCMU","ptime_ms":20,"rtp_local":"203.0.113.5:10000","rtp_remote_sdp":"[2001:db8::9]:4000","rtp_remote_seen":"198.51.100.7:40000",` +
				`"tx":{"packets":1498,"bytes":239680,"skipped":2,"late_max_ms":1.235},` +
				`"rx":{"packets":1425,"bytes":228000,"lost":79,"loss_pct":5.263,"dup":3,"reordered":2,"late":1,"ssrc_changes":1,"jitter_ms":0.313,"jitter_max_ms":4},` +
				`"rtt_ms":23.456,"quality":{"one_way":false,"bursts":2,"burst_pct":50,"burst_ms":80,"gap_pct":1,"gap_ms":9000,"burst_ratio":1.5,` +
				`"skew_ppm":-99.877,"level_dbm0":-16,"silence_pct":25,"clipping_pct":0,"mos_lq":3.9},` +
				`"remote":{"lost":-1,"interval_loss_pct":12.5,"jitter_ms":1,"xr":null},"mos":3.8,"r_factor":75.5,` +
				`"dtmf":[{"digit":"#","method":"rtp","duration_ms":163,"at":"2026-03-01T22:00:03.007Z"},` +
				`{"digit":"A","method":"info","duration_ms":null,"at":"2026-03-01T22:00:04.007Z"}],"audio":"builtin","diagnosis":null,"version":"1.2.3"}` + "\n"},
		{"empty", calls.Record{}, About{},
			`{"id":null,"call_id":null,"from":null,"to":null,"ruri":null,"src":null,"transport":null,"user_agent":null,` +
				`"invite_at":null,"ringing_at":null,"early_at":null,"answered_at":null,"acked_at":null,"ended_at":null,"ring_ms":null,"duration_ms":null,` +
				`"sip_code":null,"q850":null,"cause":null,"hangup_by":null,"peer_sip":null,"peer_text":null,"codec":null,"ptime_ms":null,` +
				`"rtp_local":null,"rtp_remote_sdp":null,"rtp_remote_seen":null,` +
				`"tx":{"packets":0,"bytes":0,"skipped":0,"late_max_ms":null},` +
				`"rx":{"packets":0,"bytes":0,"lost":null,"loss_pct":null,"dup":null,"reordered":null,"late":null,"ssrc_changes":null,"jitter_ms":null,"jitter_max_ms":null},` +
				`"rtt_ms":null,"quality":{"one_way":null,"bursts":null,"burst_pct":null,"burst_ms":null,"gap_pct":null,"gap_ms":null,"burst_ratio":null,` +
				`"skew_ppm":null,"level_dbm0":null,"silence_pct":null,"clipping_pct":null,"mos_lq":null},` +
				`"remote":{"lost":null,"interval_loss_pct":null,"jitter_ms":null,"xr":null},"mos":null,"r_factor":null,"dtmf":null,"audio":null,"diagnosis":null,"version":null}` + "\n"},
	}
	for _, tt := range tests {
		got := text(t, tt.record, tt.about)
		if got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
		if names := names(t, got); !slices.Equal(names, fields) {
			t.Errorf("%s: fields\n%q\nwant\n%q", tt.name, names, fields)
		}
	}
}

// TestLineOfFewerFacts changes the full record and looks at single fields.
func TestLineOfFewerFacts(t *testing.T) {
	tests := []struct {
		name   string
		change func(*calls.Record)
		want   []string
	}{
		{"not answered", func(r *calls.Record) {
			r.AnsweredAt, r.AckedAt = time.Time{}, time.Time{}
			r.EndedAt = r.RingingAt.Add(3 * time.Second)
			r.Status, r.Cause, r.HungUpBy = 487, calls.CallCancelled, calls.Caller
		}, []string{`"answered_at":null,"acked_at":null,`, `"ring_ms":3000,"duration_ms":null,"sip_code":487,"q850":31,"cause":"cancelled","hangup_by":"caller"`}},
		{"the caller said why", func(r *calls.Record) {
			r.Cause, r.HungUpBy, r.Reason = calls.CallerHungUp, calls.Caller, calls.Reason{Q850: 38, SIP: 503, Text: `a\n"b"`}
		}, []string{`"q850":38,"cause":"caller_hung_up","hangup_by":"caller","peer_sip":503,"peer_text":"a\\n\"b\""`}},
		{"never rang", func(r *calls.Record) { r.RingingAt = time.Time{} }, []string{`"ringing_at":null`, `"ring_ms":null,"duration_ms":30050`}},
		{"nothing received", func(r *calls.Record) {
			r.Media.Received = calls.Received{Invalid: 3, Expected: 5, Lost: 5, Jitter: 1}
			r.Media.RemoteSeen = netip.AddrPort{}
		}, []string{`"rtp_remote_seen":null`, `"rx":{"packets":0,"bytes":0,"lost":null,"loss_pct":null,"dup":null,"reordered":null,"late":null,"ssrc_changes":null,"jitter_ms":null,`}},
		{"received and not measured", func(r *calls.Record) { r.Media.Received = calls.Received{Packets: 5, Bytes: 800} },
			[]string{`"rx":{"packets":5,"bytes":800,"lost":null,"loss_pct":null,"dup":null,"reordered":null,"late":null,"ssrc_changes":null,"jitter_ms":null,`}},
		{"nothing lost", func(r *calls.Record) { r.Media.Received = calls.Received{Packets: 5, Expected: 5} },
			[]string{`"lost":0,"loss_pct":0,`, `"jitter_ms":0,`}},
		{"received twice", func(r *calls.Record) { r.Media.Received = calls.Received{Packets: 7, Expected: 5, Duplicated: 2} },
			[]string{`"lost":0,"loss_pct":0,"dup":2,`}},
		{"extended report", func(r *calls.Record) {
			r.Media.Remote = &calls.Remote{Metrics: &calls.Metrics{Loss: 0.25, GapLength: time.Second, R: new(80), MOS: new(4.1)}}
		}, []string{`"remote":{"lost":null,"interval_loss_pct":null,"jitter_ms":null,"xr":{"loss_pct":25,"discard_pct":0,"burst_pct":0,"burst_ms":0,` +
			`"gap_pct":0,"gap_ms":1000,"level_dbm0":null,"r_factor":80,"mos_lq":null,"mos_cq":4.1}}`}},
		{"nothing sent", func(r *calls.Record) { r.Media.Sent = calls.Sent{Skipped: 1} },
			[]string{`"tx":{"packets":0,"bytes":0,"skipped":1,"late_max_ms":null}`}},
		{"never late", func(r *calls.Record) { r.Media.Sent.LateMax = 0 }, []string{`"late_max_ms":0}`}},
		{"unknown cause", func(r *calls.Record) { r.Cause = "strange" }, []string{`"q850":null,"cause":"strange"`}},
	}
	for _, tt := range tests {
		record := full()
		tt.change(&record)
		got := text(t, record, About{})
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: got\n%s\nwant it to have\n%s", tt.name, got, want)
			}
		}
	}
}

// text is the line of a record.
func text(t *testing.T, r calls.Record, about About) string {
	t.Helper()
	var b bytes.Buffer
	if err := newLine(r, about).marshal(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// names lists the fields of a line in its order.
func names(t *testing.T, text string) (names []string) {
	t.Helper()
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		t.Errorf("%q is not one line", text)
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	token := func() json.Token {
		next, err := decoder.Token()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		return next
	}
	var object func(prefix string)
	object = func(prefix string) {
		for decoder.More() {
			name := prefix + token().(string)
			names = append(names, name)
			switch token() {
			case json.Delim('{'):
				object(name + ".")
			case json.Delim('['): // its members have no fields of the line
				for next := token(); next != json.Delim(']'); next = token() {
				}
			}
		}
		token()
	}
	token()
	object("")
	return names
}
