package main

import (
	"os"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// showDownload draws how much of the file of a URL has come, on a terminal and
// nowhere else. finish takes the bar away.
func showDownload(w *os.File, description string) (progress func(done, total int64), finish func()) {
	if !isatty.IsTerminal(w.Fd()) {
		return nil, func() {}
	}
	var bar *progressbar.ProgressBar
	progress = func(done, total int64) {
		if bar == nil {
			bar = progressbar.NewOptions64(total,
				progressbar.OptionSetWriter(w),
				progressbar.OptionSetDescription(description),
				progressbar.OptionShowBytes(true),
				progressbar.OptionClearOnFinish())
		}
		// A terminal that is gone is no reason to give the download up.
		_ = bar.Set64(done)
	}
	return progress, func() {
		if bar != nil {
			_ = bar.Finish()
		}
	}
}
