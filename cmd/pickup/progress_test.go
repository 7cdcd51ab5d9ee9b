package main

import (
	"bytes"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestDownloadLines has a download of five seconds, of which there are two lines, and one that is soon over.
func TestDownloadLines(t *testing.T) {
	tests := []struct {
		name string
		step time.Duration
		all  int64
		want string
		log  string
	}{
		{"slow", 500 * time.Millisecond, 1000, "downloading: 500 of 1000 bytes\ndownloading: 900 of 1000 bytes\n",
			"level=INFO msg=\"downloading the audio\" bytes=500 of=1000\nlevel=INFO msg=\"downloading the audio\" bytes=900 of=1000\n"},
		{"slow and of unknown size", 500 * time.Millisecond, -1, "downloading: 500 bytes\ndownloading: 900 bytes\n",
			"level=INFO msg=\"downloading the audio\" bytes=500\nlevel=INFO msg=\"downloading the audio\" bytes=900\n"},
		{"fast", 10 * time.Millisecond, 1000, "", ""},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			var lines, log bytes.Buffer
			p := &progress{w: &lines}
			for _, begin := range []func() func(done, all int64){
				func() func(done, all int64) { return p.bytes("downloading") },
				func() func(done, all int64) { return logDownload(plainLogger(&log)) },
			} {
				progress := begin()
				for done := range int64(10) {
					progress(100*(done+1), tt.all)
					time.Sleep(tt.step)
				}
			}
			if got := lines.String(); got != tt.want {
				t.Errorf("%s: lines: got %q, want %q", tt.name, got, tt.want)
			}
			if got := log.String(); got != tt.log {
				t.Errorf("%s: log: got %q, want %q", tt.name, got, tt.log)
			}
			if p.bar != nil {
				t.Errorf("%s: got a bar, want none without a terminal", tt.name)
			}
		})
	}
}

// plainLogger writes lines without the time.
func plainLogger(w *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}
