package engine

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pickup/config"
	"pickup/transport/sip/siptest"
)

// secure is a configuration with a certificate of the validity.
func secure(t *testing.T, from, until time.Time) *config.Config {
	t.Helper()
	folder := t.TempDir()
	certificate, key := siptest.NewAuthority(t).Issue("pickup.example", from, until)
	set := []string{"sip.transport=tls"}
	for name, content := range map[string][]byte{"certificate": certificate, "key": key} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		set = append(set, fmt.Sprintf("tls.%s=%s", name, path))
	}
	c, err := config.Load(config.Sources{Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCheckTLSSaysWhenTheCertificateIsValid(t *testing.T) {
	from, until := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	c := secure(t, from, until)
	tests := []struct {
		now         time.Time
		want, fault string
	}{
		{from.Add(-time.Second), "", "it is not valid yet"},
		{from, "valid from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z", ""},
		{until.Add(-renewal), "valid from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z", ""},
		{until.Add(-renewal + time.Second), "warning: tls.certificate: it expires in 13 days", ""},
		{until.Add(-time.Hour), "warning: tls.certificate: it expires in 0 days", ""},
		{until.Add(time.Second), "", "it has expired"},
	}
	for _, test := range tests {
		got, err := CheckTLS(c, test.now)
		if (err != nil) != (test.fault != "") || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%v: got error %v, want %q", test.now, err, test.fault)
		}
		if !strings.Contains(got, test.want) || strings.Contains(got, "warning") != strings.Contains(test.want, "warning") {
			t.Errorf("%v: got %q, want %q", test.now, got, test.want)
		}
	}
}

func TestCertificateThatCannotBeReadIsAnErrorAtStart(t *testing.T) {
	c := secure(t, time.Now(), time.Now().Add(time.Hour))
	if err := os.Remove(c.TLS.Key); err != nil {
		t.Fatal(err)
	}
	_, err := certificate(c, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "tls.key") || !strings.Contains(err.Error(), c.TLS.Key) {
		t.Errorf("got %v, want an error that names tls.key and the file", err)
	}
	if _, err := CheckTLS(c, time.Now()); err == nil {
		t.Error("CheckTLS: got no error, want one")
	}
}

func TestCertificateThatEndsSoonIsToldAtStart(t *testing.T) {
	for _, test := range []struct {
		left  time.Duration
		lines int
	}{{-time.Hour, 1}, {24 * time.Hour, 1}, {2 * renewal, 0}} {
		var out logged
		logger := slog.New(slog.NewTextHandler(&out, nil))
		conf, err := certificate(secure(t, time.Now().Add(-48*time.Hour), time.Now().Add(test.left)), logger)
		if err != nil || conf == nil {
			t.Fatalf("%v left: got %v, %v, want a configuration", test.left, conf, err)
		}
		if got := len(out.lines("TLS certificate wants attention")); got != test.lines {
			t.Errorf("%v left: got %d lines, want %d", test.left, got, test.lines)
		}
	}
}
