package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strings"
)

// Secret is a password. Printing and logging it shows only whether there is one.
type Secret string

// String is empty, or the word set.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "set"
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue is String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String, for JSON and its like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// maxSecretFile is far beyond any password, in bytes.
const maxSecretFile = 4096

// readSecret is the first line of a file, or what is given when there is no file. The
// error names the file.
func readSecret(given Secret, file string) (string, error) {
	if file == "" {
		return string(given), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("%s %w", file, withoutPath(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	if err != nil {
		return "", fmt.Errorf("%s %w", file, withoutPath(err))
	}
	line, _, _ := strings.Cut(string(data), "\n")
	line = strings.TrimSuffix(line, "\r")
	switch {
	case len(data) > maxSecretFile:
		return "", fmt.Errorf("%s is larger than %d bytes, which no password is", file, maxSecretFile)
	case line == "":
		return "", errors.New(file + " has no password in its first line")
	}
	return line, nil
}

// literal writes a checked value as TOML, a password as the word set.
func (k *key) literal(v any) string {
	if k.secret {
		return literal(Secret(fmt.Sprint(v)).String())
	}
	return literal(v)
}

// fingerprint tells two passwords apart without showing them; it is empty for what is
// none.
func (k *key) fingerprint(v any) string {
	if !k.secret {
		return ""
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(v)))
	return hex.EncodeToString(sum[:])
}

// concealed is what may be repeated of a value that is at fault: nothing of what is, or
// may be meant to be, a password.
func concealed(name, value string) string {
	value = userInfo.ReplaceAllString(value, "$1...@")
	if k := lookup(name); k != nil && !k.secret {
		return value
	}
	if k := lookup(nearestKey(name)); k != nil && k.secret || strings.Contains(strings.ToLower(name+value), "passw") {
		return ""
	}
	return value
}

// userInfo is user and password of a URI (RFC 3261 section 19.1.1, RFC 3986 section
// 3.2.1).
var userInfo = regexp.MustCompile(`((?i)\bsips?:|://)[^@/\s"']*:[^@/\s"']*@`)
