package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"pickup/codec"
	"pickup/codec/render"
	"pickup/dsp"
)

// standardOutput is the name of a file that is none.
const standardOutput = "-"

// rawCodecs are the codecs of the files without a header, by the ending of their names.
var rawCodecs = map[string]codec.Format{
	".ul":   codec.PCMU,
	".al":   codec.PCMA,
	".g722": codec.G722,
}

// target is where a rendering goes.
type target struct {
	path   string
	raw    bool // what is sent, and not what is heard
	stage  string
	format codec.Format
}

// newTarget finds out what to write from the ending of the name and the flags.
func newTarget(path string, flags renderFlags, preferred []string) (target, error) {
	t := target{path: path, stage: flags.stage}
	name := strings.ToUpper(flags.codec)
	ending := strings.ToLower(filepath.Ext(path))
	format, raw := rawCodecs[ending]
	switch {
	case raw && name != "" && name != format.Name:
		return target{}, fmt.Errorf("%s: a file %s has the codec %s, not %s: name it otherwise or leave --codec out", path, ending, format.Name, name)
	case raw && flags.stage != "":
		return target{}, fmt.Errorf("%s: a stage is not encoded: with --stage the file must be a .wav", path)
	case raw:
		t.raw, name = true, format.Name
	case ending != ".wav" && path != standardOutput:
		return target{}, fmt.Errorf("%s: the name must end with .wav, .ul, .al or .g722, or be - for a WAV on standard output", path)
	case name == "":
		name = preferred[0]
	}
	var ok bool
	if t.format, ok = codec.FormatNamed(name); !ok {
		return target{}, fmt.Errorf("--codec %s: allowed are PCMU, PCMA and G722", name)
	}
	if flags.stage != "" {
		if err := render.CheckStage(flags.stage); err != nil {
			return target{}, fmt.Errorf("--stage: %w", err)
		}
	}
	if flags.plot != "" && strings.ToLower(filepath.Ext(flags.plot)) != ".png" {
		return target{}, fmt.Errorf("--plot %s: the name must end with .png", flags.plot)
	}
	return t, nil
}

// checkWritable is an error when a file cannot become what is rendered from the source, before work is done for it.
// An empty path is none.
func checkWritable(path, source string) error {
	if path == "" || path == standardOutput {
		return nil
	}
	folder, err := os.Stat(filepath.Dir(path))
	if err != nil || !folder.IsDir() {
		return fmt.Errorf("%s: there is no folder %s", path, filepath.Dir(path))
	}
	old, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if old.IsDir() {
		return fmt.Errorf("%s: is a folder; it must be a file", path)
	}
	if in, err := os.Stat(source); err == nil && os.SameFile(in, old) {
		return fmt.Errorf("%s: is the file that is rendered; it is not overwritten", path)
	}
	return nil
}

// write writes the result.
func (t target) write(standard io.Writer, r *render.Result) error {
	content := func(w io.Writer) error { return codec.WriteWAV(w, r.Heard, t.format.SampleRate) }
	switch {
	case t.stage != "":
		if beyond := countBeyond(r.Stage.Samples); beyond > 0 {
			r.Report.Notes = append(r.Report.Notes, fmt.Sprintf("stage %s: %d samples beyond full scale are clipped in the file", t.stage, beyond))
		}
		content = func(w io.Writer) error { return codec.WriteWAV(w, dsp.Quantise(r.Stage.Samples), r.Stage.Rate) }
	case t.raw:
		content = func(w io.Writer) error {
			_, err := w.Write(r.Payload)
			return err
		}
	}
	if t.path == standardOutput {
		return content(standard)
	}
	return writeTo(t.path, content)
}

// countBeyond is how many samples do not fit into 16 bits: between stages they may be louder than full scale.
func countBeyond(x []float64) (n int) {
	for _, v := range x {
		if v > 1 || v < -1 {
			n++
		}
	}
	return n
}

// writeTo writes a file, or none.
func writeTo(path string, content func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(content(f), f.Close()); err != nil {
		os.Remove(path)
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
