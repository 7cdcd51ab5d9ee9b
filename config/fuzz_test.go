package config

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// FuzzLoad loads arbitrary bytes as a file. Whatever they are, there is
// either a Config that loads again from what it says of itself, or faults of
// one line each.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"reference_server", "reference_monitor", "ten_faults"} {
		seed, err := os.ReadFile("testdata/" + name + ".toml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	for _, seed := range []string{
		"", "\ufeff", "[sip", "sip.port=[{a=1}]", "[[sip]]\n[[sip]]", "a='''\n\n", "\"\\u0000\"=1", "a={b={c={d={e=1}}}}", "[a]\r[b]\n",
		"[account.a]\nregistrar='sip:x'\nuser='u'\npassword='p'\n[auth.user.a]\npassword='p'", "account.a_-.user=1",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, err := loadBytes(data)
		if err != nil {
			var faults *Faults
			if !errors.As(err, &faults) || len(faults.List) == 0 {
				t.Fatalf("got %T %v, want *Faults with some", err, err)
			}
			for _, fault := range faults.List {
				if s := fault.Error(); strings.ContainsAny(s, "\n\r\x1b") {
					t.Errorf("got the fault %q, want it in one line", s)
				}
			}
			return
		}
		var again strings.Builder
		for _, s := range cfg.Effective() {
			again.WriteString(s.Key + " = " + s.Value + "\n")
		}
		if _, err := loadBytes([]byte(again.String())); err != nil {
			t.Errorf("the effective configuration does not load: %v\n%s", err, again.String())
		}
	})
}

func loadBytes(data []byte) (*Config, error) {
	l := newLoader()
	if err := l.loadDefaults(); err != nil {
		return nil, err
	}
	if err := l.loadTOML("pickup.toml", data); err != nil {
		return nil, err
	}
	return l.finish()
}
