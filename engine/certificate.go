package engine

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"time"

	"pickup/config"
	"pickup/transport/sip"
)

// renewal is how long before the end of a certificate it is time for a new one: half of
// the 30 days that Let's Encrypt has clients renew before.
const renewal = 14 * 24 * time.Hour

// certificate is the configuration of TLS, nil when no transport needs it. A certificate
// that is not valid now is used all the same: clients may be made to trust it, and it is
// read again when it is renewed.
func certificate(c *config.Config, logger *slog.Logger) (*tls.Config, error) {
	if !c.SIP.Secure() {
		return nil, nil
	}
	loaded, err := loadCertificate(c, logger)
	if err != nil {
		return nil, err
	}
	if remark, ok := remarkOn(loaded, time.Now()); !ok || remark != "" {
		_, until := loaded.Validity()
		logger.Warn("TLS certificate wants attention", "certificate", c.TLS.Certificate, "reason", remark, "until", until)
	}
	return loaded.Config(), nil
}

// CheckTLS reads the certificate that is configured and says when it is valid, with a
// warning when it ends soon. The error says that it cannot be used, or not now.
func CheckTLS(c *config.Config, now time.Time) (string, error) {
	loaded, err := loadCertificate(c, slog.New(slog.DiscardHandler))
	if err != nil {
		return "", err
	}
	from, until := loaded.Validity()
	report := fmt.Sprintf("%s, valid from %s until %s", c.TLS.Certificate, from.UTC().Format(time.RFC3339), until.UTC().Format(time.RFC3339))
	remark, ok := remarkOn(loaded, now)
	if !ok {
		return "", fmt.Errorf("tls.certificate: %s: %s", report, remark)
	}
	if remark != "" {
		report += "\nwarning: tls.certificate: " + remark
	}
	return report, nil
}

func loadCertificate(c *config.Config, logger *slog.Logger) (*sip.Certificate, error) {
	files := sip.CertificateFiles{Certificate: c.TLS.Certificate, Key: c.TLS.Key, ClientCA: c.TLS.ClientCA}
	loaded, err := sip.LoadCertificate(files, logger)
	if err != nil {
		return nil, fmt.Errorf("tls.certificate, tls.key, tls.client_ca: %w", err)
	}
	return loaded, nil
}

// remarkOn says what is to be said about the time of a certificate, nothing when all is
// well; it is not ok when clients will refuse it.
func remarkOn(c *sip.Certificate, now time.Time) (remark string, ok bool) {
	from, until := c.Validity()
	switch {
	case now.Before(from):
		return "it is not valid yet", false
	case now.After(until):
		return "it has expired", false
	case until.Sub(now) < renewal:
		return fmt.Sprintf("it expires in %d days", int(until.Sub(now)/(24*time.Hour))), true
	}
	return "", true
}
