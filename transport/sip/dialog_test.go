package sip

import (
	"net/netip"
	"testing"
	"time"
)

func TestRepeatedInviteMakesNoSecondCall(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		w.play = func(c *call) {
			c.ring()
			time.Sleep(time.Second)
			c.accept()
			c.hear("acked")
			c.hear("bye")
		}
		invite := c.send("INVITE")
		c.want("180")
		c.raw(invite.String())
		c.want("180")
		c.want("200")
		c.raw(invite.String()) // after the 200
		c.send("ACK")
		c.raw(invite.String()) // after the ACK
		c.wantSilence(time.Second)
		c.send("BYE")
		c.want("200")
		c.raw(invite.String()) // after the BYE
		c.wantSilence(time.Second)
		w.wantCalls(1)
	})
}

func TestRepeatedInviteAfterRejectionGetsTheSame(t *testing.T) {
	inWorld(t, func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, func(w *world) {
		c := w.caller()
		invite := c.send("INVITE")
		first := c.want("486")
		c.raw(invite.String())
		if second := c.want("486"); second.tag() != first.tag() {
			t.Errorf("tag: got %q, want %q", second.tag(), first.tag())
		}
		c.send("ACK")
		c.wantSilence(time.Second)
		c.raw(invite.String())
		c.wantSilence(time.Second)
		w.wantCalls(1)
	})
}

// RFC 3261 section 8.2.2.2: one INVITE that came by two ways.
func TestMergedInvite(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.want("200")
		ours, to := c.branch, c.to
		c.to, c.branch = "<sip:pickup@192.0.2.1>", "z9hG4bK-merged"
		c.send("INVITE")
		c.want("482")
		c.send("ACK")
		c.to, c.branch = to, ours
		c.send("ACK")
		c.send("BYE")
		c.want("200")
		w.wantCalls(1)
	})
}

func TestRequestsInsideTheDialog(t *testing.T) {
	takes := func(c *call) {
		c.ring()
		c.accept()
		for _, name := range []string{"acked", "digit", "digit", "bye"} {
			c.hear(name)
		}
	}
	inWorld(t, takes, func(w *world) {
		c := w.caller()
		c.answered()
		tests := []struct {
			method  string
			cseq    string
			want    string
			name    string // of a header field
			value   string
			changes []change
		}{
			{"OPTIONS", "3 OPTIONS", "200", "Allow", allow, nil},
			{"INVITE", "3 INVITE", "500", "Retry-After", "1", nil}, // an ACK could mean either
			{"UPDATE", "4 UPDATE", "200", "Contact", "<sip:192.0.2.1:5060>", nil},
			{"UPDATE", "5 UPDATE", "400", "", "", []change{set("Contact", "*")}},
			{"UPDATE", "5 UPDATE", "400", "", "", []change{set("m", "<sip:a"), without("Contact")}},
			{"UPDATE", "5 UPDATE", "200", "", "", []change{without("Contact")}},
			{"UPDATE", "6 UPDATE", "415", "Accept", sessionDescription, []change{carrying("text/plain", "x")}},
			{"INFO", "7 INFO", "200", "", "", nil},
			{"INFO", "8 INFO", "200", "", "", []change{carrying("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n")}},
			{"INFO", "9 INFO", "200", "", "", []change{carrying("Application/DTMF ;x=y", "5")}},
			{"INFO", "10 INFO", "415", "Accept", digits, []change{carrying("text/plain", "x")}},
			{"INFO", "11 INFO", "415", "Accept", digits, []change{carrying("x", "5"), without("Content-Type")}},
			{"INFO", "12 INFO", "469", "Recv-Info", "", []change{also("Info-Package", "foo")}},
			{"PRACK", "13 PRACK", "400", "", "", nil},
			{"FOO", "14 FOO", "405", "Allow", allow, nil},
			{"INFO", "13 INFO", "500", "Retry-After", "1", nil},
		}
		for i, test := range tests {
			branch := c.branched(string(rune('a'+i)) + "dialog")
			c.send(test.method, append(test.changes, branch, set("CSeq", test.cseq))...)
			m := c.want(test.want)
			if test.method == "INVITE" {
				c.send("ACK", branch, set("CSeq", "3 ACK"))
			}
			if got := m.all(test.name); test.name != "" && (len(got) != 1 || got[0] != test.value) {
				t.Errorf("%s: got %s %q, want %q", test.cseq, test.name, got, test.value)
			}
		}
		c.send("BYE", set("CSeq", "15 BYE"))
		c.want("200")
		w.wantCalls(1)
	})
}

func TestReinviteBeforeTheAnswerIsPutOff(t *testing.T) {
	inWorld(t, func(c *call) {
		c.ring()
		time.Sleep(time.Second)
		c.accept()
		c.hear("acked")
		c.hear("bye")
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.send("INVITE", c.branched("re"), set("CSeq", "2 INVITE"))
		if m := c.want("500"); m.get("Retry-After") == "" {
			t.Error("Retry-After: got none, want a time")
		}
		c.send("ACK", c.branched("re"), set("CSeq", "2 ACK"))
		c.want("200")
		c.send("ACK")
		c.send("BYE", set("CSeq", "3 BYE"))
		c.want("200")
	})
}

func TestUnknownDialog(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.answered()
		known := c.to
		for _, method := range []string{"BYE", "INVITE", "INFO", "UPDATE", "OPTIONS"} {
			c.to = "<sip:pickup@192.0.2.1>;tag=" + "0123456789abcdef01234567"
			c.send(method, c.branched("u"+method), set("CSeq", "2 "+method))
			c.want("481")
			if method == "INVITE" {
				c.send("ACK", c.branched("u"+method), set("CSeq", "2 ACK"))
			}
		}
		c.to = "<sip:pickup@192.0.2.1>"
		c.send("BYE", c.branched("untagged"))
		c.want("481")
		c.to = known
		c.send("BYE", c.branched("othertag"), set("From", "<sip:alice@198.51.100.1>;tag=mallory"))
		c.want("481")
		c.send("BYE")
		c.want("200")
		c.send("INFO", set("CSeq", "3 INFO"))
		c.want("481")
		c.send("INVITE", c.branched("late"), set("CSeq", "4 INVITE"))
		c.want("481")
		c.send("ACK", c.branched("late"), set("CSeq", "4 ACK"))
		w.wantCalls(1)
	})
}

func TestStrayAckAndResponseAreMetWithSilence(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.send("ACK")
		c.send("ACK", set("To", "<sip:pickup@192.0.2.1>;tag=nobody"))
		c.send("ACK", without("Call-ID"))
		c.reply(message{start: "BYE", fields: []string{"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx", "CSeq: 1 BYE", "Call-ID: x", "From: <sip:a@b>;tag=1", "To: <sip:a@b>;tag=2"}}, "200 OK")
		c.wantSilence(time.Minute)
	})
}

// A leg stays known while its INVITE's transaction lives, and no longer.
func TestNothingIsKeptOfACallThatIsOver(t *testing.T) {
	tests := []struct {
		name string
		play func(*call)
		over func(*caller)
	}{
		{"the caller hangs up", takesCalls, func(c *caller) {
			c.answered()
			c.send("BYE")
			c.want("200")
		}},
		{"the server hangs up", hangsUp(200), func(c *caller) {
			c.send("INVITE")
			c.want("200")
			c.send("ACK")
			c.reply(c.want("BYE"), "200 OK")
		}},
		{"rejected", func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, func(c *caller) {
			c.send("INVITE")
			c.want("486")
			c.send("ACK")
		}},
		{"cancelled", func(c *call) { c.hear("cancelled") }, func(c *caller) {
			c.send("INVITE")
			time.Sleep(5 * time.Millisecond) // it arrives
			c.send("CANCEL")
			c.want("200")
			c.want("487")
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, test.play, func(w *world) {
				test.over(w.caller())
				time.Sleep(10 * time.Millisecond)
				if got := w.server.Stats().Dialogs; got != 0 {
					t.Errorf("dialogs: got %d, want 0", got)
				}
				time.Sleep(33 * time.Second)
				d := &w.server.dialogs
				d.mu.Lock()
				defer d.mu.Unlock()
				if len(d.legs)+len(d.invites)+len(d.sent) != 0 {
					t.Errorf("kept: got %d legs, %d INVITEs, %d BYEs, want none", len(d.legs), len(d.invites), len(d.sent))
				}
			})
		})
	}
}

func TestDialogsAreCounted(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.answered()
		if got := w.server.Stats().Dialogs; got != 1 {
			t.Errorf("dialogs: got %d, want 1", got)
		}
		c.send("BYE")
		c.want("200")
	})
}

func TestFactsOfTheCall(t *testing.T) {
	inWorld(t, func(c *call) {
		for what, pair := range map[string][2]any{
			"Source":     {c.Source(), callerAddr},
			"Local":      {c.Local(), serverAddr},
			"Transport":  {c.Transport(), "UDP"},
			"CallID":     {c.CallID(), `call-1\x1b[31m`},
			"From":       {c.From(), "sip:alice@198.51.100.1"},
			"To":         {c.To(), "sip:pickup@192.0.2.1"},
			"RequestURI": {c.RequestURI(), "sip:pickup@192.0.2.1"},
			"UserAgent":  {c.UserAgent(), `phone\t"x"`},
			"Offer":      {string(c.Offer()), ""},
		} {
			if pair[0] != pair[1] {
				c.Errorf("%s: got %q, want %q", what, pair[0], pair[1])
			}
		}
		c.must(c.Reject(Refusal{Status: 486}))
	}, func(w *world) {
		c := w.callerAt(netip.AddrPortFrom(callerAddr.Addr(), callerAddr.Port()), "call-1\x1b[31m")
		c.branch = "z9hG4bK-facts"
		c.send("INVITE", also("User-Agent", "phone\t\"x\""), without("Content-Type"), set("Content-Length", "0"), func(m *message) { m.body = "" })
		c.want("486")
		c.send("ACK")
	})
}
