package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// progress shows how far work is: as a bar on a terminal, which is gone when the work is done, and elsewhere steps in
// lines and downloads not at all. There is one bar at a time. It has no colours. One goroutine at a time may use it.
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

// showDownload draws how much of the file of a URL has come, on a terminal and nowhere else. finish takes the bar away.
func showDownload(w *os.File, description string) (progress func(done, total int64), finish func()) {
	p := newProgress(w)
	return p.bytes(description), p.finish
}

// bytes shows how many bytes of all have come; all is -1 when it is not known.
func (p *progress) bytes(description string) func(done, all int64) {
	return func(done, all int64) {
		if p.terminal {
			p.draw(description, done, all, progressbar.OptionShowBytes(true))
		}
	}
}

// steps shows how many of all steps are done. What is soon over shows nothing in lines.
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

// progressLines writes a line with the percentage when the work has gone on for linePeriod since the last one.
func progressLines(w io.Writer, description string) func(done, all int) {
	last := time.Now()
	return func(done, all int) {
		if now := time.Now(); now.Sub(last) >= linePeriod {
			last = now
			fmt.Fprintf(w, "%s: %d %%\n", description, 100*done/max(1, all))
		}
	}
}
