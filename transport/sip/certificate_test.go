package sip

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pickup/transport/sip/siptest"
)

// files are those of a certificate in a folder of the test.
type files struct {
	*testing.T
	CertificateFiles
	authority *siptest.Authority
	written   int
}

func newFiles(t *testing.T) *files {
	folder := t.TempDir()
	return &files{T: t, authority: siptest.NewAuthority(t), CertificateFiles: CertificateFiles{
		Certificate: filepath.Join(folder, "certificate.pem"), Key: filepath.Join(folder, "key.pem"),
	}}
}

// write replaces a file. Its time is another one each time, in virtual time too.
func (f *files) write(name string, content []byte) {
	f.Helper()
	f.written++
	at := time.Now().Add(time.Duration(f.written) * time.Second)
	if err := errors.Join(os.WriteFile(name, content, 0o600), os.Chtimes(name, at, at)); err != nil {
		f.Fatal(err)
	}
}

// issue replaces certificate and key.
func (f *files) issue(name string) {
	f.Helper()
	certificate, key := f.authority.Issue(name, time.Now(), time.Now().Add(24*time.Hour))
	f.write(f.Certificate, certificate)
	f.write(f.Key, key)
}

// shake shows who the server is to a new connection.
func (f *files) shake(conf *tls.Config, client tls.Certificate) (name string, err error) {
	ours, theirs := net.Pipe()
	served := make(chan error, 1)
	go func() {
		server := tls.Server(theirs, conf)
		served <- server.Handshake()
		server.Close()
	}()
	c := tls.Client(ours, &tls.Config{RootCAs: f.authority.Pool(), ServerName: "127.0.0.1", Certificates: []tls.Certificate{client}})
	err = c.Handshake()
	if err == nil {
		name = c.ConnectionState().PeerCertificates[0].Subject.CommonName
		c.Read(make([]byte, 1)) // brings what the server says of our certificate
	}
	ours.Close()
	return name, errors.Join(err, <-served)
}

func TestCertificateIsReadAnewWhenItChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logBuffer
		f := newFiles(t)
		f.issue("first")
		c, err := LoadCertificate(f.CertificateFiles, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		conf := c.Config()
		want := func(when, name string, lines int) {
			t.Helper()
			if got, err := f.shake(conf, tls.Certificate{}); got != name || err != nil {
				t.Errorf("%s: got %q, %v, want %q", when, got, err, name)
			}
			if got := strings.Count(log.String(), "\n"); got != lines {
				t.Errorf("%s: got %d lines of log, want %d:\n%s", when, got, lines, log.String())
			}
		}
		want("at first", "first", 0)
		f.issue("second")
		want("within the second", "first", 0)
		time.Sleep(certificateCheck)
		want("changed", "second", 1)
		f.write(f.Certificate, []byte("half of a certifi"))
		time.Sleep(certificateCheck)
		want("broken", "second", 2)
		for range 3 {
			time.Sleep(certificateCheck)
			want("still broken", "second", 2)
		}
		os.Remove(f.Key)
		time.Sleep(certificateCheck)
		want("gone", "second", 3)
		f.issue("third")
		time.Sleep(certificateCheck)
		want("repaired", "third", 4)
		if from, until := c.Validity(); until.Sub(from) != 24*time.Hour {
			t.Errorf("validity: got %v to %v, want a day", from, until)
		}
	})
}

func TestClientsAreVerifiedByTheirAuthority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFiles(t)
		f.issue("server")
		f.ClientCA = filepath.Join(filepath.Dir(f.Key), "clients.pem")
		f.write(f.ClientCA, f.authority.PEM())
		c, err := LoadCertificate(f.CertificateFiles, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		client := func(a *siptest.Authority) tls.Certificate {
			pair, err := tls.X509KeyPair(a.Issue("client", time.Now(), time.Now().Add(time.Hour)))
			if err != nil {
				t.Fatal(err)
			}
			return pair
		}
		tests := []struct {
			name   string
			client tls.Certificate
			ok     bool
		}{
			{"ours", client(f.authority), true},
			{"none", tls.Certificate{}, false},
			{"a stranger's", client(siptest.NewAuthority(t)), false},
		}
		for _, test := range tests {
			if _, err := f.shake(c.Config(), test.client); (err == nil) != test.ok {
				t.Errorf("certificate of the client: %s: got error %v, want success %v", test.name, err, test.ok)
			}
		}
	})
}

func TestOldTLSIsRefused(t *testing.T) {
	f := newFiles(t)
	f.issue("server")
	c, err := LoadCertificate(f.CertificateFiles, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		ours, theirs := net.Pipe()
		served := make(chan error, 1)
		go func() { served <- tls.Server(theirs, c.Config()).Handshake() }()
		client := tls.Client(ours, &tls.Config{
			RootCAs: f.authority.Pool(), ServerName: "127.0.0.1", MinVersion: tls.VersionTLS10, MaxVersion: version,
		})
		if err := client.Handshake(); (err == nil) != ok {
			t.Errorf("%s: got error %v, want success %v", tls.VersionName(version), err, ok)
		}
		ours.Close()
		<-served
	}
}

func TestLoadCertificateNamesTheFault(t *testing.T) {
	f := newFiles(t)
	f.issue("server")
	other, _ := f.authority.Issue("other", time.Now(), time.Now().Add(time.Hour))
	folder := filepath.Dir(f.Key)
	strange, text := filepath.Join(folder, "other.pem"), filepath.Join(folder, "text")
	f.write(strange, other)
	f.write(text, []byte("no PEM"))
	tests := []struct {
		name  string
		files CertificateFiles
		want  []string
		is    error
	}{
		{"no certificate", CertificateFiles{Certificate: folder + "/none.pem", Key: f.Key}, []string{"none.pem"}, fs.ErrNotExist},
		{"no PEM", CertificateFiles{Certificate: text, Key: f.Key}, []string{text, f.Key}, nil},
		{"another key", CertificateFiles{Certificate: strange, Key: f.Key}, []string{strange, f.Key, "does not match"}, nil},
		{"no authority", CertificateFiles{Certificate: f.Certificate, Key: f.Key, ClientCA: folder + "/none.pem"}, []string{"authority", "none.pem"}, fs.ErrNotExist},
		{"empty authority", CertificateFiles{Certificate: f.Certificate, Key: f.Key, ClientCA: text}, []string{"authority", text}, errNoCertificate},
	}
	for _, test := range tests {
		_, err := LoadCertificate(test.files, slog.New(slog.DiscardHandler))
		if err == nil || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%s: got error %v, want one that wraps %v", test.name, err, test.is)
			continue
		}
		for _, want := range test.want {
			if !bytes.Contains([]byte(err.Error()), []byte(want)) {
				t.Errorf("%s: got %q, want it to name %q", test.name, err, want)
			}
		}
	}
}
