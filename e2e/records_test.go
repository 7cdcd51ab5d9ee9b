//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// callRecord is what the file of call records says about a call, as far as the
// tests look at it. A value that was not measured is the zero value here.
type callRecord struct {
	CallID        string    `json:"call_id"`
	Transport     string    `json:"transport"`
	InvitedAt     time.Time `json:"invite_at"`
	EndedAt       time.Time `json:"ended_at"`
	DurationMS    int       `json:"duration_ms"`
	Status        int       `json:"sip_code"`
	Cause         string    `json:"cause"`
	HungUpBy      string    `json:"hangup_by"`
	Audio         string    `json:"audio"`
	RTPRemoteSDP  string    `json:"rtp_remote_sdp"`
	RTPRemoteSeen string    `json:"rtp_remote_seen"`
	Digits        []struct {
		Key        string `json:"digit"`
		Method     string `json:"method"`
		DurationMS int    `json:"duration_ms"`
	} `json:"dtmf"`
	Sent struct {
		Packets int `json:"packets"`
		Bytes   int `json:"bytes"`
		Skipped int `json:"skipped"`
		// LateMaxMS is by how much the latest packet missed its time.
		LateMaxMS float64 `json:"late_max_ms"`
	} `json:"tx"`
	Received struct {
		Packets     int      `json:"packets"`
		Bytes       int      `json:"bytes"`
		Lost        *int     `json:"lost"`
		LossPercent *float64 `json:"loss_pct"`
		Duplicated  *int     `json:"dup"`
		Reordered   *int     `json:"reordered"`
		Late        *int     `json:"late"`
		JitterMS    *float64 `json:"jitter_ms"`
		JitterMaxMS *float64 `json:"jitter_max_ms"`
	} `json:"rx"`
	Quality struct {
		OneWay  *bool    `json:"one_way"`
		Skew    *float64 `json:"skew_ppm"`
		Silence *float64 `json:"silence_pct"`
		Level   *float64 `json:"level_dbm0"`
		MOS     *float64 `json:"mos_lq"`
	} `json:"quality"`
	MOS *float64 `json:"mos"`
}

// recordFields are the fields of every record, with those of its two objects.
var recordFields = strings.Fields(`id call_id from to ruri src transport user_agent
	invite_at ringing_at early_at answered_at acked_at ended_at ring_ms duration_ms
	sip_code q850 cause hangup_by peer_sip peer_text
	codec ptime_ms rtp_local rtp_remote_sdp rtp_remote_seen
	tx tx.packets tx.bytes tx.skipped tx.late_max_ms
	rx rx.packets rx.bytes rx.lost rx.loss_pct rx.dup rx.reordered rx.late rx.ssrc_changes rx.jitter_ms rx.jitter_max_ms
	rtt_ms quality quality.one_way quality.bursts quality.burst_pct quality.burst_ms quality.gap_pct quality.gap_ms quality.burst_ratio
	quality.skew_ppm quality.level_dbm0 quality.silence_pct quality.clipping_pct quality.mos_lq
	remote remote.lost remote.interval_loss_pct remote.jitter_ms remote.xr mos r_factor dtmf audio diagnosis version`)

// callRecords reads the file of call records, of which every line has to be whole.
func (d *daemon) callRecords() []callRecord {
	d.t.Helper()
	file, err := os.ReadFile(d.written)
	if err != nil {
		d.t.Fatal(err)
	}
	var out []callRecord
	for line := range bytes.Lines(file) {
		var one callRecord
		if !bytes.HasSuffix(line, []byte("\n")) {
			d.t.Errorf("call record: no end of line after %s", line)
		}
		if err := json.Unmarshal(line, &one); err != nil {
			d.t.Fatalf("call record: %v in %s", err, line)
		}
		checkFields(d.t, line)
		out = append(out, one)
	}
	return out
}

// checkFields wants a record to have all fields, measured or not, and no others.
func checkFields(t *testing.T, line []byte) {
	t.Helper()
	var record map[string]any
	if err := json.Unmarshal(line, &record); err != nil {
		t.Fatal(err)
	}
	got := slices.Collect(maps.Keys(record))
	for name, value := range record {
		inner, _ := value.(map[string]any)
		for key := range inner {
			got = append(got, name+"."+key)
		}
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(recordFields)); !slices.Equal(got, want) {
		t.Errorf("fields of the call record: got %v, want %v", got, want)
	}
}

// Every call has its line, also when many end at the same moment.
func TestShortCallRecords(t *testing.T) {
	const calls, seconds = 20, 1
	r, err := newReceiver(4)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: seconds, calls: calls + 20, raced: true})
	runSIPp(t, d, r.addresses(), load{calls: calls, atOnce: calls, rate: 100, seconds: seconds}).wait(40 * time.Second)
	d.stop()
	records := d.callRecords()
	if len(records) != calls {
		t.Errorf("call records: got %d, want %d", len(records), calls)
	}
	seen := make(map[string]bool)
	for _, one := range records {
		if seen[one.CallID] || one.CallID == "" {
			t.Errorf("call_id: got %q twice", one.CallID)
		}
		seen[one.CallID] = true
		if one.Status != 200 || one.Cause != "completed" || one.Transport != "UDP" {
			t.Errorf("%s: sip_code, cause, transport: got %d, %q, %q, want 200, completed, UDP",
				one.CallID, one.Status, one.Cause, one.Transport)
		}
		if frames := one.Sent.Packets + one.Sent.Skipped; frames != seconds*50 || one.Sent.Bytes != one.Sent.Packets*frameSize {
			t.Errorf("%s: tx: got %+v, want %d frames of %d octets", one.CallID, one.Sent, seconds*50, frameSize)
		}
		if span := one.EndedAt.Sub(one.InvitedAt); span < seconds*time.Second || one.DurationMS < seconds*1000 {
			t.Errorf("%s: from invite_at to ended_at: got %v, duration_ms %d, want at least %d s", one.CallID, span, one.DurationMS, seconds)
		}
		if one.Received.Lost != nil || one.Received.LossPercent != nil || one.Received.JitterMS != nil {
			t.Errorf("%s: rx: got %+v of a caller who is silent, want null", one.CallID, one.Received)
		}
	}
}
