//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"

	"pickup/codec"
)

// selfSigned writes a certificate for loopback that signs itself, and its key, into the
// folder.
func selfSigned(t *testing.T, folder string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(30 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}
	public, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write(t, folder, "certificate.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: public})))
	write(t, folder, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	return filepath.Join(folder, "certificate.pem"), filepath.Join(folder, "key.pem")
}

// secure has the daemon listen by all transports, on ports that follow that of UDP, and
// on IPv6 too.
func (d *daemon) secure(t *testing.T, folder string) string {
	certificate, key := selfSigned(t, folder)
	d.certificate = certificate
	return fmt.Sprintf(`bind_address = ["127.0.0.1", "::1"]
transport = ["udp", "tcp", "tls", "ws", "wss"]
tls_port = %d
ws_port = %d
wss_port = %d
[tls]
certificate = %q
key = %q
`, d.port("tls"), d.port("ws"), d.port("wss"), certificate, key)
}

// port is where the daemon listens by a transport.
func (d *daemon) port(transport string) uint16 {
	offsets := map[string]uint16{"tls": 1, "ws": 2, "wss": 3}
	return d.sip.Port() + offsets[transport]
}

// checkMedia wants each call to have its stream, and every packet that the records say
// was sent. Frames that a busy machine made the daemon skip have to be in the records.
func checkMedia(t *testing.T, d *daemon, heard *streams, calls, seconds int) {
	t.Helper()
	sent, skipped := 0, 0
	for _, r := range d.records() {
		sent, skipped = sent+r.TxPackets, skipped+r.TxSkipped
	}
	sources, packets := heard.total()
	if sources != calls || packets != sent || sent+skipped != calls*seconds*50 {
		t.Errorf("media: got %d streams with %d packets, %d sent and %d skipped, want %d streams and all of %d frames",
			sources, packets, sent, skipped, calls, calls*seconds*50)
	}
}

// A short call over TLS by baresip, which trusts the daemon's certificate: with the
// prompt, and a BYE by the same connection.
func TestShortBaresipOverTLS(t *testing.T) {
	const seconds = 3
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: seconds, calls: 4, raced: true, secure: true})
	heard := baresipCalls(t, d, codec.PCMU, "tls", 20*time.Second)
	checkHeard(t, played(t, codec.PCMU, seconds), heard)
	checkRecord(t, d.records()[0], seconds)
	if got := d.records()[0].Cause; got != "completed" {
		t.Errorf("cause: got %q, want completed: the BYE was answered", got)
	}
	d.stop()
}
