package sip

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// hangsUp answers and sends BYE a second after the ACK.
func hangsUp(status int) func(*call) {
	return func(c *call) {
		c.accept()
		c.hear("acked")
		time.Sleep(time.Second)
		c.hangUp()
		if got := c.hear("bye answered").status; got != status {
			c.Errorf("ByeAnswered: got %d, want %d", got, status)
		}
	}
}

func TestByeOfTheServer(t *testing.T) {
	inWorld(t, hangsUp(200), func(w *world) {
		c := w.caller()
		c.send("INVITE")
		ok := c.want("200")
		c.send("ACK")
		bye := c.want("BYE sip:alice@198.51.100.1:5070 SIP/2.0")
		for name, want := range map[string]string{
			"From": ok.get("To"), "To": ok.get("From"), "Call-ID": "call-1", "CSeq": "1 BYE", "Max-Forwards": "70",
			"Reason": `Q.850;cause=16;text="Normal call clearing"`, "User-Agent": "Pickup/test", "Content-Length": "0",
		} {
			if got := bye.get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		if via := bye.get("Via"); !strings.HasPrefix(via, "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK") || !strings.HasSuffix(via, ";rport") {
			t.Errorf("Via: got %q, want the listener's address, a branch and rport", via)
		}
		c.reply(bye, "100 Trying")
		c.wantSilence(100 * time.Millisecond)
		c.reply(bye, "200 OK")
		c.reply(bye, "200 OK")
		c.wantSilence(time.Minute)
	})
}

func TestByeIsRepeatedUntilItIsGivenUp(t *testing.T) {
	inWorld(t, hangsUp(0), func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("200")
		c.send("ACK")
		for range 11 {
			c.want("BYE")
		}
		c.wantSilence(time.Minute)
		w.wantSent("BYE", 0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5)
	})
}

func TestAnyFinalStatusEndsTheBye(t *testing.T) {
	for status, text := range map[int]string{401: "401 Unauthorized", 407: "407 Auth", 408: "408 Timeout", 481: "481 Gone", 500: "500 Oops"} {
		t.Run(text, func(t *testing.T) {
			inWorld(t, hangsUp(status), func(w *world) {
				c := w.caller()
				c.send("INVITE")
				c.want("200")
				c.send("ACK")
				c.want("BYE")
				c.reply(c.want("BYE"), text)
				c.wantSilence(time.Minute)
			})
		})
	}
}

// Nobody but the one that got the BYE can know its branch.
func TestResponseToAnotherTransactionDoesNotEndTheBye(t *testing.T) {
	inWorld(t, hangsUp(200), func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("200")
		c.send("ACK")
		bye := c.want("BYE")
		forged := bye
		forged.fields = append([]string{"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKguess"}, bye.fields[1:]...)
		c.reply(forged, "200 OK")
		c.reply(c.want("BYE"), "200 OK")
	})
}

func TestByeGoesWhereTheInviteCameFrom(t *testing.T) {
	elsewhere := netip.MustParseAddrPort("203.0.113.9:5099")
	proxy := netip.MustParseAddrPort("198.51.100.1:5062")
	tests := []struct {
		name    string
		changes []change
		to      netip.AddrPort
		target  string
		routes  []string
	}{
		{"contact elsewhere", []change{set("Contact", "<sip:alice@203.0.113.9:5099;ob>")}, callerAddr, "sip:alice@203.0.113.9:5099;ob", nil},
		{"contact with a name", []change{set("Contact", "<sip:alice@nowhere.invalid>")}, callerAddr, "sip:alice@nowhere.invalid", nil},
		{"contact without brackets", []change{set("Contact", "sip:alice@nowhere.invalid")}, callerAddr, "sip:alice@nowhere.invalid", nil},
		{"numeric route", []change{also("Record-Route", "<sip:198.51.100.7:5062;lr>;x=1, \"b <y>\" <sip:b.invalid;lr>"), also("Record-Route", "<sip:c.invalid;lr>")},
			callerAddr, "sip:alice@198.51.100.1:5070", []string{"<sip:198.51.100.7:5062;lr>;x=1, \"b <y>\" <sip:b.invalid;lr>", "<sip:c.invalid;lr>"}},
		{"route of the sender", []change{also("Record-Route", "\"a, <b>\" <sip:198.51.100.1:5062;lr=on>;x=1, <sip:b.invalid;lr>")},
			proxy, "sip:alice@198.51.100.1:5070", []string{"\"a, <b>\" <sip:198.51.100.1:5062;lr=on>;x=1, <sip:b.invalid;lr>"}},
		{"strict router", []change{also("Record-Route", "\"a, <b>\" <sip:p@198.51.100.1:5062;method=BYE;x=1?a=b>;y=1, <sip:b.invalid>;z=2"), also("Record-Route", "<sip:c.invalid;lr>")},
			proxy, "sip:p@198.51.100.1:5062;x=1", []string{"<sip:b.invalid>;z=2", "<sip:c.invalid;lr>", "<sip:alice@198.51.100.1:5070>"}},
		{"strict router elsewhere", []change{also("Record-Route", "<sip:b.invalid>")}, callerAddr, "sip:b.invalid", []string{"<sip:alice@198.51.100.1:5070>"}},
		{"route with a name", []change{also("Record-Route", "<sip:b.invalid;lr>")}, callerAddr, "sip:alice@198.51.100.1:5070", []string{"<sip:b.invalid;lr>"}},
		{"route to everybody", []change{also("Record-Route", "<sip:224.0.1.75;lr>")}, callerAddr, "sip:alice@198.51.100.1:5070", []string{"<sip:224.0.1.75;lr>"}},
		{"broken route", []change{also("Record-Route", "<sip:b")}, callerAddr, "sip:alice@198.51.100.1:5070", []string{"<sip:b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, hangsUp(200), func(w *world) {
				c := w.caller()
				at := map[netip.AddrPort]*caller{callerAddr: c, elsewhere: w.callerAt(elsewhere, "x"), proxy: w.callerAt(proxy, "y")}
				c.send("INVITE", test.changes...)
				ok := c.want("200")
				if got, want := ok.all("Record-Route"), recorded(test.changes); strings.Join(got, "|") != strings.Join(want, "|") {
					t.Errorf("Record-Route of the 200: got %q, want %q", got, want)
				}
				c.send("ACK")
				bye := at[test.to].want("BYE " + test.target + " SIP/2.0")
				if got := bye.all("Route"); strings.Join(got, "|") != strings.Join(test.routes, "|") {
					t.Errorf("Route: got %q, want %q", got, test.routes)
				}
				at[test.to].reply(bye, "200 OK")
				synctest.Wait()
				for _, p := range w.taps {
					if strings.HasPrefix(string(p.Data), "BYE") && p.From != serverAddr {
						t.Errorf("BYE left from %v, want the listener's address", p.From)
					}
				}
			})
		})
	}
}

// recorded are the Record-Route header fields that the changes give a request.
func recorded(changes []change) []string {
	var m message
	for _, change := range changes {
		change(&m)
	}
	return m.all("Record-Route")
}

func TestByeBeforeTheAckIsAckAndBye(t *testing.T) {
	inWorld(t, func(c *call) {
		c.accept()
		c.hear("bye")
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("200")
		c.send("BYE")
		c.want("200")
		c.send("ACK")
		c.wantSilence(time.Minute)
		w.wantSent("SIP/2.0 200", 0, 0.002)
	})
}

func TestByeBeforeTheAnswer(t *testing.T) {
	tests := []struct {
		name string
		play func(*call)
	}{
		{"the handler rejects", func(c *call) {
			c.ring()
			c.hear("bye")
			c.ring() // which comes too late to be sent
			c.must(c.Reject(Refusal{Status: 487}))
		}},
		{"the handler answers", func(c *call) {
			c.ring()
			time.Sleep(time.Second)
			c.accept()
			c.hear("bye")
			c.hear("answer failed")
		}},
		{"the handler returns", func(c *call) {
			c.ring()
			c.hear("bye")
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, test.play, func(w *world) {
				c := w.caller()
				c.send("INVITE")
				c.want("180")
				c.send("BYE")
				first, second := c.want("SIP/2.0"), c.want("SIP/2.0")
				if strings.Contains(first.start, "487") {
					first, second = second, first // sent by two goroutines
				}
				if !strings.Contains(first.start, "200") || !strings.Contains(second.start, "487") {
					t.Errorf("got %q and %q, want 200 to the BYE and 487", first.start, second.start)
				}
				c.send("ACK")
				c.send("BYE", c.branched("again"))
				c.want("481")
				c.wantSilence(time.Minute)
			})
		})
	}
}

func TestRepeatedByeIsAnsweredTheSame(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.answered()
		c.send("BYE")
		first := c.want("200").String()
		for range 3 {
			c.send("BYE")
			if again := c.want("200").String(); again != first {
				t.Errorf("repeated BYE: got %q, want the first answer %q", again, first)
			}
		}
		c.send("BYE", c.branched("another"), set("CSeq", "3 BYE"))
		c.want("481")
	})
}

func TestByeIsRefusedWhenTheMailboxIsFull(t *testing.T) {
	inWorld(t, func(c *call) {
		c.refuse = true
		takesCalls(c)
	}, func(w *world) {
		c := w.caller()
		c.answered()
		c.send("BYE")
		if m := c.want("500"); m.get("Retry-After") == "" {
			t.Error("Retry-After: got none, want a time")
		}
		c.send("BYE", c.branched("again"), set("CSeq", "3 BYE"))
		c.want("200")
	})
}

func TestByesCross(t *testing.T) {
	inWorld(t, func(c *call) {
		c.accept()
		c.hear("acked")
		c.hangUp()
		c.hear("bye")
		if got := c.hear("bye answered").status; got != 481 {
			c.Errorf("ByeAnswered: got %d, want 481", got)
		}
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("200")
		c.send("ACK")
		bye := c.want("BYE")
		c.send("BYE")
		c.want("200")
		c.reply(bye, "481 Gone")
		c.wantSilence(time.Minute)
	})
}

// RFC 3261 section 15: no BYE of the callee before the ACK.
func TestByeWaitsForTheAck(t *testing.T) {
	early := func(c *call) {
		c.accept()
		c.hangUp() // and does not wait
	}
	t.Run("that comes", func(t *testing.T) {
		inWorld(t, early, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			c.want("200")
			c.want("200")
			c.send("ACK")
			c.reply(c.want("BYE"), "200 OK")
			c.wantSilence(time.Minute)
		})
	})
	t.Run("that never comes", func(t *testing.T) {
		inWorld(t, early, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			for range 11 {
				c.want("200")
			}
			c.reply(c.want("BYE"), "200 OK")
			if got, want := w.sent("BYE")[0].Sub(w.sent("SIP/2.0 200")[0]), 32*time.Second; got != want {
				t.Errorf("BYE: got after %v, want %v", got, want)
			}
		})
	})
	t.Run("until the caller's BYE", func(t *testing.T) {
		inWorld(t, func(c *call) {
			early(c)
			c.hear("bye")
			c.hear("bye answered")
		}, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			c.want("200")
			c.send("BYE")
			c.want("200")
			c.wantSilence(time.Minute)
		})
	})
	t.Run("until the server closes", func(t *testing.T) {
		inWorld(t, early, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			c.want("200")
			w.close()
			c.want("BYE")
			c.wantSilence(time.Minute)
		})
	})
}
