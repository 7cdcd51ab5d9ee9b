package sip

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateCheck is how often the files of a certificate are looked at, at most.
const certificateCheck = time.Second

// CertificateFiles are the PEM files that TLS is done with.
type CertificateFiles struct {
	Certificate string // ours, followed by the intermediate ones
	Key         string // its private key
	ClientCA    string // who must have signed the certificates of clients; empty: they need none
}

// Certificate is the server's certificate, read anew when its files have changed.
// Multiple goroutines may use it.
type Certificate struct {
	files CertificateFiles
	log   *slog.Logger

	mu      sync.Mutex
	config  *tls.Config // what new connections get
	states  [3]fileState
	checked time.Time
}

// fileState is what shows that a file has changed.
type fileState struct {
	size     int64
	modified time.Time
}

// LoadCertificate reads the files. The error names the one at fault.
func LoadCertificate(files CertificateFiles, logger *slog.Logger) (*Certificate, error) {
	c := &Certificate{files: files, log: logger, checked: time.Now()}
	c.states = c.look() // before they are read: what changes meanwhile is read again
	config, err := files.load()
	if err != nil {
		return nil, err
	}
	c.config = config
	return c, nil
}

// Config is for [Server.ServeTLS] and [Server.ServeWSS]: TLS 1.2 or later, and with
// ClientCA a certificate of the client that stands verification. At each handshake, but
// at most once a second, the files are looked at; new connections then get the new ones.
// When these are broken the old ones stay in service and one line in the log says why.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.current(), nil },
	}
}

// Validity is from when until when the certificate that is in service is valid.
func (c *Certificate) Validity() (from, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	leaf := c.config.Certificates[0].Leaf
	return leaf.NotBefore, leaf.NotAfter
}

// current is the configuration of a new connection.
func (c *Certificate) current() *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Sub(c.checked) < certificateCheck {
		return c.config
	}
	c.checked = now
	states := c.look()
	if states == c.states {
		return c.config
	}
	c.states = states // broken files are not read, and logged, again until they change
	config, err := c.files.load()
	if err != nil {
		c.log.Error("TLS certificate not reloaded; the old one stays in service", "err", err)
		return c.config
	}
	c.config = config
	c.log.Info("TLS certificate reloaded", "certificate", c.files.Certificate, "until", config.Certificates[0].Leaf.NotAfter)
	return c.config
}

// look is the state of the files; one that cannot be seen has the zero value.
func (c *Certificate) look() (states [3]fileState) {
	for i, name := range []string{c.files.Certificate, c.files.Key, c.files.ClientCA} {
		if info, err := os.Stat(name); err == nil {
			states[i] = fileState{info.Size(), info.ModTime()}
		}
	}
	return states
}

// load reads the files.
func (f CertificateFiles) load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if err != nil {
		return nil, fmt.Errorf("sip: reading the certificate %s with the key %s: %w", f.Certificate, f.Key, err)
	}
	config := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{pair},
		// A connection lasts as long as its calls, so there is little to resume, and a
		// client whose authority was taken away must not.
		SessionTicketsDisabled: true,
	}
	if f.ClientCA == "" {
		return config, nil
	}
	authorities, err := os.ReadFile(f.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("sip: reading the authority of clients: %w", err)
	}
	config.ClientCAs, config.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !config.ClientCAs.AppendCertsFromPEM(authorities) {
		return nil, fmt.Errorf("sip: reading the authority of clients: %s: %w", f.ClientCA, errNoCertificate)
	}
	return config, nil
}

var errNoCertificate = errors.New("there is no PEM certificate in it")
