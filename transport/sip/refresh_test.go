package sip

import (
	"fmt"
	"testing"
	"time"
)

// The response to our refresh changes where requests of ours go (RFC 3261 section
// 12.2.1.2), the ACK included.
func TestOurRefreshFollowsTheContact(t *testing.T) {
	for _, method := range []string{"INVITE", "UPDATE"} {
		inWorld(t, lastsUntilItExpires, func(w *world) {
			call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 90;refresher=uas", "Allow: "+method)
			body, next := "", []string{method}
			if method == "INVITE" {
				body, next = offer, []string{"ACK", method}
			}
			call.Respond(call.WantRequest(method), 200, body, "Contact: <sip:moved@198.51.100.1:5070>")
			for _, method := range next {
				if m, want := call.Next(), method+" sip:moved@198.51.100.1:5070 SIP/2.0"; m.Start != want {
					t.Errorf("got %q, want %q", m.Start, want)
				}
			}
			hangUp(call)
		})
	}
}

// A 200 that comes again is acknowledged again, by the same ACK (RFC 3261 section
// 13.2.2.4).
func TestRepeatedAnswerToOurInviteIsAcknowledgedAgain(t *testing.T) {
	inWorld(t, lastsUntilItExpires, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 90;refresher=uas")
		invite := call.WantRequest("INVITE")
		via := ""
		for range 3 {
			call.Respond(invite, 200, offer)
			ack := call.WantRequest("ACK")
			if via != "" && ack.Get("Via") != via || ack.Get("Via") == invite.Get("Via") {
				t.Errorf("ACK: got Via %q, want the same each time, and not that of the INVITE", ack.Get("Via"))
			}
			via = ack.Get("Via")
			time.Sleep(time.Second)
		}
		hangUp(call)
	})
}

// RFC 3261 sections 17.1.1.2 and 17.1.2.2: after a provisional response an INVITE is not
// repeated, another request every T2. The session expires after 15 s of that.
func TestOurRefreshAfterAProvisionalResponse(t *testing.T) {
	for method, want := range map[string][]float64{"INVITE": {0}, "UPDATE": {0, 0.5, 4.5, 8.5, 12.5}} {
		inWorld(t, lastsUntilItExpires, func(w *world) {
			phone := w.phone()
			phone.Insist()
			call, _ := begin(phone, "Supported: timer", "Session-Expires: 90;refresher=uas", "Allow: "+method)
			call.Respond(call.WantRequest(method), 100, "")
			call.Reply(call.WantRequest("BYE"), 200)
			time.Sleep(time.Minute)
			w.wantSent(method, want...)
		})
	}
}

// A refresh by re-INVITE carries the session description that a reliable 183 brought
// (RFC 3261 section 14.1: a re-INVITE without one asks for an offer).
func TestOurRefreshAfterAReliableProgress(t *testing.T) {
	inWorld(t, func(c *call) {
		c.delivers(Awaited)(c.Progress([]byte(answer)))
		c.hear("pracked")
		c.accept()
		c.hear("acked")
		c.hear("reanswered")
		c.hear("bye")
	}, func(w *world) {
		call := w.phone().Dial()
		call.Invite(offer, needs100rel, "Supported: timer", "Session-Expires: 90;refresher=uas", "Allow: INVITE, ACK, BYE, PRACK")
		call.Prack(call.Want(183), "")
		call.Want(200)
		call.Want(200)
		call.Ack()
		m := call.WantRequest("INVITE")
		wantBody(t, m, answer)
		call.Respond(m, 200, offer, "Session-Expires: 90;refresher=uas")
		call.WantRequest("ACK")
		hangUp(call)
	})
}

// After a provisional response the peer may take its time to answer our re-INVITE: Timer
// B is of the state Calling only (RFC 3261 section 17.1.1.2).
func TestOurRefreshMayWaitForItsAnswer(t *testing.T) {
	inWorld(t, lastsUntilItExpires, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 180;refresher=uas")
		time.Sleep(80 * time.Second)
		m := call.WantRequest("INVITE")
		call.Respond(m, 100, "")
		call.WantNothing(50 * time.Second)
		call.Respond(m, 200, offer, "Session-Expires: 180;refresher=uas")
		call.WantRequest("ACK")
		hangUp(call)
	})
}

// An INVITE that is never answered goes with its call.
func TestOurRefreshWithoutAnAnswerIsForgotten(t *testing.T) {
	inWorld(t, lastsUntilItExpires, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 90;refresher=uas")
		call.Respond(call.WantRequest("INVITE"), 180, "")
		hangUp(call)
		time.Sleep(time.Minute)
		d := &w.server.dialogs
		d.mu.Lock()
		defer d.mu.Unlock()
		if got := len(d.sent); got != 0 {
			t.Errorf("requests of ours that are remembered: got %d, want 0", got)
		}
	})
}

// A refresh that fails is tried less and less often, and when Retry-After says.
func TestOurRefreshThatFailsIsPutOff(t *testing.T) {
	inWorld(t, lastsUntilItExpires, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 600;refresher=uas", "Allow: UPDATE")
		time.Sleep(290 * time.Second)
		last := call.WantRequest("UPDATE")
		for i, step := range []struct {
			status int
			extra  string
			pause  time.Duration
		}{
			{500, "Subject: x", time.Second}, {503, "Subject: x", 2 * time.Second}, {503, "Retry-After: 30 (busy);duration=60", 30 * time.Second},
			{486, "Retry-After: soon", 8 * time.Second}, {500, "Retry-After: 1", 16 * time.Second},
		} {
			call.Respond(last, step.status, "", step.extra)
			begun := time.Now()
			last = call.WantRequest("UPDATE")
			if got := last.At.Sub(begun).Round(100 * time.Millisecond); got != step.pause {
				t.Errorf("refresh %d: got it %v after the %d, want %v", i, got, step.status, step.pause)
			}
		}
		call.Respond(last, 200, "", "Session-Expires: 100;refresher=uac")
		last = call.WantRequest("UPDATE")
		call.Respond(last, 500, "")
		begun := time.Now()
		if got := call.WantRequest("UPDATE").At.Sub(begun).Round(100 * time.Millisecond); got != time.Second {
			t.Errorf("after a refresh that worked: got the next %v after the 500, want 1s", got)
		}
		hangUp(call)
	})
}

// RFC 4028 section 7.4: the largest Min-SE of the dialog.
func TestOurRefreshRepeatsMinSE(t *testing.T) {
	inWorld(t, lastsUntilItExpires, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 100;refresher=uas", "Min-SE: 95", "Allow: UPDATE")
		for _, want := range []string{"100;refresher=uac 95", "120;refresher=uac 120", "120;refresher=uac 120"} {
			m := call.WantRequest("UPDATE")
			if got := m.Get("Session-Expires") + " " + m.Get("Min-SE"); got != want {
				t.Errorf("Session-Expires and Min-SE: got %q, want %q", got, want)
			}
			if m.Get("Min-SE") == "95" {
				call.Respond(m, 422, "", "Min-SE: 120")
			} else {
				call.Respond(m, 200, "", "Session-Expires: 120;refresher=uac", "Min-SE: 100")
			}
		}
		hangUp(call)
	})
}

// A caller that wants a longer interval each time is asked at once only for the first
// time.
func TestOurRefreshIsRaisedOnceWithoutAPause(t *testing.T) {
	inWorld(t, lastsUntilItExpires, func(w *world) {
		call, _ := begin(w.phone(), "Supported: timer", "Session-Expires: 90;refresher=uas", "Allow: UPDATE")
		update := call.WantRequest("UPDATE")
		for i := range 4 {
			at := time.Now()
			call.Respond(update, 422, "", fmt.Sprint("Min-SE: ", 91+i))
			update = call.WantRequest("UPDATE")
			if got, want := update.Get("Session-Expires"), fmt.Sprint(91+i, ";refresher=uac"); got != want {
				t.Errorf("Session-Expires: got %q, want %q", got, want)
			}
			if pause := update.At.Sub(at); (pause >= refreshPause) != (i > 0) {
				t.Errorf("UPDATE after 422 number %d: got it after %v, want a pause of %v after all but the first", i+1, pause, refreshPause)
			}
		}
		hangUp(call)
	})
}
