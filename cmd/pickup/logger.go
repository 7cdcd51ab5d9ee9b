package main

import (
	"io"
	"log/slog"
	"os"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"

	"pickup/config"
)

// newLogger makes the logger that the configuration asks for. "auto" is coloured
// text on a terminal and plain text elsewhere. flush writes what still waits.
func newLogger(w *os.File, c config.Logging) (logger *slog.Logger, flush func()) {
	lines := newAsyncWriter(w)
	return slog.New(newHandler(lines, c, isatty.IsTerminal(w.Fd()))), lines.Close
}

func newHandler(w io.Writer, c config.Logging, terminal bool) slog.Handler {
	options := &slog.HandlerOptions{Level: c.SlogLevel()}
	switch {
	case c.Format == "json":
		return slog.NewJSONHandler(w, options)
	case c.Format == "auto" && terminal:
		return tint.NewTextHandler(w, &tint.Options{
			Level:      c.SlogLevel(),
			TimeFormat: "15:04:05.000",
			NoColor:    os.Getenv("NO_COLOR") != "",
		})
	}
	return slog.NewTextHandler(w, options)
}
