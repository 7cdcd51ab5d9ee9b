//go:build e2e

package e2e

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// The INVITE comes through a relay, and its first Record-Route names SIPp itself:
// answers go back to where the INVITE came from, the BYE goes where the route says.
func TestShortRoute(t *testing.T) {
	const seconds = 1
	r, err := newReceiver(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: seconds, calls: 2, raced: true})
	way, err := newRelay(netip.AddrPort{}, d.sip, impairment{}, impairment{})
	if err != nil {
		t.Fatal(err)
	}
	defer way.close()
	wire := record(t, d)
	l := load{calls: 1, atOnce: 1, rate: 1, seconds: seconds, scenario: "uac_record_route.xml", proxy: way.callerSide()}
	callers := runSIPp(t, d, r.addresses(), l)
	callers.wait(20 * time.Second)
	wire.stop()
	d.stop()
	tests := []struct {
		message, filter string
		want            uint16
	}{
		{"200", `sip.Status-Code == 200 && sip.CSeq.method == "INVITE"`, way.serverSide().Port()},
		{"BYE", `sip.Method == "BYE"`, callers.port},
	}
	for _, test := range tests {
		rows := wire.rows(fmt.Sprintf("%s && udp.srcport == %d", test.filter, d.sip.Port()), "udp.dstport")
		if len(rows) == 0 {
			t.Errorf("%s: not in the capture", test.message)
		}
		for _, row := range rows {
			if row[0] != fmt.Sprint(test.want) {
				t.Errorf("%s: sent to port %s, want %d", test.message, row[0], test.want)
			}
		}
	}
}
