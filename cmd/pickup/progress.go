package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// progress shows how far work is: as a bar on a terminal, which is gone when the work is done, and elsewhere in lines, of
// which what is soon over has none. There is one bar at a time. It has no colours. One goroutine at a time may use it.
type progress struct {
	w        io.Writer
	terminal bool
	bar      *progressbar.ProgressBar // what is shown now, or nil
	shows    string                   // the description of bar
}

// newProgress shows progress on w.
func newProgress(w io.Writer) *progress {
	file, ok := w.(*os.File)
	return &progress{w: w, terminal: ok && isatty.IsTerminal(file.Fd())}
}

// bytes shows how many bytes of all have come; all is -1 when it is not known.
func (p *progress) bytes(description string) func(done, all int64) {
	if !p.terminal {
		return byteLines(p.w, description)
	}
	return func(done, all int64) { p.draw(description, done, all, progressbar.OptionShowBytes(true)) }
}

// steps shows how many of all steps are done.
func (p *progress) steps(description string) func(done, all int) {
	if !p.terminal {
		return progressLines(p.w, description)
	}
	return func(done, all int) {
		p.draw(description, int64(done), int64(all), progressbar.OptionSetPredictTime(false))
	}
}

// draw brings the bar of this description up to date, in place of another one.
func (p *progress) draw(description string, done, all int64, option progressbar.Option) {
	if p.shows != description {
		p.finish()
		p.bar = progressbar.NewOptions64(all,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionSetDescription(description),
			progressbar.OptionClearOnFinish(),
			option)
		p.shows = description
	}
	// A terminal that is gone is no reason to give the work up.
	_ = p.bar.Set64(done)
}

// finish takes the bar away.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
	p.bar, p.shows = nil, ""
}

// linePeriod is the least time between two lines.
const linePeriod = 2 * time.Second

// seldom is true once in each linePeriod of work, and not at its beginning.
func seldom() func() bool {
	last := time.Now()
	return func() bool {
		now := time.Now()
		if now.Sub(last) < linePeriod {
			return false
		}
		last = now
		return true
	}
}

// progressLines writes a line with the percentage when the work has gone on for linePeriod since the last one.
func progressLines(w io.Writer, description string) func(done, all int) {
	due := seldom()
	return func(done, all int) {
		if due() {
			fmt.Fprintf(w, "%s: %d %%\n", description, 100*done/max(1, all))
		}
	}
}

// byteLines is progressLines of a download.
func byteLines(w io.Writer, description string) func(done, all int64) {
	due := seldom()
	return func(done, all int64) {
		switch {
		case !due():
		case all > 0:
			fmt.Fprintf(w, "%s: %d of %d bytes\n", description, done, all)
		default:
			fmt.Fprintf(w, "%s: %d bytes\n", description, done)
		}
	}
}

// logDownload is byteLines in the log.
func logDownload(logger *slog.Logger) func(done, all int64) {
	due := seldom()
	return func(done, all int64) {
		switch {
		case !due():
		case all > 0:
			logger.Info("downloading the audio", "bytes", done, "of", all)
		default:
			logger.Info("downloading the audio", "bytes", done)
		}
	}
}
