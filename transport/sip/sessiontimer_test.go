package sip

import (
	"fmt"
	"testing"
	"time"

	"pickup/transport/sip/siptest"
)

// lastsUntilItExpires is answered and stays up until it expires, or the caller hangs up.
func lastsUntilItExpires(c *call) {
	c.ring()
	c.accept()
	c.hear("acked")
	for {
		switch e := c.next(); e.name {
		case "reoffered":
			c.must(c.Reply([]byte(reply)))
		case "reanswered":
		case "session expired":
			c.hangUp()
			c.hear("bye answered")
			return
		default:
			if e.name != "bye" {
				c.Errorf("event: got %+v, want the end of the session", e)
			}
			return
		}
	}
}

// begin calls with the header fields and is answered.
func begin(phone *siptest.Caller, extra ...string) (*siptest.Call, siptest.Message) {
	call := phone.Dial()
	call.Invite(offer, extra...)
	call.Want(180)
	ok := call.Want(200)
	call.Ack()
	return call, ok
}

// RFC 4028 section 9, table 2.
func TestSessionIntervalIsAgreedOn(t *testing.T) {
	tests := []struct {
		name    string
		extra   []string
		status  int
		expires string // Session-Expires of the 200
		require string
		minSE   string
	}{
		{"no timer", nil, 200, "", "", ""},
		{"knows timers, asks for none", []string{"Supported: timer"}, 200, "", "", ""},
		{"the caller refreshes", []string{"Supported: timer", "Session-Expires: 1800"}, 200, "1800;refresher=uac", "timer", ""},
		{"the caller refreshes, as it says", []string{"Supported: 100rel, timer", "Session-Expires: 1800 ; Refresher = uac"}, 200, "1800;refresher=uac", "timer", ""},
		{"compact", []string{"k: timer", "x: 90;refresher=uac"}, 200, "90;refresher=uac", "timer", ""},
		{"required", []string{"Require: timer", "Session-Expires: 90"}, 200, "90;refresher=uac", "timer", ""},
		{"we refresh", []string{"Supported: timer", "Session-Expires: 1800;refresher=uas"}, 200, "1800;refresher=uas", "timer", ""},
		{"the caller knows no timer", []string{"Session-Expires: 1800", "Min-SE: 100"}, 200, "1800;refresher=uas", "", ""},
		{"too short", []string{"Supported: timer", "Session-Expires: 89"}, 422, "", "", "90"},
		{"zero", []string{"Supported: timer", "x: 0"}, 422, "", "", "90"},
		{"too short, of a proxy", []string{"Session-Expires: 60"}, 200, "", "", ""},
		{"no number", []string{"Supported: timer", "Session-Expires: soon"}, 400, "", "", ""},
		{"negative", []string{"Session-Expires: -1"}, 400, "", "", ""},
		{"the longest", []string{"Supported: timer", "Session-Expires: 4294967295"}, 200, "4294967295;refresher=uac", "timer", ""},
		{"too long", []string{"Supported: timer", "Session-Expires: 4294967296"}, 400, "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				call := w.phone().Dial()
				call.Invite(offer, test.extra...)
				m := call.Next()
				if m.Status() == 180 {
					m = call.Next()
				}
				if m.Status() != test.status || m.Get("Session-Expires") != test.expires || m.Get("Require") != test.require || m.Get("Min-SE") != test.minSE {
					t.Errorf("got %s, Session-Expires %q, Require %q, Min-SE %q, want %d, %q, %q, %q", m.Start,
						m.Get("Session-Expires"), m.Get("Require"), m.Get("Min-SE"), test.status, test.expires, test.require, test.minSE)
				}
				if test.status != 200 {
					call.AckRefusal()
					return
				}
				call.Ack()
				hangUp(call)
			})
		})
	}
}

// RFC 4028 section 10: BYE min(32 s, a third of the interval) before it expires.
func TestSessionThatIsNotRefreshedExpires(t *testing.T) {
	for interval, want := range map[int]time.Duration{90: 60 * time.Second, 300: 268 * time.Second} {
		inWorld(t, lastsUntilItExpires, func(w *world) {
			call, _ := begin(w.phone(), "Supported: timer", fmt.Sprint("Session-Expires: ", interval))
			begun := time.Now()
			for time.Since(begun) < want-time.Second {
				time.Sleep(time.Second)
			}
			call.WantNothing(500 * time.Millisecond)
			bye := call.WantRequest("BYE")
			if got := bye.At.Sub(begun).Round(10 * time.Millisecond); got != want {
				t.Errorf("%d s: BYE after %v, want %v", interval, got, want)
			}
			call.Reply(bye, 200)
		})
	}
}

// A re-INVITE or UPDATE begins the interval anew, or ends the timer when it names none.
func TestSessionIsRefreshedByTheCaller(t *testing.T) {
	inWorld(t, lastsUntilItExpires, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 90")
		refresh := []string{"Supported: timer", "Session-Expires: 90;refresher=uac"}
		for range 4 {
			time.Sleep(45 * time.Second)
			call.Do("UPDATE", "", refresh...)
			if m := call.Want(200); m.Get("Session-Expires") != "90;refresher=uac" || m.Get("Require") != "timer" {
				t.Errorf("200 to UPDATE: got %q and Require %q", m.Get("Session-Expires"), m.Get("Require"))
			}
			time.Sleep(45 * time.Second)
			call.Reinvite(offer, refresh...)
			if m := call.Want(200); m.Get("Session-Expires") != "90;refresher=uac" {
				t.Errorf("200 to re-INVITE: got %q", m.Get("Session-Expires"))
			}
			call.Ack()
		}
		call.Do("UPDATE", "", "Supported: timer", "Session-Expires: 30")
		call.Want(422)
		call.Do("UPDATE", offer, refresh...)
		call.Want(200)
		time.Sleep(30 * time.Second)
		call.Do("UPDATE", "")
		call.Want(200)
		time.Sleep(5 * time.Minute)
		hangUp(call)
	})
}

// We refresh at half of the interval: by UPDATE when the caller allows it, otherwise by
// re-INVITE with the session description that was sent last.
func TestSessionIsRefreshedByUs(t *testing.T) {
	for _, method := range []string{"UPDATE", "INVITE"} {
		t.Run(method, func(t *testing.T) {
			inWorld(t, lastsUntilItExpires, func(w *world) {
				allow := "Allow: INVITE, ACK, BYE"
				if method == "UPDATE" {
					allow += ", UPDATE"
				}
				call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 90;refresher=uas", allow)
				begun := time.Now()
				for i := range 4 {
					m := call.WantRequest(method)
					at := m.At.Sub(begun).Round(100 * time.Millisecond)
					if want := time.Duration(i+1) * 45 * time.Second; at != want || m.Get("Session-Expires") != "90;refresher=uac" {
						t.Errorf("refresh %d: got %q at %v, want 90;refresher=uac at %v", i, m.Get("Session-Expires"), at, want)
					}
					body := ""
					if method == "INVITE" {
						wantBody(t, m, answer)
						body = offer
					}
					if want := fmt.Sprint(i+1, " ", method); m.Get("CSeq") != want {
						t.Errorf("CSeq: got %q, want %q", m.Get("CSeq"), want)
					}
					call.Respond(m, 200, body, "Require: timer", "Session-Expires: 90;refresher=uac")
					if method == "INVITE" {
						ack := call.WantRequest("ACK")
						if want := fmt.Sprint(i+1, " ACK"); ack.Get("CSeq") != want {
							t.Errorf("CSeq: got %q, want %q", ack.Get("CSeq"), want)
						}
					}
				}
				hangUp(call)
			})
		})
	}
}

// What the caller answers to our refresh, and what we do then.
func TestAnswerToOurRefresh(t *testing.T) {
	tests := []struct {
		name   string
		status int
		extra  []string
		next   string        // our next request
		from   time.Duration // after the response
		to     time.Duration
	}{
		{"timeout", 0, nil, "BYE", 14 * time.Second, 16 * time.Second}, // the session expires first
		{"408", 408, nil, "BYE", 0, time.Second},
		{"481", 481, nil, "BYE", 0, time.Second},
		{"too short", 422, []string{"Min-SE: 200"}, "UPDATE 200", 0, time.Second},
		{"too short, and nothing said", 422, nil, "UPDATE 90", time.Second, 2 * time.Second},
		{"not allowed", 405, nil, "INVITE 90", 0, time.Second},
		{"not implemented", 501, nil, "INVITE 90", 0, time.Second},
		{"glare", 491, nil, "UPDATE 90", 0, 2100 * time.Millisecond},
		{"credentials wanted", 401, []string{"WWW-Authenticate: " + md5Challenge}, "BYE", 14 * time.Second, 16 * time.Second},
		{"credentials wanted by a proxy", 407, []string{"Proxy-Authenticate: " + md5Challenge}, "BYE", 14 * time.Second, 16 * time.Second},
		{"forbidden", 403, nil, "BYE", 14 * time.Second, 16 * time.Second},
		{"declined", 603, nil, "BYE", 14 * time.Second, 16 * time.Second},
		{"not now", 480, nil, "UPDATE 90", time.Second, 2 * time.Second},
		{"busy", 503, nil, "UPDATE 90", time.Second, 2 * time.Second},
		{"the caller takes over", 200, []string{"Session-Expires: 90;refresher=uas"}, "BYE", 59 * time.Second, 61 * time.Second},
		{"the caller knows no timer", 200, nil, "UPDATE 90", 44 * time.Second, 46 * time.Second},
		{"longer", 200, []string{"x: 120;refresher=uac"}, "UPDATE 120", 59 * time.Second, 61 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, lastsUntilItExpires, func(w *world) {
				phone := w.phone()
				phone.Insist() // for the sake of repeated requests
				call, _ := begin(phone, "Supported: timer", "Session-Expires: 90;refresher=uas", "Allow: UPDATE")
				update := call.WantRequest("UPDATE")
				if test.status != 0 {
					call.Respond(update, test.status, "", test.extra...)
				}
				begun := time.Now()
				m := call.Next()
				got := m.Method()
				if got != "BYE" {
					var n int
					fmt.Sscanf(m.Get("Session-Expires"), "%d;refresher=uac", &n)
					got += fmt.Sprint(" ", n)
				}
				if after := m.At.Sub(begun); got != test.next || after < test.from || after > test.to {
					t.Errorf("got %s after %v, want %s after %v to %v", got, after, test.next, test.from, test.to)
				}
				if m.Method() == "BYE" {
					call.Reply(m, 200)
					return
				}
				call.Respond(m, 200, "", "Session-Expires: 3600;refresher=uas")
				if m.Method() == "INVITE" {
					call.WantRequest("ACK")
				}
				hangUp(call)
			})
		})
	}
}

// RFC 3261 section 14.2: an INVITE of the caller that meets ours gets 491. Ours is
// refused by the caller too, and both try again.
func TestOurRefreshMeetsAnInvite(t *testing.T) {
	inWorld(t, lastsUntilItExpires, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 90;refresher=uas")
		ours := call.WantRequest("INVITE")
		call.Reinvite(offer)
		call.Want(491)
		call.AckRefusal()
		call.Respond(ours, 491, "")
		if ack := call.WantRequest("ACK"); ack.Get("Via") != ours.Get("Via") {
			t.Errorf("ACK to the 491: got Via %q, want that of the INVITE, %q", ack.Get("Via"), ours.Get("Via"))
		}
		ours = call.WantRequest("INVITE")
		call.Respond(ours, 200, offer, "Session-Expires: 90;refresher=uas")
		call.WantRequest("ACK")
		call.Reinvite(offer, "Supported: timer", "Session-Expires: 90;refresher=uac")
		call.Want(200)
		call.Ack()
		hangUp(call)
	})
}

// A change that is under way puts our refresh off.
func TestOurRefreshWaitsForAChange(t *testing.T) {
	inWorld(t, func(c *call) {
		c.ring()
		c.accept()
		c.hear("acked")
		c.hear("reoffered")
		time.Sleep(10 * time.Second)
		c.must(c.Reply([]byte(reply)))
		c.hear("bye")
	}, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 90;refresher=uas", "Allow: UPDATE")
		time.Sleep(40 * time.Second)
		call.Do("UPDATE", offer, "Supported: timer", "Session-Expires: 90;refresher=uas")
		call.WantNothing(9 * time.Second)
		call.Want(200)
		begun := time.Now()
		m := call.WantRequest("UPDATE")
		if got := m.At.Sub(begun).Round(time.Second); got != 45*time.Second {
			t.Errorf("refresh: got it %v after the change, want 45s", got)
		}
		call.Respond(m, 200, "")
		hangUp(call)
	})
}

// The request and its response are lost again and again (RFC 3261 section 17.1).
func TestOurRefreshOnABadNetwork(t *testing.T) {
	for seed := range uint64(20) {
		network := lossy(seed)
		network.Loss = 0.2
		for _, method := range []string{"UPDATE", "INVITE"} {
			inWorldOf(t, network, lastsUntilItExpires, func(w *world) {
				phone := w.phone()
				phone.Insist()
				call := phone.Dial()
				call.Invite(offer, "Supported: timer", "Session-Expires: 120;refresher=uas", "Allow: "+method)
				call.WantFinal(200)
				call.Ack()
				for range 3 {
					m := call.Next()
					for m.Method() == "ACK" { // to the refresh before, when it was not lost
						m = call.Next()
					}
					if m.Method() != method {
						t.Fatalf("got %s, want %s", m.Method(), method)
					}
					body := ""
					if method == "INVITE" {
						body = offer
					}
					call.Respond(m, 200, body, "Session-Expires: 120;refresher=uac")
				}
				time.Sleep(time.Second)
				call.Drain()
				hangUp(call)
			})
		}
	}
}

// Nothing is refreshed after the end.
func TestNoRefreshAfterTheEnd(t *testing.T) {
	inWorld(t, lastsUntilItExpires, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 90;refresher=uas", "Allow: UPDATE")
		hangUp(call)
		call.WantNothing(5 * time.Minute)
	})
}
