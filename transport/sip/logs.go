package sip

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// libraryLog takes what sipgo logs. Its errors are what a peer can provoke at any
// rate, with the peer's bytes in them: they are counted as malformed messages.
type libraryLog struct{ server *Server }

func (l libraryLog) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelError
}

func (l libraryLog) Handle(_ context.Context, r slog.Record) error {
	l.server.malformed.add()
	l.server.log.Debug("SIP message dropped", "cause", r.Message)
	return nil
}

func (l libraryLog) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l libraryLog) WithGroup(string) slog.Handler      { return l }

// noise counts what anybody can send and logs it at most once a second.
type noise struct {
	log   *slog.Logger
	total atomic.Uint64

	mu     sync.Mutex
	logged time.Time
	count  uint64 // since then
}

func (n *noise) add() {
	n.total.Add(1)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count++
	now := time.Now()
	if now.Sub(n.logged) < time.Second {
		return
	}
	n.log.Warn("malformed SIP messages dropped", "count", n.count)
	n.logged, n.count = now, 0
}

// cleanLength is the most bytes of a peer's text that are handed on.
const cleanLength = 256

// clean makes a peer's text fit for logs and records: what does not print is
// escaped as in a Go string, and the length is bounded.
func clean(s string) string {
	if len(s) > cleanLength {
		s = strings.ToValidUTF8(s[:cleanLength], "") + "..."
	}
	quoted := strconv.Quote(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
