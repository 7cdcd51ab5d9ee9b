//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// signalling is a kind of call and what its record says.
type signalling struct {
	name, scenario string
	seconds        int // 0: two
	early          bool
	packets        [2]int // least and most that Pickup sends
	cause          string
}

// shortDialogs are the kinds of calls that end soon.
var shortDialogs = []signalling{
	{name: "PRACK", scenario: "uac_prack.xml", packets: [2]int{90, 100}, cause: "completed"},
	{name: "session timer", scenario: "uac_session_timer.xml", packets: [2]int{90, 100}, cause: "completed"},
	{name: "CANCEL after the 180", scenario: "uac_cancel_ringing.xml", cause: "cancelled"},
	{name: "CANCEL after the 200", scenario: "uac_cancel_answered.xml", packets: [2]int{90, 100}, cause: "completed"},
	{name: "early media", scenario: "uac_early_media.xml", early: true, packets: [2]int{110, 140}, cause: "completed"},
	{name: "early media, PRACK and UPDATE", scenario: "uac_early_update.xml", early: true, packets: [2]int{110, 140}, cause: "completed"},
}

func TestShortDialogs(t *testing.T) { testDialogs(t, shortDialogs, 5, 20, true) }

func TestFullDialogs(t *testing.T) { testDialogs(t, shortDialogs, 200, 50, false) }

// TestFullRefresh has Pickup refresh sessions, half of the shortest interval after
// their beginning.
func TestFullRefresh(t *testing.T) {
	testDialogs(t, []signalling{
		{name: "refreshed by UPDATE", scenario: "uac_refreshed_by_update.xml", seconds: 47, packets: [2]int{2340, 2350}, cause: "completed"},
		{name: "refreshed by INVITE", scenario: "uac_refreshed_by_invite.xml", seconds: 47, packets: [2]int{2340, 2350}, cause: "completed"},
	}, 20, 20, false)
}

// testDialogs wants every call to follow its scenario, over UDP and TCP.
func testDialogs(t *testing.T, kinds []signalling, calls, rate int, raced bool) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			if calls < 10 {
				t.Parallel() // few calls leave the machine room for all kinds at once
			}
			kind.run(t, load{name: kind.name, scenario: kind.scenario,
				calls: calls, atOnce: calls, rate: rate, seconds: max(kind.seconds, 2)}, raced)
		})
	}
}

// TestShortCancelAtOnce sends each CANCEL right behind its INVITE, in a datagram of its
// own or in one piece over TCP: both are always answered as if the CANCEL had waited.
func TestShortCancelAtOnce(t *testing.T) {
	const calls = 200
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: 1, calls: 20, raced: true})
	for _, transport := range []string{"UDP", "TCP"} {
		conn, err := net.Dial(strings.ToLower(transport), d.sip.String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		compose := func(n int, method, toTag string) string {
			return fmt.Sprintf("%[1]s sip:pickup@%[2]v SIP/2.0\r\nVia: SIP/2.0/%[3]s %[4]v;branch=z9hG4bK-cancel-%[5]d;rport\r\n"+
				"From: <sip:e2e@%[4]v>;tag=cancel%[5]d\r\nTo: <sip:pickup@%[2]v>%[6]s\r\nCall-ID: cancel-%[3]s-%[5]d\r\n"+
				"CSeq: 1 %[1]s\r\nContact: <sip:e2e@%[4]v>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
				method, d.sip, transport, conn.LocalAddr(), n, toTag)
		}
		for n := range calls {
			invite, cancel := compose(n, "INVITE", ""), compose(n, "CANCEL", "")
			if transport == "TCP" {
				invite, cancel = invite+cancel, ""
			}
			for _, text := range []string{invite, cancel} {
				if _, err := conn.Write([]byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			cancelled, ended := finals(t, conn, fmt.Sprintf("cancel-%s-%d", transport, n))
			if cancelled != 200 || ended.status != 487 {
				t.Fatalf("%s call %d: got %d to the CANCEL and %d to the INVITE, want 200 and 487", transport, n, cancelled, ended.status)
			}
			if _, err := conn.Write([]byte(compose(n, "ACK", ended.toTag))); err != nil {
				t.Fatal(err)
			}
		}
	}
	eventually(t, 10*time.Second, "a record of each call", func() bool { return len(d.records()) == 2*calls })
	d.stop()
}

// final is a final response to an INVITE.
type final struct {
	status int
	toTag  string
}

// finals waits for the final responses to the CANCEL and the INVITE of a call.
func finals(t *testing.T, conn net.Conn, callID string) (cancelled int, ended final) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	buffer := make([]byte, 65536)
	for cancelled == 0 || ended.status == 0 {
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatalf("%s: got %d to the CANCEL and %d to the INVITE, then %v", callID, cancelled, ended.status, err)
		}
		for text := range strings.SplitSeq(string(buffer[:n]), "\r\n\r\n") {
			status, toTag := parse([]byte(text + "\r\n\r\n"))
			switch {
			case status < 200 || !strings.Contains(text, callID+"\r\n"):
			case strings.Contains(text, "1 CANCEL"):
				cancelled = status
			default:
				ended = final{status, toTag}
			}
		}
	}
	return cancelled, ended
}

func (k signalling) run(t *testing.T, l load, raced bool) {
	r, err := newReceiver(4)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	d := start(t, settings{codecs: []string{"PCMU", "PCMA"}, seconds: l.seconds, calls: 2*l.atOnce + 20, raced: raced, early: k.early})
	before := d.descriptors()
	var callers []*sipp
	for _, transport := range []string{"u1", "t1"} {
		l.transport = transport
		callers = append(callers, runSIPp(t, d, r.addresses(), l))
	}
	for _, s := range callers {
		s.wait(time.Duration(l.seconds+60) * time.Second)
	}
	eventually(t, 10*time.Second, "a record of each call", func() bool { return len(d.records()) == 2*l.calls })
	eventually(t, 10*time.Second, "descriptors back to their number before the calls",
		func() bool { return d.descriptors() <= before })
	d.stop()
	for _, record := range d.records() {
		frames := record.TxPackets + record.TxSkipped
		if record.Cause != k.cause || frames < k.packets[0] || frames > k.packets[1] {
			t.Errorf("record: got %s after %d packets, want %s after %d to %d", record.Cause, frames, k.cause, k.packets[0], k.packets[1])
		}
	}
}
