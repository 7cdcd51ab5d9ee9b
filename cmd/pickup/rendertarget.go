package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"pickup/codec"
	"pickup/codec/render"
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
		content = r.Stage.WriteWAV
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

// writeTo writes a file whole or not at all: what was there before stays until all is written. What is no regular file,
// such as a device, is written to as it is.
func writeTo(path string, content func(io.Writer) error) error {
	mode := os.FileMode(0o666) // less the umask
	old, err := os.Stat(path)
	if err == nil && !old.Mode().IsRegular() {
		return writeInto(path, os.O_WRONLY, mode, content)
	}
	if err == nil {
		mode = old.Mode().Perm()
		// The file that a link leads to is replaced, and not the link.
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	part := fmt.Sprintf("%s.%08x.part", path, rand.Uint32())
	err = writeInto(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode, content)
	if err == nil && old != nil {
		err = os.Chmod(part, mode) // whatever the umask
	}
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		os.Remove(part)
		return fmt.Errorf("%s: %w", path, withoutPath(err))
	}
	return nil
}

// writeInto writes to a file that is opened with these flags.
func writeInto(path string, flags int, mode os.FileMode, content func(io.Writer) error) error {
	f, err := os.OpenFile(path, flags, mode)
	if err != nil {
		return err
	}
	return errors.Join(content(f), f.Close())
}

// withoutPath is the cause in an error about the file that is not yet complete, whose name says nothing to anybody.
func withoutPath(err error) error {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
