package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"pickup/calls"
)

// reportEvery is the least time between two log lines about records that were
// not written.
const reportEvery = time.Second

// About is what all records of a server have in common.
type About struct {
	Version string       // of the program
	Logger  *slog.Logger // is told of records that were not written; nil tells nobody
}

// file is the part of an [os.File] that a Writer uses.
type file interface {
	io.WriteCloser
	Sync() error
}

// Writer appends call records to a file. One goroutine may use it; only Lost may
// be called by others at the same time.
type Writer struct {
	path    string
	about   About
	file    file
	regular bool // a file that can be synced, not a device
	closed  bool

	buffer  bytes.Buffer // the line that is being written
	partial bool         // the file ends within a line
	lost    atomic.Uint64
	told    time.Time // of the last report of a loss
	failing bool      // a loss was reported, and nothing written since
}

// Open opens the file at path for appending, and makes it when it is missing.
// Only a regular file or a device will do: a pipe can hold the writer up. A last
// line that was left unfinished is ended before the first record.
func Open(path string, about About) (*Writer, error) {
	if about.Logger == nil {
		about.Logger = slog.New(slog.DiscardHandler)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeDevice == 0 {
		return nil, fmt.Errorf("record: %s is neither a regular file nor a device", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return nil, fmt.Errorf("record: opening the call records: %w", err)
	}
	w := &Writer{path: path, about: about, file: f}
	if err := w.examine(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("record: reading the end of %s: %w", path, err)
	}
	return w, nil
}

// examine finds out what was opened, and whether it ends within a line.
func (w *Writer) examine(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	w.regular = info.Mode().IsRegular()
	if !w.regular || info.Size() == 0 {
		return nil
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil {
		return err
	}
	w.partial = last[0] != '\n'
	return nil
}

// Notice does nothing: a record is made of what is known at the end.
func (w *Writer) Notice(calls.Notice) {}

// Record appends the record of a call in one write, so that a crash leaves whole
// lines. What cannot be written is lost and counted.
func (w *Writer) Record(r calls.Record) {
	w.buffer.Reset()
	if w.partial {
		w.buffer.WriteByte('\n')
	}
	if err := newLine(r, w.about).marshal(&w.buffer); err != nil {
		w.lose(err)
		return
	}
	n, err := w.file.Write(w.buffer.Bytes())
	if n > 0 {
		w.partial = w.buffer.Bytes()[n-1] != '\n'
	}
	if err != nil {
		w.lose(err)
		return
	}
	if w.failing {
		w.failing = false
		w.about.Logger.Info("call records are written again", "file", w.path, "lost", w.Lost())
	}
}

// lose counts a record that was not written and reports it, at most once per
// reportEvery.
func (w *Writer) lose(err error) {
	lost := w.lost.Add(1)
	now := time.Now()
	if !w.told.IsZero() && now.Sub(w.told) < reportEvery {
		return
	}
	w.told, w.failing = now, true
	w.about.Logger.Error("call record not written", "file", w.path, "lost", lost, "err", err)
}

// Lost counts the records that were not written.
func (w *Writer) Lost() uint64 { return w.lost.Load() }

// Close brings what was written to the disk and closes the file. Its error also
// tells of records that were lost. It is idempotent; a record after it is lost.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	var failed []error
	if w.regular {
		failed = append(failed, w.file.Sync())
	}
	failed = append(failed, w.file.Close())
	if lost := w.Lost(); lost > 0 {
		failed = append(failed, fmt.Errorf("%d call records were not written", lost))
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("record: closing %s: %w", w.path, err)
	}
	return nil
}
