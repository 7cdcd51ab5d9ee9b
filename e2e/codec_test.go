//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pickup/codec"
)

// audioPage has the table of these files between two lines; UPDATE_DOCS=1 writes it anew.
const audioPage = "../docs/audio.md"

const (
	tableOpen  = "<!-- files -->"
	tableClose = "<!-- /files -->"
)

// row is what became of a file.
type row struct{ name, verdict, snr, start string }

func (r row) String() string {
	return fmt.Sprintf("| %s | %s | %s | %s |", r.name, r.verdict, r.snr, r.start)
}

// Files of all kinds: each is decoded as another decoder does it, or refused with one clear line; and the table of
// the document says so.
func TestShortFiles(t *testing.T) {
	bench := newWorkbench(t)
	var rows []row
	for _, f := range fileSet {
		t.Run(f.name, func(t *testing.T) {
			rows = append(rows, f.try(t, bench))
		})
	}
	if t.Failed() {
		return
	}
	page, err := os.ReadFile(audioPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, opened := strings.Cut(string(page), tableOpen+"\n")
	table, tail, closed := strings.Cut(rest, tableClose+"\n")
	if !opened || !closed {
		t.Fatalf("%s: got no lines %s and %s, want the table between them", audioPage, tableOpen, tableClose)
	}
	if os.Getenv("UPDATE_DOCS") == "1" {
		page := head + tableOpen + "\n" + rendered(rows) + tableClose + "\n" + tail
		if err := os.WriteFile(audioPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	compareTables(t, rendered(rows), table)
}

// try decodes a file of the set and compares it with the referee.
func (f file) try(t *testing.T, bench *workbench) row {
	data := f.make(bench.with(t))
	path := filepath.Join(t.TempDir(), "file.mp3")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	options := codec.Options{Duration: time.Minute, Formats: []codec.Format{codec.PCMU}}
	began := time.Now()
	prompt, err := codec.LoadFile(t.Context(), path, options)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("loading: took %v, want at most 2 s", took)
	}
	if err != nil {
		text := strings.TrimPrefix(err.Error(), "codec: "+path+": ")
		if f.refused == "" || !strings.Contains(text, f.refused) || strings.Contains(text, "\n") {
			t.Fatalf("got %q, want one line with %q", text, f.refused)
		}
		what, _, _ := strings.Cut(text, "; convert it: ")
		return row{f.name, "refused: " + what, "", ""}
	}
	if f.refused != "" {
		t.Fatalf("got no error, want one with %q", f.refused)
	}
	notes := strings.Join(prompt.Notes(), "; ")
	if !strings.Contains(notes, f.note) || (f.note == "") != (notes == "") {
		t.Errorf("notes: got %q, want %q", notes, f.note)
	}
	verdict := "plays"
	if notes != "" {
		verdict += "; note: " + notes
	}
	if f.clean {
		if err := os.WriteFile(path, wrapped(bench.with(t)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	snr, start := f.compare(t, data, path)
	return row{f.name, verdict, snr, start}
}

// compare is the signal to noise ratio against the referee and the start relative to it, for the table.
func (f file) compare(t *testing.T, data []byte, path string) (snr, start string) {
	got, err := codec.Decode(t.Context(), data, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	want := f.referee(t, path)
	if f.until > 0 {
		n := int(f.until.Seconds() * float64(got.Rate))
		want = want[:min(n, len(want))]
	}
	mixed := mean(got.Left, got.Right)
	lag := align(want, mixed, got.Rate/8, 1500)
	if lag < -1 || lag > 1 {
		t.Errorf("start: got %d samples after the referee, want at most 1", lag)
	}
	decibels := signalToNoise(want, mixed, lag, got.Rate)
	if decibels < 60 {
		t.Errorf("got %.1f dB below 4 kHz, want at least 60 dB", decibels)
	}
	if over := len(mixed) - len(want); f.until == 0 && !f.loose && (over < -1 || over > 1) {
		t.Errorf("length: got %d samples, want %d", len(mixed), len(want))
	}
	t.Logf("%.2f dB, start %+d, length %d of %d", decibels, lag, len(mixed), len(want))
	if decibels > 150 {
		return "exact", strconv.Itoa(lag)
	}
	return fmt.Sprintf("%.0f dB", decibels), strconv.Itoa(lag)
}

// rendered is the table in Markdown.
func rendered(rows []row) string {
	var b strings.Builder
	b.WriteString("| file | verdict | SNR below 4 kHz | start, in samples |\n|---|---|---|---|\n")
	for _, r := range rows {
		b.WriteString(r.String() + "\n")
	}
	return b.String()
}

// compareTables wants two tables to be equal, but for a decibel in the third column: the referees differ that much
// from version to version.
func compareTables(t *testing.T, got, want string) {
	t.Helper()
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		g, w := line(gotLines, i), line(wantLines, i)
		gc, wc := strings.Split(g, "|"), strings.Split(w, "|")
		same := g == w
		if len(gc) == 6 && len(wc) == 6 && !same {
			a, errA := decibels(gc[3])
			b, errB := decibels(wc[3])
			gc[3], wc[3] = "", ""
			same = errA == nil && errB == nil && a-b <= 1 && b-a <= 1 && strings.Join(gc, "|") == strings.Join(wc, "|")
		}
		if !same {
			t.Errorf("%s: want %q, the document has %q; UPDATE_DOCS=1 writes it anew", audioPage, g, w)
		}
	}
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func decibels(cell string) (int, error) {
	return strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(cell), " dB"))
}
