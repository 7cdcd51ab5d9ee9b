package record

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pickup/calls"
)

// observer is what the engine wants of a Writer.
type observer interface {
	Notice(calls.Notice)
	Record(calls.Record)
}

var _ observer = (*Writer)(nil)

// lineOf is what the record of a call with only this name comes to.
func lineOf(t *testing.T, id calls.ID) string { return text(t, calls.Record{ID: id}, About{}) }

// open is Open of a file that must open.
func open(t *testing.T, path string, logger *slog.Logger) *Writer {
	t.Helper()
	w, err := Open(path, About{Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestWriterAppends(t *testing.T) {
	one, two := lineOf(t, "1"), lineOf(t, "2")
	tests := []struct{ name, before, want string }{
		{"empty file", "", one + two},
		{"whole lines", "{}\n", "{}\n" + one + two},
		{"partial line", "{}\n{\"id\":", "{}\n{\"id\":\n" + one + two},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "calls.jsonl")
		if err := os.WriteFile(path, []byte(tt.before), 0o600); err != nil {
			t.Fatal(err)
		}
		w := open(t, path, nil)
		w.Notice(calls.Incoming{})
		w.Record(calls.Record{ID: "1"})
		w.Record(calls.Record{ID: "2"})
		if got := read(t, path); got != tt.want {
			t.Errorf("%s: before Close got\n%q\nwant\n%q", tt.name, got, tt.want)
		}
		for range 2 {
			if err := w.Close(); err != nil {
				t.Errorf("%s: Close: %v", tt.name, err)
			}
		}
	}
}

func TestOpenMakesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.jsonl")
	for _, id := range []calls.ID{"1", "2"} {
		w := open(t, path, nil)
		w.Record(calls.Record{ID: id})
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	if got, want := read(t, path), lineOf(t, "1")+lineOf(t, "2"); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got&^0o640 != 0 {
		t.Errorf("permissions: got %v, want at most -rw-r-----", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, pipe, filepath.Join(dir, "none", "calls.jsonl")} {
		w, err := Open(path, About{})
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("Open(%q) = %v, %v; want an error that names it", path, w, err)
		}
	}
}

func TestFullDisk(t *testing.T) {
	w := open(t, "/dev/full", nil)
	for range 3 {
		w.Record(full())
	}
	if got, want := w.Lost(), uint64(3); got != want {
		t.Errorf("lost: got %d, want %d", got, want)
	}
	err := w.Close()
	if err == nil || !strings.Contains(err.Error(), "3 call records were not written") {
		t.Errorf("Close: got %v, want the number of lost records", err)
	}
	w.Record(full())
	if got, want := w.Lost(), uint64(4); got != want {
		t.Errorf("lost after Close: got %d, want %d", got, want)
	}
}

// disk is a file that takes only so many bytes, and counts the writes.
type disk struct {
	bytes.Buffer
	room   int
	writes int
	fault  error // of Sync and Close
}

func (d *disk) Write(p []byte) (int, error) {
	d.writes++
	n := min(len(p), d.room)
	d.room -= n
	d.Buffer.Write(p[:n])
	if n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (d *disk) Sync() error  { return d.fault }
func (d *disk) Close() error { return d.fault }

// A line of which only the begin fitted is ended before the next one.
func TestWriterResumes(t *testing.T) {
	one, two := lineOf(t, "1"), lineOf(t, "2")
	const plenty = 1 << 20
	tests := []struct {
		name string
		room []int // before each record
		want string
		lost uint64
	}{
		{"room for all", []int{plenty, plenty}, one + two, 0},
		{"none for the first", []int{0, plenty}, two, 1},
		{"some for the first", []int{3, plenty}, one[:3] + "\n" + two, 1},
		{"all but the line end", []int{len(one) - 1, plenty}, one + two, 1},
		{"some twice", []int{3, 0, plenty}, one[:3] + "\n" + lineOf(t, "3"), 2},
		{"only for the line end", []int{3, 1, plenty}, one[:3] + "\n" + lineOf(t, "3"), 2},
	}
	for _, tt := range tests {
		d := &disk{}
		w := &Writer{about: About{Logger: slog.New(slog.DiscardHandler)}, file: d}
		for i, room := range tt.room {
			d.room = room
			w.Record(calls.Record{ID: calls.ID(fmt.Sprint(i + 1))})
		}
		if got := d.String(); got != tt.want {
			t.Errorf("%s: got\n%q\nwant\n%q", tt.name, got, tt.want)
		}
		if w.Lost() != tt.lost || d.writes != len(tt.room) {
			t.Errorf("%s: %d lost, %d writes; want %d, %d", tt.name, w.Lost(), d.writes, tt.lost, len(tt.room))
		}
	}
}

func TestLossIsReportedOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		d := &disk{}
		w := &Writer{path: "calls.jsonl", file: d, about: About{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
		record := func(wait time.Duration, room int, want string) {
			t.Helper()
			time.Sleep(wait)
			log.Reset()
			d.room = room
			w.Record(calls.Record{})
			got := log.String()
			if want == "" && got != "" || want != "" && (!strings.Contains(got, want) || strings.Count(got, "\n") != 1) {
				t.Errorf("log %q, want %q", got, want)
			}
		}
		const plenty = 1 << 20
		record(0, plenty, "")
		record(0, 0, `level=ERROR msg="call record not written" file=calls.jsonl lost=1 err="no space left on device"`)
		record(0, 0, "")
		record(999*time.Millisecond, 0, "")
		record(time.Millisecond, 0, `level=ERROR msg="call record not written" file=calls.jsonl lost=4 err=`)
		record(0, plenty, `level=INFO msg="call records are written again" file=calls.jsonl lost=4`)
		record(0, plenty, "")
		record(0, 0, "") // comes and goes: still at most one a second
		record(0, plenty, "")
		record(time.Second, 0, "lost=6")
	})
}

func TestCloseReports(t *testing.T) {
	w := &Writer{path: "calls.jsonl", file: &disk{fault: fs.ErrInvalid}, regular: true}
	err := w.Close()
	if !errors.Is(err, fs.ErrInvalid) || !strings.Contains(fmt.Sprint(err), "calls.jsonl") {
		t.Errorf("got %v, want the error of the file and its name", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("second Close: got %v, want nil", err)
	}
}
