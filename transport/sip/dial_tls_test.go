package sip

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"pickup/transport/sip/siptest"
)

// registrarName is the name that the certificates of the registrar are for.
const registrarName = "sip.example.net"

// certified is the registrar's half of TLS, with a certificate for the name.
func certified(t *testing.T, authority *siptest.Authority, name string, versions ...uint16) *tls.Config {
	t.Helper()
	certificate, key := authority.Issue(name, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	conf := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS10}
	if len(versions) > 0 {
		conf.MaxVersion = versions[0]
	}
	return conf
}

// secureTrunk registers over TLS with who has a certificate of the authority.
func secureTrunk(authority *siptest.Authority) Account {
	a := trunk()
	a.Transport, a.Registrar, a.Authorities = "tls", registrarName, authority.Pool()
	return a
}

// A registration over TLS: calls come by the connection, and it is made anew when it is
// lost.
func TestRegisterOverTLS(t *testing.T) {
	for scheme, contact := range map[string]string{
		"sip": "<sip:alice@192.0.2.1:40000;transport=tls>", "sips": "<sips:alice@192.0.2.1:40000>",
	} {
		inConnectedRegistration(t, func(w *world, accept func() net.Conn) {
			authority := siptest.NewAuthority(t)
			a := secureTrunk(authority)
			a.SIPS = scheme == "sips"
			stop := w.register(a)
			conf := certified(t, authority, registrarName)
			server := tls.Server(accept(), conf)
			r := siptest.NewStreamCaller(w.T, server)
			first := r.Other()
			for name, want := range map[string]string{"Contact": contact, "To": "<" + scheme + ":alice@sip.example.net>"} {
				if got := first.Get(name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			if want := "REGISTER " + scheme + ":sip.example.net:5060 SIP/2.0"; first.Start != want {
				t.Errorf("request line: got %q, want %q", first.Start, want)
			}
			if via := first.Get("Via"); !strings.HasPrefix(via, "SIP/2.0/TLS 192.0.2.1:40000;branch=") {
				t.Errorf("Via: got %q, want our end of the connection over TLS", via)
			}
			if state := server.ConnectionState(); state.ServerName != registrarName || state.Version < tls.VersionTLS12 {
				t.Errorf("TLS: got the name %q and version %x, want %s and 1.2 or later", state.ServerName, state.Version, registrarName)
			}
			answerRegister(r, first, "200 OK")
			call := r.Invite(offer)
			call.WantFinal(200)
			call.Ack()
			hangUp(call)
			time.Sleep(time.Minute)
			w.wantStatus(true, "")

			r.Close()
			again := siptest.NewStreamCaller(w.T, tls.Server(accept(), conf))
			answerRegister(again, again.Other(), "200 OK")
			time.Sleep(time.Second)
			w.wantStatus(true, "")
			go func() { answerRegister(again, again.Other(), "200 OK") }()
			stop()
			w.wantLog("msg=unregistered", 1)
		})
	}
}

// A registrar whose certificate does not stand verification is sent nothing, and neither
// is one that is too old or says nothing.
func TestRegistrarThatIsNotTrusted(t *testing.T) {
	tests := []struct {
		name  string
		serve func(*siptest.Authority) *tls.Config // nil: silence
		want  string
	}{
		{"another authority", func(*siptest.Authority) *tls.Config { return certified(t, siptest.NewAuthority(t), registrarName) }, "unknown authority"},
		{"another name", func(a *siptest.Authority) *tls.Config { return certified(t, a, "other.example.net") }, "not sip.example.net"},
		{"TLS 1.1", func(a *siptest.Authority) *tls.Config { return certified(t, a, registrarName, tls.VersionTLS11) }, "protocol version"},
		{"silence", nil, "deadline"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inConnectedRegistration(t, func(w *world, accept func() net.Conn) {
				authority := siptest.NewAuthority(t)
				w.register(secureTrunk(authority))
				conn, ended := accept(), make(chan string)
				if test.serve != nil {
					conn = tls.Server(conn, test.serve(authority))
				}
				go func() {
					buffer := make([]byte, 65536)
					n := 0
					var err error
					for err == nil {
						n, err = conn.Read(buffer)
						if test.serve != nil && n > 0 {
							ended <- string(buffer[:n])
							return
						}
					}
					conn.Close()
					ended <- ""
				}()
				if got := <-ended; got != "" {
					t.Errorf("request: got %q, want none", got)
				}
				time.Sleep(time.Second)
				if s := w.wantStatus(false, RegTLS); !strings.Contains(s.LastError, test.want) {
					t.Errorf("reason: got %q, want %q in it", s.LastError, test.want)
				}
				if got := w.server.Stats().Connections; got != 0 {
					t.Errorf("connections: got %d, want 0", got)
				}
			})
		})
	}
}

// Without a port the SRV records for SIP over TLS are followed (RFC 3263 section 4.2).
func TestAddressesOfARegistrarOverTLS(t *testing.T) {
	tests := []struct {
		names table
		want  string
	}{
		{table{"_sips._tcp.x": "a:5071", "_sip._tcp.x": "b:5072", "a": "192.0.2.7", "b": "192.0.2.8", "x": "192.0.2.9"}, "[192.0.2.7:5071]"},
		{table{"_sip._tcp.x": "b:5072", "b": "192.0.2.8", "x": "192.0.2.9"}, "[192.0.2.9:5061]"},
	}
	for _, test := range tests {
		a := Account{Registrar: "x", Transport: "tls"}
		got, err := a.targets(context.Background(), test.names)
		if err != nil || fmt.Sprint(got) != test.want {
			t.Errorf("targets with %v: got %v, %v, want %s", test.names, got, err, test.want)
		}
	}
}
