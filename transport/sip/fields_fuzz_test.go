package sip

import (
	"strings"
	"testing"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// FuzzFields reads what a peer may write into RAck, Session-Expires, Min-SE and
// Replaces.
func FuzzFields(f *testing.F) {
	for _, seed := range []string{"776656 1 INVITE", "1800;refresher=uas", " 90 ; x ; Refresher = UAC", "4294967296", "-1", "a@b;to-tag=1;from-tag=2;early-only", ";;=", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if a, ok := parseRAck(text); ok && a.method == "" {
			t.Errorf("RAck %q: got no method", text)
		}
		if id, ok := replaced(text); ok && (id.callID == "" || id.local == "" || id.remote == "") {
			t.Errorf("Replaces %q: got %+v", text, id)
		}
		req := gosip.NewRequest(gosip.INVITE, callerURI)
		req.AppendHeader(gosip.NewHeader("x", text))
		req.AppendHeader(gosip.NewHeader("Min-SE", text))
		interval, _, found, ok := sessionExpires(req)
		if !found || interval < 0 || ok && interval%time.Second != 0 {
			t.Errorf("Session-Expires %q: got %v, found %v", text, interval, found)
		}
		if least := minSE(req); ok && least != interval {
			t.Errorf("Min-SE %q: got %v, want %v", text, least, interval)
		}
		agreed, fields := agreeInterval(req)
		if agreed.interval != 0 && (agreed.interval < minInterval || len(fields) == 0) {
			t.Errorf("%q: agreed on %v with %v", text, agreed.interval, fields)
		}
	})
}

// What declines an offer is one line for each stream, whatever the offer says.
func FuzzDeclined(f *testing.F) {
	f.Add(offer, answer)
	f.Add("m=audio 1 RTP/AVP 0\nm=x\rm= 1 2 3 4\r\n", "o=- 1 18446744073709551615 IN IP4 192.0.2.1\r\n")
	f.Add("", "o=- 1 9223372036854775807 IN IP6 ::1")
	f.Fuzz(func(t *testing.T, offer, standing string) {
		got := string(declined([]byte(offer), []byte(standing), serverAddr.Addr()))
		lines := strings.Split(got, "\r\n")
		if len(lines) > 6+strings.Count(offer, "m=") || strings.Count(got, "\n") != len(lines)-1 || !strings.HasPrefix(lines[1], "o=") {
			t.Errorf("got %q for %q and %q", got, offer, standing)
		}
	})
}
