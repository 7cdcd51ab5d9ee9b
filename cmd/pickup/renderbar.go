package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// showProgress shows how many of all steps are done: as a bar on a terminal, which finish takes away, and else in
// lines. What is soon over shows nothing in lines. There are no colours.
func showProgress(w *os.File, description string) (progress func(done, all int), finish func()) {
	if !isatty.IsTerminal(w.Fd()) {
		return progressLines(w, description), func() {}
	}
	var bar *progressbar.ProgressBar
	progress = func(done, all int) {
		if bar == nil {
			bar = progressbar.NewOptions(all,
				progressbar.OptionSetWriter(w),
				progressbar.OptionSetDescription(description),
				progressbar.OptionSetPredictTime(false),
				progressbar.OptionClearOnFinish())
		}
		// A terminal that is gone is no reason to give the work up.
		_ = bar.Set(done)
	}
	return progress, func() {
		if bar != nil {
			_ = bar.Finish()
		}
	}
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
