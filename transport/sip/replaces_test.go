package sip

import (
	"strings"
	"testing"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

var callerURI = gosip.Uri{Scheme: "sip", User: "alice", Host: "198.51.100.1"}

// RFC 3891 section 3: a dialog that is there is not given to anybody.
func TestReplacesIsRefused(t *testing.T) {
	tests := []struct {
		name   string
		values []string // CALL, OURS and THEIRS stand for what identifies the dialog that is up
		extra  change
		want   string
	}{
		{"unknown", []string{"x@y;to-tag=1;from-tag=2"}, nil, "481"},
		{"unknown tag", []string{"CALL;to-tag=OURS;from-tag=mallory"}, nil, "481"},
		{"known", []string{"CALL ;from-tag=THEIRS; To-Tag=OURS"}, nil, "603"},
		{"early only", []string{"CALL;to-tag=OURS;from-tag=THEIRS;early-only"}, nil, "603"},
		{"two", []string{"CALL;to-tag=OURS;from-tag=THEIRS", "x;to-tag=1;from-tag=2"}, nil, "400"},
		{"no tag", []string{"CALL;to-tag=OURS"}, nil, "400"},
		{"empty", []string{""}, nil, "400"},
		{"required", []string{"CALL;to-tag=OURS;from-tag=THEIRS"}, also("Require", "replaces"), "420"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				up := w.caller()
				ok := up.answered()
				other := w.callerAt(w.elsewhere(), "call-2")
				var changes []change
				for _, value := range test.values {
					changes = append(changes, also("Replaces", strings.NewReplacer("CALL", "call-1", "OURS", ok.tag(), "THEIRS", "alice").Replace(value)))
				}
				if test.extra != nil {
					changes = append(changes, test.extra)
				}
				other.send("INVITE", changes...)
				other.want(test.want)
				other.send("ACK")
				up.send("BYE")
				up.want("200")
				up.wantSilence(time.Minute)
				w.wantCalls(1)
			})
		})
	}
}

// REFER makes us call nobody (RFC 3515 section 5).
func TestForeignMethodsAreRefusedAndNobodyIsCalled(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.answered()
		for i, method := range []string{"REFER", "SUBSCRIBE", "PUBLISH", "NOTIFY", "MESSAGE", "REGISTER", "FOO"} {
			for _, inside := range []bool{true, false} {
				branch := c.branched(method + string(rune('a'+i)))
				changes := []change{branch, set("CSeq", string(rune('2'+i))+" "+method), also("Refer-To", "<sip:victim@203.0.113.9>"), also("Event", "refer")}
				if !inside {
					changes = append(changes, set("To", "<sip:pickup@192.0.2.1>"), set("Call-ID", method), c.branched(method+"-out"))
				}
				c.send(method, changes...)
				if m := c.want("405"); m.get("Allow") != allow {
					t.Errorf("%s: Allow: got %q, want %q", method, m.get("Allow"), allow)
				}
			}
		}
		c.send("BYE", set("CSeq", "20 BYE"))
		c.want("200")
		for _, p := range w.taps {
			if p.From == serverAddr && (p.To != callerAddr || !strings.HasPrefix(string(p.Data), "SIP/2.0 ")) {
				t.Errorf("sent to %v: %.40q", p.To, p.Data)
			}
		}
	})
}
