package engine

import (
	"context"
	"log/slog"
	"math"
	"time"

	"pickup/calls"
)

// Log writes the life of calls to the log: at Info what an operator acts
// on, at Debug every step of the state machine.
type Log struct{ Logger *slog.Logger }

var _ Observer = Log{}

// Notice writes one line at the time of the notice.
func (o Log) Notice(n calls.Notice) {
	switch n := n.(type) {
	case calls.Incoming:
		o.write(n.At, slog.LevelInfo, "call incoming", "id", n.ID, "call_id", n.Party.CallID,
			"src", n.Party.Source, "from", n.Party.From, "to", n.Party.To, "user_agent", n.Party.UserAgent)
	case calls.Early:
		o.write(n.At, slog.LevelInfo, "early media", "id", n.ID, "codec", n.Media.Codec,
			"rtp_local", n.Media.Local, "rtp_remote", n.Media.RemoteSDP)
	case calls.Answered:
		o.write(n.At, slog.LevelInfo, "call answered", "id", n.ID, "codec", n.Media.Codec,
			"rtp_local", n.Media.Local, "rtp_remote", n.Media.RemoteSDP)
	case calls.Transition:
		o.write(n.At, slog.LevelDebug, "state", "id", n.ID, "from", n.From, "to", n.To,
			"event", n.Event, "in_state", n.InState.String())
	case calls.Late:
		o.write(n.At, slog.LevelDebug, "late event", "id", n.ID, "state", n.State, "event", n.Event)
	case calls.Dialled:
		o.write(n.At, slog.LevelDebug, "digit", "id", n.ID, "digit", string(n.Digit.Key), "method", n.Digit.Method,
			"duration_ms", n.Digit.Duration.Milliseconds())
	case calls.OneWayAudio:
		o.write(n.At, slog.LevelInfo, "one-way audio", "id", n.ID, "tx_packets", n.Live.Sent, "rx_packets", n.Live.Received,
			"rx_foreign", n.Live.Foreign)
	case calls.Fault:
		o.write(n.At, slog.LevelDebug, "call fault", "id", n.ID, "doing", n.Doing, "err", n.Err)
	}
}

// Record writes the call's record as its last line.
func (o Log) Record(r calls.Record) {
	level := slog.LevelInfo
	if r.Cause == calls.InternalError {
		level = slog.LevelError
	}
	fields := []any{
		"id", r.ID, "call_id", r.Party.CallID, "cause", r.Cause, "hangup_by", r.HungUpBy,
		"sip_code", r.Status, "duration_ms", r.Duration().Milliseconds(), "codec", r.Media.Codec,
		"tx_packets", r.Media.Sent.Packets, "tx_skipped", r.Media.Sent.Skipped,
		"tx_late_max", r.Media.Sent.LateMax.Round(time.Microsecond).String(), "rx_packets", r.Media.Received.Packets,
	}
	fields = append(fields, heard(r.Media)...)
	if r.Reason != (calls.Reason{}) {
		fields = append(fields, "peer_q850", r.Reason.Q850, "peer_sip", r.Reason.SIP, "peer_text", r.Reason.Text)
	}
	if len(r.Digits) > 0 {
		fields = append(fields, "dtmf", keysOf(r.Digits))
	}
	if r.Fault != "" {
		fields = append(fields, "reason", r.Fault)
	}
	o.write(r.EndedAt, level, "call ended", fields...)
}

// keysOf are the digits as they were dialled.
func keysOf(digits []calls.Digit) string {
	keys := make([]byte, len(digits))
	for i, d := range digits {
		keys[i] = d.Key
	}
	return string(keys)
}

// heard is what the log tells of the caller's audio: only what was measured.
func heard(m calls.MediaStats) []any {
	in := m.Received
	if in.Packets == 0 {
		return nil
	}
	fields := []any{"rx_lost", in.Lost, "rx_jitter", in.Jitter.Round(time.Microsecond).String()}
	switch q := m.Quality; {
	case q.MOS != nil:
		fields = append(fields, "mos", math.Round(100**q.MOS)/100)
	case q.ListeningMOS != nil:
		fields = append(fields, "mos_lq", math.Round(100**q.ListeningMOS)/100)
	}
	return fields
}

func (o Log) write(at time.Time, level slog.Level, text string, fields ...any) {
	ctx := context.Background()
	if !o.Logger.Enabled(ctx, level) {
		return
	}
	line := slog.NewRecord(at, level, text, 0)
	line.Add(fields...)
	// A log that cannot be written is no reason to disturb a call.
	_ = o.Logger.Handler().Handle(ctx, line)
}
