//go:build e2e

package e2e

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pickup/codec"
)

// proxy is a Kamailio of proxy.cfg before a daemon: UDP, TCP and TLS outside, with the
// daemon reached over one of UDP and TCP from a port of its own.
type proxy struct {
	*kamailio
	outside     netip.AddrPort // for UDP and TCP; the next port is that for TLS
	certificate string
}

// runProxy starts the proxy and returns when the daemon answers through it.
func runProxy(t *testing.T, d *daemon, inside string) proxy {
	t.Helper()
	certificate, key := selfSigned(t, t.TempDir())
	outside := netip.AddrPortFrom(loopback, freePorts(t, 4))
	listen := func(transport string, offset uint16) string {
		return fmt.Sprintf("%s:%v:%d", transport, loopback, outside.Port()+offset)
	}
	define := func(name, value string) string { return fmt.Sprintf("%s=%q", name, value) }
	p := proxy{outside: outside, certificate: certificate}
	p.kamailio = runKamailio(t, "proxy.cfg",
		"-l", listen("udp", 0), "-l", listen("tcp", 0), "-l", listen("tls", 1), "-l", listen(inside, 2),
		"-A", define("INSIDE", listen(inside, 2)),
		"-A", define("PICKUP", fmt.Sprintf("sip:%v;transport=%s", d.sip, inside)),
		"-A", define("CERTIFICATE", certificate), "-A", define("KEY", key))
	eventually(t, 20*time.Second, "OPTIONS answered through the proxy", func() bool {
		return request(p.outside, "OPTIONS", "") == 200
	})
	return p
}

// checkRouted wants the proxy to have passed on that many of our BYEs, each over this
// transport and with both of its own routes, the inside first, and to have refused
// nothing.
func (p proxy) checkRouted(calls int, inside string) {
	p.t.Helper()
	routes := fmt.Sprintf("with <sip:%v:%d", loopback, p.outside.Port()+2)
	lines, refused := 0, count(p.t, p.logged, "refused ")
	for _, line := range p.lines("routed BYE by " + inside + " ") {
		if strings.Contains(line, routes) && strings.Count(line, ";r2=on") == 2 {
			lines++
		}
	}
	if lines != calls || refused != 0 {
		p.t.Errorf("proxy: got %d BYEs over %s with both routes and %d requests refused, want %d, 0", lines, inside, refused, calls)
	}
}

// A call over TLS to the proxy, and over TCP from there, with the prompt and a BYE that
// goes back by the routes of the proxy.
func TestShortBaresipBehindProxy(t *testing.T) {
	const seconds = 3
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: seconds, calls: 4, raced: true})
	p := runProxy(t, d, "tcp")
	to := callee{"tls", p.outside.Port() + 1, p.certificate}
	checkHeard(t, played(t, codec.PCMU, seconds), baresipDials(t, d, codec.PCMU, to, 20*time.Second))
	checkRecord(t, d.records()[0], seconds)
	d.stop()
	p.checkRouted(1, "tcp")
	for _, r := range d.callRecords() {
		if r.Transport != "TCP" || r.Cause != "completed" || r.HungUpBy != "server" {
			t.Errorf("transport, cause, hangup_by: got %q, %q, %q, want TCP, completed, server", r.Transport, r.Cause, r.HungUpBy)
		}
	}
}

// Calls with SIPp that are held and resumed through the proxy, over UDP on one side
// and TCP on the other.
func TestShortSIPpBehindProxy(t *testing.T) {
	testSIPpBehindProxy(t, "udp", load{calls: 3, atOnce: 3, rate: 10, seconds: 3, transport: "t1"})
}

func TestFullSIPpBehindProxy(t *testing.T) {
	for _, inside := range []string{"udp", "tcp"} {
		for name, outside := range map[string]string{"UDP": "u1", "TCP": "t1", "TCP, a connection a call": "tn"} {
			t.Run(name+" to "+strings.ToUpper(inside), func(t *testing.T) {
				testSIPpBehindProxy(t, inside, load{calls: 40, atOnce: 40, rate: 20, seconds: 5, transport: outside})
			})
		}
	}
}

func testSIPpBehindProxy(t *testing.T, inside string, l load) {
	d := start(t, settings{codecs: []string{"PCMU", "PCMA"}, seconds: l.seconds, calls: l.atOnce + 20})
	p := runProxy(t, d, inside)
	r, err := newReceiver(4)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	l.scenario, l.silences, l.proxy = "uac_proxied.xml", 1, p.outside
	runSIPp(t, d, r.addresses(), l).wait(time.Duration(l.seconds+30) * time.Second)
	eventually(t, 10*time.Second, "a record of each call", func() bool { return len(d.records()) == l.calls })
	d.stop()
	packets, stalled := checkReceived(t, r, l, false)
	checkSent(t, d.records(), packets, stalled)
	p.checkRouted(l.calls, inside)
	for _, record := range d.callRecords() {
		if record.Transport != strings.ToUpper(inside) || record.Cause != "completed" {
			t.Errorf("transport, cause: got %q, %q, want %q, completed", record.Transport, record.Cause, strings.ToUpper(inside))
		}
	}
}
