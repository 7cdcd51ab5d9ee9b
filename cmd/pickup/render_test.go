package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pickup/codec"
)

// runApart is run with standard output and standard error apart.
func runApart(args ...string) (out, report string, err error) {
	var o, e bytes.Buffer
	root := newRoot()
	root.SetOut(&o)
	root.SetErr(&e)
	root.SetArgs(args)
	err = root.Execute()
	return o.String(), e.String(), err
}

// twoSeconds keeps the tests short.
const twoSeconds = "audio.duration_seconds=2"

func TestRenderWrites(t *testing.T) {
	tests := []struct {
		out    string
		args   []string
		prefix string
		size   int
	}{
		{"out.wav", nil, "RIFF", 44 + 2*16000},
		{"out.WAV", []string{"--codec", "pcma"}, "RIFF", 44 + 2*16000},
		{"out.wav", []string{"--codec", "G722"}, "RIFF", 44 + 2*32000},
		{"out.ul", nil, "", 16000},
		{"out.al", []string{"--codec", "PCMA"}, "", 16000},
		{"out.g722", nil, "", 16000},
		{"out.wav", []string{"--stage", "source"}, "RIFF", 44 + 2*88200},
		{"out.wav", []string{"--stage", "bandpass"}, "RIFF", 44 + 2*16000},
	}
	for _, tt := range tests {
		t.Run(strings.Join(append([]string{tt.out}, tt.args...), " "), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), tt.out)
			report, _, err := runApart(append([]string{"render", "builtin", out, "--set", twoSeconds}, tt.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(out)
			if err != nil || len(data) != tt.size || !strings.HasPrefix(string(data), tt.prefix) {
				t.Errorf("got %d bytes, %v, want %d that begin with %q", len(data), err, tt.size, tt.prefix)
			}
			for _, want := range []string{"builtin as ", "loudness", "LUFS", "dBTP", "limiter", "2500 to"} {
				if !strings.Contains(report, want) {
					t.Errorf("report: got %q, want %q in it", report, want)
				}
			}
		})
	}
}

// TestRenderWritesWhatIsHeard decodes the raw file and compares it with the WAV file.
func TestRenderWritesWhatIsHeard(t *testing.T) {
	folder := t.TempDir()
	raw, heard := filepath.Join(folder, "a.ul"), filepath.Join(folder, "a.wav")
	for _, out := range []string{raw, heard} {
		if _, _, err := runApart("render", "builtin", out, "--set", twoSeconds); err != nil {
			t.Fatal(err)
		}
	}
	payload, err := os.ReadFile(raw)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := codec.WriteWAV(&want, codec.PCMU.Decode(payload), 8000); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(heard); err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("the WAV file (%d bytes, %v) is not the decoded mu-law (%d bytes)", len(got), err, want.Len())
	}
}

func TestRenderToStandardOutput(t *testing.T) {
	out, report, err := runApart("render", "builtin", "-", "--json", "--set", twoSeconds)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != 44+2*16000 || !strings.HasPrefix(out, "RIFF") {
		t.Errorf("standard output: got %d bytes, want a WAV of 2 s", len(out))
	}
	var values struct {
		Source string
		Codec  string
		After  struct {
			LoudnessLUFS float64 `json:"loudness_lufs"`
		}
		Chain struct{ Bands []map[string]float64 }
	}
	if err := json.Unmarshal([]byte(report), &values); err != nil {
		t.Fatalf("report %q: %v", report, err)
	}
	if v := values; v.Source != "builtin" || v.Codec != "PCMU" || v.After.LoudnessLUFS > -20 || len(v.Chain.Bands) != 3 || v.Chain.Bands[0]["to_hz"] != 800 {
		t.Errorf("report: got %+v", v)
	}
}

func TestRenderReportOfSilence(t *testing.T) {
	out := filepath.Join(t.TempDir(), "a.ul")
	report, _, err := runApart("render", "silence", out, "--set", twoSeconds)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(report, "none LUFS") || strings.Contains(report, "Inf") || strings.Contains(report, "NaN") {
		t.Errorf("got %q, want no loudness and no infinity", report)
	}
	report, _, err = runApart("render", "silence", out, "--set", twoSeconds, "--json")
	if err != nil || !strings.Contains(report, `"loudness_lufs": null`) || !strings.Contains(report, `"before": null`) {
		t.Errorf("got %q, %v, want null for what does not exist", report, err)
	}
}

func TestRenderPlots(t *testing.T) {
	for _, source := range []string{"builtin", "tone:440"} {
		folder := t.TempDir()
		picture := filepath.Join(folder, "a.png")
		if _, _, err := runApart("render", source, filepath.Join(folder, "a.wav"), "--plot", picture, "--set", twoSeconds); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(picture)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if c, err := png.DecodeConfig(f); err != nil || c.Width != 1200 {
			t.Errorf("%s: got %d pixels, %v, want a PNG of 1200", source, c.Width, err)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	var tone bytes.Buffer
	if err := codec.WriteWAV(&tone, make([]int16, 8000), 8000); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"in.wav": tone.Bytes(), "text.mp3": []byte("not a song but a text\n")} {
		if err := os.WriteFile(at(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(at("in.wav"), at("link.wav")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(at("folder.wav"), 0o700); err != nil {
		t.Fatal(err)
	}
	out := at("out.wav")
	tests := []struct {
		args []string
		want []string
	}{
		{nil, []string{"pickup render IN OUT", "got 0"}},
		{[]string{"builtin"}, []string{"pickup render IN OUT", "got 1"}},
		{[]string{"builtin", at("out.ogg")}, []string{"out.ogg", ".wav, .ul, .al or .g722"}},
		{[]string{"builtin", at("out")}, []string{".wav, .ul, .al or .g722"}},
		{[]string{"builtin", out, "--codec", "opus"}, []string{"--codec OPUS", "PCMU, PCMA and G722"}},
		{[]string{"builtin", at("out.ul"), "--codec", "PCMA"}, []string{"out.ul", "PCMU, not PCMA"}},
		{[]string{"builtin", out, "--stage", "nope"}, []string{"--stage", `"nope"`, "source, resample, bandpass"}},
		{[]string{"builtin", at("out.al"), "--stage", "level"}, []string{"out.al", "must be a .wav"}},
		{[]string{"tone:440", out, "--stage", "level"}, []string{"tone:440", "no stage"}},
		{[]string{"builtin", out, "--plot", at("out.svg")}, []string{"out.svg", ".png"}},
		{[]string{"builtin", at("no/out.wav")}, []string{"no/out.wav", "no folder"}},
		{[]string{"builtin", out, "--plot", at("no/out.png")}, []string{"no/out.png", "no folder"}},
		{[]string{"builtin", at("folder.wav")}, []string{"folder.wav", "is a folder"}},
		{[]string{at("in.wav"), at("in.wav")}, []string{"in.wav", "not overwritten"}},
		{[]string{at("in.wav"), at("link.wav")}, []string{"link.wav", "not overwritten"}},
		{[]string{at("none.mp3"), out}, []string{"none.mp3", "no such file"}},
		{[]string{folder, out}, []string{folder, "no regular file"}},
		{[]string{at("text.mp3"), out}, []string{"text.mp3", "a text file", "ffmpeg"}},
		{[]string{"builtin", out, "--set", "audio.loudness_target=0"}, []string{"audio.loudness_target"}},
		{[]string{"http://me:secret@127.0.0.1:1/a.mp3", out}, []string{"http://127.0.0.1:1/a.mp3", "127.0.0.1 is refused"}},
	}
	for _, tt := range tests {
		report, _, err := runApart(append([]string{"render"}, tt.args...)...)
		if err == nil {
			t.Errorf("%q: got no error", tt.args)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: got %q, want %q in it", tt.args, err, want)
			}
		}
		if strings.Contains(err.Error(), "secret") || report != "" {
			t.Errorf("%q: got error %q and report %q, want no secret and no report", tt.args, err, report)
		}
	}
	if left, err := os.Stat(out); err == nil {
		t.Errorf("%s was written, %d bytes, though nothing could be rendered", out, left.Size())
	}
	if data, err := os.ReadFile(at("in.wav")); err != nil || !bytes.Equal(data, tone.Bytes()) {
		t.Errorf("the source was changed (%v)", err)
	}
}

// TestFileThatCannotBeFinished leaves what was there before, and nothing else.
func TestFileThatCannotBeFinished(t *testing.T) {
	full := errors.New("no space left on device")
	half := func(w io.Writer) error { io.WriteString(w, "RIFF"); return full }
	for _, before := range []string{"", "the rendering of yesterday"} {
		folder := t.TempDir()
		path := filepath.Join(folder, "out.wav")
		want := 0
		if before != "" {
			want = 1
			if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		err := writeTo(path, half)
		if !errors.Is(err, full) || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want %v and the name of the file", err, full)
		}
		if got, _ := os.ReadFile(path); string(got) != before {
			t.Errorf("got %q, want %q as before", got, before)
		}
		if files, err := os.ReadDir(folder); err != nil || len(files) != want {
			t.Errorf("got files %v, %v, want %d", files, err, want)
		}
	}
}

// TestFileIsReplaced keeps the permissions, and the link to it.
func TestFileIsReplaced(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "out.wav"), filepath.Join(folder, "link.wav")
	if err := os.WriteFile(path, []byte("before, and longer"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil { // which no umask takes anything from
		t.Fatal(err)
	}
	if err := os.Symlink("out.wav", link); err != nil {
		t.Fatal(err)
	}
	if err := writeTo(link, func(w io.Writer) error { _, err := io.WriteString(w, "after"); return err }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if got, _ := os.ReadFile(path); err != nil || string(got) != "after" || info.Mode() != 0o666 {
		t.Errorf("got %q, %v, %v, want the new content with the old mode", got, info, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("got %v, %v, want the link as before", info, err)
	}
}

// TestPipeIsWrittenTo writes to what is no regular file, as devices are too, and leaves it there.
func TestPipeIsWrittenTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.wav")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(path, os.O_RDWR, 0) // for reading alone it would wait for a writer
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if err := writeTo(path, func(w io.Writer) error { _, err := io.WriteString(w, "RIFF"); return err }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeNamedPipe {
		t.Fatalf("got %v, %v, want the pipe as before", info, err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(pipe, got); err != nil || string(got) != "RIFF" {
		t.Errorf("got %q, %v, want what was written", got, err)
	}
}

// TestNoProgressAmongTheReport has the report and the progress on standard error.
func TestNoProgressAmongTheReport(t *testing.T) {
	for out, want := range map[string]string{"-": "", "out.wav": "rendering: 50 %\n"} {
		synctest.Test(t, func(t *testing.T) {
			var standardError bytes.Buffer
			c := newRender()
			c.SetErr(&standardError)
			step := renderProgress(c, out).steps("rendering")
			time.Sleep(3 * time.Second)
			step(5, 10)
			if got := standardError.String(); got != want {
				t.Errorf("%s: got %q, want %q", out, got, want)
			}
		})
	}
}

// TestOneBarAtATime has a download and the preparation of what came, which begins within it.
func TestOneBarAtATime(t *testing.T) {
	for _, total := range []int64{-1, 1000} {
		p := &progress{w: &bytes.Buffer{}, terminal: true}
		downloading, rendering := p.bytes("downloading"), p.steps("rendering")
		downloading(10, total)
		download := p.bar
		downloading(20, total)
		if p.bar != download || download.IsFinished() {
			t.Errorf("of %d bytes: got another bar within the download", total)
		}
		rendering(1, 10)
		if p.shows != "rendering" || !download.IsFinished() {
			t.Errorf("of %d bytes: got %q and the download finished %v, want the second bar alone", total, p.shows, download.IsFinished())
		}
		last := p.bar
		p.finish()
		if p.bar != nil || !last.IsFinished() {
			t.Errorf("of %d bytes: got a bar at the end", total)
		}
		p.finish() // where nothing is shown there is nothing to do
	}
}

func TestProgressLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		progress := progressLines(&out, "rendering")
		for done := range 10 {
			progress(done+1, 10)
			time.Sleep(500 * time.Millisecond)
		}
		want := ""
		for _, percent := range []int{50, 90} {
			want += fmt.Sprintf("rendering: %d %%\n", percent)
		}
		if out.String() != want {
			t.Errorf("got %q, want %q", out.String(), want)
		}
	})
}
