package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pickup/codec"
	"pickup/codec/download"
	"pickup/config"
)

// Source is where audio comes from.
type Source struct {
	Name         string                  // as audio.source has it
	CacheDir     string                  // of downloads; the default one when empty
	AllowPrivate bool                    // download from private networks too
	Progress     func(done, total int64) // of a download, may be nil
}

// endless reports whether the source makes as much audio as is wanted.
func endless(name string) bool {
	return name == config.MilliwattSource || name == config.SilenceSource || strings.HasPrefix(name, config.TonePrefix)
}

// Load prepares the audio of the source. note is one line about what was not as it
// should be on the way, or empty.
func (s Source) Load(ctx context.Context, options codec.Options) (prompt *codec.Prompt, note string, err error) {
	frequencies, isTone := strings.CutPrefix(s.Name, config.TonePrefix)
	switch {
	case s.Name == config.BuiltinSource:
		prompt, err = codec.LoadBuiltin(ctx, options)
	case s.Name == config.MilliwattSource:
		prompt, err = codec.LoadMilliwatt(ctx, options)
	case s.Name == config.SilenceSource:
		prompt, err = codec.LoadSilence(ctx, options)
	case isTone:
		var tone codec.Tone
		if tone, err = codec.ParseTone(frequencies); err == nil {
			prompt, err = codec.LoadTone(ctx, tone, options)
		}
	case strings.Contains(s.Name, "://"):
		return s.download(ctx, options)
	default:
		prompt, err = codec.LoadFile(ctx, s.Name, options)
	}
	return prompt, "", err
}

// download gets the file of a URL, or the copy of an earlier time.
func (s Source) download(ctx context.Context, options codec.Options) (prompt *codec.Prompt, note string, err error) {
	name := download.Redact(s.Name)
	got, err := download.Get(ctx, s.Name, download.Options{
		CacheDir:     s.cacheDir(),
		AllowPrivate: s.AllowPrivate,
		Progress:     s.Progress,
		// The last one that is accepted is the one that is used.
		Accept: func(data []byte) error {
			p, err := codec.Load(ctx, bytes.NewReader(data), name, options)
			if err != nil {
				return err // download names the URL
			}
			prompt = p
			return nil
		},
	})
	if errors.Is(err, download.ErrPrivate) {
		err = fmt.Errorf("%w; audio.allow_private_networks = true allows it", err)
	}
	return prompt, got.Note, err
}

// cacheDir is the directory of downloads: when none is configured that of the
// service (systemd's CacheDirectory=) or of the user. It is empty where there is
// none, and then no copy is kept.
func (s Source) cacheDir() string {
	if s.CacheDir != "" {
		return s.CacheDir
	}
	if dir, _, _ := strings.Cut(os.Getenv("CACHE_DIRECTORY"), ":"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "pickup")
}
