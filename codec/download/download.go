package download

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// Limits of one download.
const (
	maxSize      = 20 << 20         // bytes; as much as package codec reads of a file
	maxTime      = 30 * time.Second // from the first name look-up to the last byte, all redirects together
	maxRedirects = 3
)

// Options says how to get a file.
type Options struct {
	// CacheDir is the folder for copies; it is made, for this user alone, if it is not there. When empty, no copy
	// is kept.
	CacheDir string
	// AllowPrivate permits addresses that are not public: loopback, private, link-local and the like.
	AllowPrivate bool
	// Accept says whether the bytes are what was wanted; a copy is replaced only by what it accepts. The last call
	// that returned nil was for the data of the result. nil accepts everything.
	Accept func(data []byte) error
	// Progress is told how many bytes have come, and how many there will be or -1 when the server does not say. It
	// is called by the goroutine of Get, about every 32 KiB. nil is not called.
	Progress func(done, total int64)
}

// State tells where the data of a Result come from.
type State int

// The states of a Result.
const (
	Fresh       State = iota // the server sent them just now
	Revalidated              // a copy, of which the server said that it is current
	Stale                    // a copy, because the server could not be had or sent nothing usable
)

// String is the state as a word.
func (s State) String() string {
	switch s {
	case Fresh:
		return "fresh"
	case Revalidated:
		return "revalidated"
	case Stale:
		return "stale"
	}
	return fmt.Sprintf("State(%d)", int(s))
}

// Result is a file that was got.
type Result struct {
	// Data is the file, at most 20 MiB.
	Data []byte
	// State tells where Data come from.
	State State
	// Note is one line for the operator, or empty: why a stale copy is used, or why no copy could be kept.
	Note string
}

// Get gets the file at rawURL. Errors and notes are one line that names the URL without user, password and query, for
// these may be secret. A copy hides every error but that of ctx.
func Get(ctx context.Context, rawURL string, opt Options) (Result, error) {
	return get(ctx, rawURL, opt, dialer(opt.AllowPrivate))
}

// dialFunc makes a connection; net.Dialer.DialContext is one.
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

func get(ctx context.Context, rawURL string, opt Options, dial dialFunc) (Result, error) {
	u, err := parse(rawURL)
	if err != nil {
		return Result{}, fmt.Errorf("download: %w", err)
	}
	if opt.Accept == nil {
		opt.Accept = func([]byte) error { return nil }
	}
	limited, cancel := context.WithTimeoutCause(ctx, maxTime, errTooSlow)
	defer cancel()

	store := newCache(opt.CacheDir, rawURL)
	copied := store.read()
	f := newFetcher(dial, opt)
	defer f.close()
	body, err := f.fetch(limited, u, copied.validators)
	if err == nil && body.unchanged {
		if opt.Accept(copied.data) == nil {
			return Result{Data: copied.data, State: Revalidated}, nil
		}
		// What was accepted once no longer is: get it whole.
		copied = entry{}
		body, err = f.fetch(limited, u, validators{})
	}
	if err == nil {
		err = opt.Accept(body.data)
	}
	if err == nil {
		return Result{Data: body.data, State: Fresh, Note: keep(store, body)}, nil
	}
	err = fmt.Errorf("download: %s: %w", redact(u), err)
	if ctx.Err() == nil && copied.data != nil && opt.Accept(copied.data) == nil {
		return Result{Data: copied.data, State: Stale, Note: err.Error() + "; the copy of an earlier download is used"}, nil
	}
	return Result{}, err
}

// keep writes the copy and returns a note if that fails: the audio is there all the same.
func keep(store cache, b body) string {
	if err := store.write(b); err != nil {
		return fmt.Sprintf("download: no copy kept: %v", err)
	}
	return ""
}

// The errors about what goes beyond the limits.
var (
	errTooLarge = errors.New("larger than 20 MiB, which is the limit")
	errTooSlow  = fmt.Errorf("not complete within %v: %w", maxTime, context.DeadlineExceeded)
)
