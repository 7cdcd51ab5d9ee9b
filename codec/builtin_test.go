package codec

import (
	"testing"
	"time"
)

func TestBuiltin(t *testing.T) {
	if size := len(builtin); size > 700_000 {
		t.Errorf("size: got %d bytes, want at most 700000", size)
	}
	s, err := scan(builtin, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if got := position(s.end()-s.start(), s.header.rate); got < 30*time.Second {
		t.Errorf("length: got %v, want at least 30s", got)
	}
	p, err := LoadBuiltin(t.Context(), Options{Duration: 300 * time.Millisecond, Formats: both})
	if err != nil {
		t.Fatal(err)
	}
	if p.Source() != BuiltinSource || p.Duration() != 300*time.Millisecond {
		t.Errorf("got %v of %q, want 300ms of %q", p.Duration(), p.Source(), BuiltinSource)
	}
}
