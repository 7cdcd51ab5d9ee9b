package sip

import (
	"strings"
	"testing"
	"time"

	"pickup/transport/sip/siptest"
)

// A request that the library cannot read is refused by the text of the request.
func TestRequestThatCannotBeReadIsRefused(t *testing.T) {
	const broken = "INVITE sip:a b SIP/2.0"
	tests := []struct {
		name    string
		changes []change
		want    string // empty: silence
	}{
		{"spaces in the URI", []change{starting(broken)}, "400 Bad Request"},
		{"URI in brackets", []change{starting("INVITE <sip:a@b> SIP/2.0")}, "400 Bad Request"},
		{"trailing space", []change{starting("OPTIONS sip:a@b SIP/2.0 "), set("CSeq", "1 OPTIONS")}, "400 Bad Request"},
		{"unknown scheme", []change{starting("INVITE x-y://z:1:2 SIP/2.0")}, "416 Unsupported URI Scheme"},
		{"other version", []change{starting("INVITE x-y://z:1:2 SIP/3.0")}, "505 Version Not Supported"},
		{"broken Via", []change{set("Via", "SIP/2.0/UDP 192.0.2.15;;,;,,")}, "400 Bad Request"},
		{"compact and folded", []change{starting(broken), without("From"), also("F", "<sip:a@b>\r\n ;tag=1")}, "400 Bad Request"},
		{"ACK", []change{starting("ACK sip:a b SIP/2.0")}, ""},
		{"response", []change{starting("SIP/2.0 4294967301 x")}, ""},
		{"no Via", []change{starting(broken), without("Via")}, ""},
		{"no From", []change{starting(broken), without("From")}, ""},
		{"no To", []change{starting(broken), without("To")}, ""},
		{"no Call-ID", []change{starting(broken), without("Call-ID")}, ""},
		{"no CSeq", []change{starting(broken), without("CSeq")}, ""},
		{"two To", []change{starting(broken), also("t", "<sip:x@y>")}, ""},
		{"bare carriage return", []change{starting(broken), set("Call-ID", "x\rEvil: y")}, ""},
		{"bare carriage return in the start", []change{starting("INVITE sip:a \rx SIP/2.0")}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				c := w.caller()
				sent := c.send("INVITE", test.changes...)
				if test.want == "" {
					c.wantSilence(time.Minute)
				} else {
					wantCopied(t, sent, c.want(test.want))
				}
				if stats := w.server.Stats(); stats.Malformed != 1 || stats.Requests != 0 {
					t.Errorf("stats: got %d malformed of %d requests, want 1 of none", stats.Malformed, stats.Requests)
				}
				c.send("OPTIONS", set("To", "<sip:pickup@192.0.2.1>"))
				c.want("200")
				w.wantCalls(0)
			})
		})
	}
}

// wantCopied checks what RFC 3261 section 8.2.6.2 has a response repeat.
func wantCopied(t *testing.T, request, response message) {
	t.Helper()
	for _, name := range []string{"Call-ID", "CSeq"} {
		if got, want := response.all(name), request.get(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %q once", name, got, want)
		}
	}
	if got := response.all("From"); len(got) != 1 || !strings.Contains(got[0], ";tag=") {
		t.Errorf("From: got %q, want the request's", got)
	}
	if to := response.get("To"); !strings.HasPrefix(to, request.get("To")+";tag=") || strings.Count(to, "tag=") != 1 {
		t.Errorf("To: got %q, want %q with one tag", to, request.get("To"))
	}
	via := response.get("Via")
	if readable := !strings.Contains(via, ";;"); readable && !strings.Contains(via, "received=198.51.100.1") {
		t.Errorf("Via: got %q, want the source in it", via)
	}
}

func TestRefusalWithoutATransactionKeepsTheTags(t *testing.T) {
	const broken = "BYE sip:a b SIP/2.0"
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		for _, to := range []string{"<sip:a@b>;tag=theirs", "sip:a@b;tag=theirs", `"x>;tag=no" <sip:a@b> ; TAG = theirs`} {
			c.send("BYE", starting(broken), set("To", to))
			if got := c.want("400").get("To"); got != to {
				t.Errorf("To: got %q, want %q", got, to)
			}
		}
		var tags []string
		for range 2 {
			c.send("BYE", starting(broken), set("To", `"tag=no" <sip:a@b;tag=uri>`), also("Via", "SIP/2.0/UDP far.invalid"))
			m := c.want("400")
			if vias := m.all("Via"); len(vias) != 2 || vias[1] != "SIP/2.0/UDP far.invalid" {
				t.Errorf("Via: got %q, want both", vias)
			}
			_, tag, _ := strings.Cut(m.get("To"), ">;tag=")
			tags = append(tags, tag)
		}
		if tags[0] != tags[1] || len(tags[0]) != 2*tagBytes {
			t.Errorf("tags of the repeated request: got %q, want one of ours", tags)
		}
	})
}

// The end of such a message is known, and other calls may be on the connection.
func TestRequestThatCannotBeReadLeavesTheConnection(t *testing.T) {
	inStreams(t, takesCalls, func(w *world, l *siptest.Listener) {
		phone := w.dial(l, 1)
		call := establish(phone)
		lost := phone.Dial()
		request := lost.Request("OPTIONS", lost.NewBranch(), "")
		phone.Send(strings.Replace(request, " SIP/2.0\r\n", " x SIP/2.0\r\n", 1))
		lost.Want(400)
		phone.Send("OPTIONS * SIP/2.0\r\nVia: SIP/2.0/TCP x\r\nContent-Length: 0\r\n\r\n")
		hangUp(call)
		if stats := w.server.Stats(); stats.Malformed != 2 || stats.Connections != 1 {
			t.Errorf("stats: got %d malformed and %d connections, want 2 and 1", stats.Malformed, stats.Connections)
		}
	})
}

// A From or To that cannot be read comes back as it was.
func TestRefusalRepeatsWhatCannotBeRead(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.send("OPTIONS", set("To", `"W, T" < sip:a@b >`), set("From", `"A <sip:a@b>;tag=1`))
		m := c.want("400")
		if got, want := m.all("From"), `"A <sip:a@b>;tag=1`; len(got) != 1 || got[0] != want {
			t.Errorf("From: got %q, want %q", got, want)
		}
		if got, want := m.all("To"), `"W, T" < sip:a@b >;tag=`; len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("To: got %q, want %q and a tag", got, want)
		}
	})
}

// RFC 4475 section 3.3.15, RFC 3261 section 20.1.
func TestAcceptOfTheInvite(t *testing.T) {
	tests := []struct {
		accept []string
		want   string
	}{
		{[]string{"text/nobodyKnowsThis"}, "406"},
		{[]string{""}, "406"},
		{[]string{"text/*", "message/sipfrag;q=0.5"}, "406"},
		{[]string{"text/plain, Application/SDP;level=1"}, "200"},
		{[]string{"text/plain", "application/sdp"}, "200"},
		{[]string{"application/*"}, "200"},
		{[]string{"text/plain, */*"}, "200"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.accept, "+"), func(t *testing.T) {
			inWorld(t, func(c *call) { c.accept(); c.hear("acked"); c.hear("bye") }, func(w *world) {
				c := w.caller()
				var changes []change
				for _, value := range test.accept {
					changes = append(changes, also("Accept", value))
				}
				c.send("INVITE", changes...)
				c.want(test.want)
				c.send("ACK")
				if test.want == "200" {
					c.send("BYE")
					c.want("200")
				}
			})
		})
	}
}
