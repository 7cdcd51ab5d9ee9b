package engine

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// noisePeriod is how often what was thrown away is reported, at most.
const noisePeriod = time.Second

// noise is what strangers make the server throw away. It is counted where it
// comes in, and logged at most once a second, never message by message.
type noise struct {
	invalidRTP       atomic.Uint64 // by the sessions that have ended
	listenerFailures atomic.Uint64 // of listeners that were opened again, and attempts at that
}

// discards are the running counts of one look at all counters.
type discards struct {
	malformedSIP, unservedSIP, failedHandshakes, deniedSIP, limitedSIP, withheldSIP uint64
	refusedCalls, invalidRTP, panics, lostNotices                                   uint64
}

// look reads all counters.
func (e *Engine) look() discards {
	d := discards{
		refusedCalls: e.admission.refused.Load(),
		invalidRTP:   e.noise.invalidRTP.Load(),
	}
	stats := e.sip.Stats()
	d.malformedSIP, d.unservedSIP, d.failedHandshakes, d.panics = stats.Malformed, stats.Unserved, stats.Handshakes, stats.Panics
	d.deniedSIP, d.limitedSIP, d.withheldSIP = stats.Denied, stats.Limited, stats.Withheld
	for _, f := range e.bus.feeds {
		d.lostNotices += f.dropped.Load()
	}
	return d
}

// reportNoise logs what came since the last look, until the context ends.
func (e *Engine) reportNoise(ctx context.Context) {
	ticker := time.NewTicker(noisePeriod)
	defer ticker.Stop()
	var last discards
	for {
		select {
		case <-ticker.C:
			now := e.look()
			now.log(e.logger, last)
			last = now
		case <-ctx.Done():
			e.look().log(e.logger, last)
			return
		}
	}
}

// log writes one line with what changed, or none.
func (d discards) log(logger *slog.Logger, last discards) {
	var changed []any
	for _, c := range []struct {
		name      string
		now, last uint64
	}{
		{"malformed_sip", d.malformedSIP, last.malformedSIP},
		{"unserved_sip", d.unservedSIP, last.unservedSIP},
		{"failed_handshakes", d.failedHandshakes, last.failedHandshakes},
		{"denied_sip", d.deniedSIP, last.deniedSIP},
		{"limited_sip", d.limitedSIP, last.limitedSIP},
		{"withheld_sip", d.withheldSIP, last.withheldSIP},
		{"refused_calls", d.refusedCalls, last.refusedCalls},
		{"invalid_rtp", d.invalidRTP, last.invalidRTP},
		{"panics", d.panics, last.panics},
		{"lost_notices", d.lostNotices, last.lostNotices},
	} {
		if c.now != c.last {
			changed = append(changed, c.name, c.now-c.last)
		}
	}
	if changed != nil {
		logger.Warn("discarded", changed...)
	}
}
