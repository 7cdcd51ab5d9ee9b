package download

import (
	"strings"
	"testing"
)

func TestBadURL(t *testing.T) {
	tests := []struct{ url, want string }{
		{"", `scheme ""`},
		{"song.mp3", `scheme ""`},
		{"file:///etc/passwd", `scheme "file": allowed are http and https`},
		{"ftp://host/a.mp3", `scheme "ftp"`},
		{"http://", "without a host"},
		{"https:host/a.mp3", "without a host"},
		{"http://:80/a.mp3", "without a host"},
		{"http://user:se/cret@host/", "not a valid URL"},
		{"http://user:secret@ho st/", "not a valid URL"},
		{"http://host/\x00secret", "not a valid URL"},
	}
	for _, tt := range tests {
		_, err := Get(t.Context(), tt.url, Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "cret") {
			t.Errorf("%q: got %v, want %q and nothing of the password", tt.url, err, tt.want)
		}
	}
}

func TestRedact(t *testing.T) {
	tests := []struct{ url, want string }{
		{"http://host/a%20b.mp3", "http://host/a%20b.mp3"},
		{"https://me:secret@host:8443/a.mp3?key=secret#secret", "https://host:8443/a.mp3"},
		{"http://user:se/cret@host/", "(no valid URL)"},
		{"a.mp3", "(no valid URL)"},
	}
	for _, tt := range tests {
		if got := Redact(tt.url); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.url, got, tt.want)
		}
	}
}

func TestRedirected(t *testing.T) {
	tests := []struct{ from, location, want, refused string }{
		{"https://host/a", "/b", "https://host/b", ""},
		{"https://host/a", "//other/b", "https://other/b", ""},
		{"http://host/a", "https://host/a", "https://host/a", ""},
		{"http://host/a", "http://other/b", "http://other/b", ""},
		{"https://host/a", "http://host/a", "", "redirect from https to http"},
		{"HTTPS://host/a", "HTTP://host/a", "", "redirect from https to http"},
		{"https://host/a", "ftp://host/a", "", `scheme "ftp"`},
	}
	for _, tt := range tests {
		from, err := parse(tt.from)
		if err != nil {
			t.Fatal(err)
		}
		next, err := redirected(from, tt.location)
		if tt.refused == "" && (err != nil || next.String() != tt.want) {
			t.Errorf("%s to %s: got %v, %v, want %s", tt.from, tt.location, next, err, tt.want)
		}
		if tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused)) {
			t.Errorf("%s to %s: got %v, %v, want %q", tt.from, tt.location, next, err, tt.refused)
		}
	}
}

// FuzzRedirect gives Locations of any kind: none leads out of https, or into a second line.
func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{"/a", "http://other/a?b", "file:///etc/passwd", "//h", "http://u:p@h:x", "\x00", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, location string) {
		from, err := parse("https://host/a/b?c")
		if err != nil {
			t.Fatal(err)
		}
		next, err := redirected(from, location)
		if err != nil {
			return
		}
		if err := permit(next); err != nil || next.Scheme != "https" {
			t.Errorf("%q leads to %v: %v", location, next, err)
		}
		if strings.ContainsAny(redact(next), "\r\n") {
			t.Errorf("%q: got %q, want one line", location, redact(next))
		}
	})
}
