package sip

import (
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
