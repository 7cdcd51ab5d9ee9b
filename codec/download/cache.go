package download

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// cache is the copy of one URL on disk: the file as it came, and beside it a record of what it is. Each is written
// whole or not at all, the file first. A record counts only for the file that it describes, so that a crash between the
// two, or another process, costs no more than a download.
type cache struct {
	dir  string // empty: nothing is kept
	name string // of both files, without the ending
}

// newCache is the cache of rawURL in dir. The names of the files do not show the URL.
func newCache(dir, rawURL string) cache {
	sum := sha256.Sum256([]byte(rawURL))
	return cache{dir: dir, name: hex.EncodeToString(sum[:16])}
}

func (c cache) data() string   { return filepath.Join(c.dir, c.name+".audio") }
func (c cache) record() string { return filepath.Join(c.dir, c.name+".json") }

// record is what stands in the file beside the data.
type record struct {
	SHA256    string    `json:"sha256"` // of the data
	FetchedAt time.Time `json:"fetched_at"`
	validators
}

// entry is what a cache holds: nothing, data alone, or data with validators.
type entry struct {
	data       []byte
	validators validators
}

// read is what is in the cache. What cannot be read is not there: the file is got anew.
func (c cache) read() entry {
	if c.dir == "" {
		return entry{}
	}
	data, err := readFile(c.data(), maxSize)
	if err != nil {
		return entry{}
	}
	text, err := readFile(c.record(), 64<<10)
	if err != nil {
		return entry{data: data}
	}
	var r record
	if json.Unmarshal(text, &r) != nil || r.SHA256 != digest(data) || !r.printable() {
		return entry{data: data}
	}
	return entry{data: data, validators: r.validators}
}

// write replaces the copy.
func (c cache) write(b body) error {
	if c.dir == "" {
		return nil
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	c.sweep()
	if err := c.replace(c.data(), b.data); err != nil {
		return err
	}
	text, err := json.MarshalIndent(record{
		SHA256:     digest(b.data),
		FetchedAt:  time.Now().UTC().Truncate(time.Second),
		validators: b.validators,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("record of the copy: %w", err)
	}
	return c.replace(c.record(), append(text, '\n'))
}

// replace writes a file whole or not at all: the data are on the disk before they get their name.
func (c cache) replace(path string, data []byte) (err error) {
	f, err := os.CreateTemp(c.dir, c.name+".*.part")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// sweep removes what earlier writes left behind when the process ended in the middle of them. No write that is under
// way takes an hour.
func (c cache) sweep() {
	parts, err := filepath.Glob(filepath.Join(c.dir, c.name+".*.part"))
	if err != nil {
		return // a folder whose name is a bad pattern keeps them
	}
	for _, part := range parts {
		if info, err := os.Lstat(part); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.Remove(part)
		}
	}
}

// readFile is a regular file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s: must be a regular file of at most %d bytes", path, limit)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
