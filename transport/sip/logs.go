package sip

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
)

// libraryLog takes what sipgo logs. Its errors are what a peer can provoke at any
// rate, with the peer's bytes in them: they are counted as malformed messages.
type libraryLog struct{ server *Server }

func (l libraryLog) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelError
}

func (l libraryLog) Handle(_ context.Context, r slog.Record) error {
	l.server.malformed.Add(1)
	l.server.log.Debug("SIP message dropped", "cause", r.Message)
	return nil
}

func (l libraryLog) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l libraryLog) WithGroup(string) slog.Handler      { return l }

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
