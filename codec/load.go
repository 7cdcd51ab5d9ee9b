package codec

import (
	"bytes"
	"context"
	_ "embed" // for the built-in MP3
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxSize bounds what is read of a file, in bytes: 20 MiB are 21 minutes at 128 kbit/s.
const maxSize = 20 << 20

// BuiltinSource is the Source of the built-in prompt.
const BuiltinSource = "builtin"

//go:embed builtin/builtin.mp3
var builtin []byte

// Load reads an MP3 or WAV file from r and prepares it. The content decides which it is, not the name. source is that of
// Prompt.Source. At most 20 MiB and, within the play time, at most 10 minutes of audio are accepted. Errors are one line
// for the person who chose the file: what is wrong with it, what is allowed and how to convert it. Which file it is they
// leave to the caller, who knows it by the name that people gave it. When the context ends, the work soon does too, with
// that for an error.
func Load(ctx context.Context, r io.Reader, source string, opt Options) (*Prompt, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read: %w", withoutPath(err))
	}
	if len(data) > maxSize {
		return nil, fmt.Errorf("larger than 20 MiB, which is the limit; %s", shorten)
	}
	a, err := Decode(ctx, data, opt.Duration)
	if err != nil {
		return nil, err
	}
	if opt.Observer != nil {
		opt.Observer.Decoded(a)
	}
	notes := a.Notes
	made, err := prepare(ctx, a.mix(), a.Rate, opt)
	if err != nil {
		return nil, err
	}
	p, err := newPrompt(ctx, source, opt.Formats, func(f Format) *Track { return newTrack(f, made.samples[f.Band()]) })
	if err != nil {
		return nil, err
	}
	p.notes = append(notes, made.notes...)
	return p, nil
}

// LoadFile loads the MP3 or WAV file at path, as Load does. Errors name it.
func LoadFile(ctx context.Context, path string, opt Options) (*Prompt, error) {
	// A pipe that nobody writes to would hold the program up, here and in the open.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("codec: %s: is no regular file; it must be an MP3 or WAV file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("codec: %s: open: %w", path, withoutPath(err))
	}
	defer f.Close()
	return loadNamed(ctx, f, path, opt)
}

// LoadBuiltin prepares the MP3 that is part of the program, about 37 s of speech and music; it fails only when
// opt is not valid or the context ends.
func LoadBuiltin(ctx context.Context, opt Options) (*Prompt, error) {
	return loadNamed(ctx, bytes.NewReader(builtin), BuiltinSource, opt)
}

// loadNamed is Load with errors that name the source.
func loadNamed(ctx context.Context, r io.Reader, source string, opt Options) (*Prompt, error) {
	p, err := Load(ctx, r, source, opt)
	if err != nil {
		return nil, fmt.Errorf("codec: %s: %w", source, err)
	}
	return p, nil
}

// withoutPath is the cause in an error of the file system, whose path the caller has named already.
func withoutPath(err error) error {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
