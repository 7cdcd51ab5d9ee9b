package sip

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestBadRequestsAreRefused(t *testing.T) {
	tests := []struct {
		name    string
		method  string
		changes []change
		want    string
		field   string // "Name: value" that the response must have
	}{
		{"version", "INVITE", []change{starting("INVITE sip:pickup@192.0.2.1 SIP/7.0")}, "SIP/2.0 505", ""},
		{"no From", "INVITE", []change{without("From")}, "400", ""},
		{"no From tag", "INVITE", []change{set("From", "<sip:alice@198.51.100.1>")}, "400", ""},
		{"broken From", "INVITE", []change{set("From", "\"Alice <sip:a@b>;tag=1")}, "400", ""},
		{"two From", "INVITE", []change{also("f", "<sip:mallory@198.51.100.1>;tag=2")}, "400", ""},
		{"no To", "INVITE", []change{without("To")}, "400", ""},
		{"no Call-ID", "INVITE", []change{without("Call-ID")}, "400", ""},
		{"long Call-ID", "INVITE", []change{set("Call-ID", strings.Repeat("x", maxCallID+1))}, "400", ""},
		{"long tag", "INVITE", []change{set("From", "<sip:a@b>;tag="+strings.Repeat("x", maxTag+1))}, "400", ""},
		{"many fields", "INVITE", []change{func(m *message) {
			for range maxHeaders {
				also("X", "y")(m)
			}
		}}, "400", ""},
		{"no CSeq", "INVITE", []change{without("CSeq")}, "400", ""},
		{"CSeq no number", "INVITE", []change{set("CSeq", "one INVITE")}, "400", ""},
		{"CSeq of another method", "INVITE", []change{set("CSeq", "1 OPTIONS")}, "400", ""},
		{"no Contact", "INVITE", []change{without("Contact")}, "400", ""},
		{"two Contacts", "INVITE", []change{set("Contact", "<sip:a@198.51.100.1>, <sip:b@198.51.100.1>")}, "400", ""},
		{"broken Contact", "INVITE", []change{set("Contact", "<sip:a")}, "400", ""},
		{"Contact with a space", "INVITE", []change{set("Contact", "<sip:a SIP/2.0@198.51.100.1>")}, "400", ""},
		{"wildcard Contact", "INVITE", []change{set("Contact", "*")}, "400", ""},
		{"telephone Contact", "INVITE", []change{set("Contact", "<tel:+1234>")}, "400", ""},
		{"telephone URI", "INVITE", []change{starting("INVITE tel:+1234567 SIP/2.0")}, "416", ""},
		{"unknown URI", "OPTIONS", []change{starting("OPTIONS nobodyKnows:it SIP/2.0")}, "416", ""},
		{"Require", "INVITE", []change{also("Require", "100rel, x"), also("Require", "precondition")}, "420", "Unsupported: x, precondition"},
		{"Require in OPTIONS", "OPTIONS", []change{also("Require", "foo")}, "420", "Unsupported: foo"},
		{"body type", "INVITE", []change{carrying("text/plain", "hello")}, "415", "Accept: application/sdp"},
		{"no body type", "INVITE", []change{without("Content-Type")}, "415", "Accept: application/sdp"},
		{"body coding", "INVITE", []change{also("e", "gzip")}, "415", "Accept-Encoding: identity"},
		{"unknown method", "FOO", nil, "405", "Allow: " + allow},
		{"method in lower case", "invite", nil, "405", "Allow: " + allow},
		{"odd method", "!Odd-Method0_*+`.%'~", nil, "405", "Allow: " + allow},
		{"two lengths", "INVITE", []change{also("l", "0")}, "400", ""},
		{"UPDATE", "UPDATE", nil, "481", ""},
		{"INFO", "INFO", nil, "481", ""},
		{"PRACK", "PRACK", nil, "481", ""},
		{"REFER", "REFER", nil, "405", "Allow: " + allow},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				c := w.caller()
				c.send(test.method, test.changes...)
				m := c.want(test.want)
				if name, want, _ := strings.Cut(test.field, ": "); m.get(name) != want {
					t.Errorf("%s: got %q, want %q", name, m.get(name), want)
				}
				if test.method == "INVITE" {
					c.send("ACK")
				}
				w.wantCalls(0)
			})
		})
	}
}

func TestUnusualRequestsAreServed(t *testing.T) {
	tests := []struct {
		name    string
		changes []change
	}{
		{"Max-Forwards 0", []change{set("Max-Forwards", "0")}},
		{"no Max-Forwards", []change{without("Max-Forwards")}},
		{"Max-Forwards no number", []change{set("Max-Forwards", "-1")}},
		{"version in lower case", []change{starting("INVITE sip:pickup@192.0.2.1 sip/2.0")}},
		{"secure URI", []change{starting("INVITE sips:pickup@192.0.2.1 SIP/2.0")}},
		{"white space in From", []change{set("From", "<sip:alice@198.51.100.1> ; TAG = alice")}},
		{"white space in CSeq", []change{set("CSeq", "1   INVITE")}},
		{"folded field", []change{set("Subject", "a\r\n b")}},
		{"compact forms", []change{without("From"), also("f", "<sip:alice@198.51.100.1>;tag=alice"), without("Contact"), also("m", "<sip:alice@198.51.100.1>")}},
		{"body type with parameters", []change{carrying("Application/SDP; charset=utf-8", offer)}},
		{"identity coding", []change{also("Content-Encoding", "identity")}},
		{"no body", []change{without("Content-Type"), set("Content-Length", "0"), func(m *message) { m.body = "" }}},
		{"line breaks before the start", []change{starting("\r\n\r\nINVITE sip:pickup@192.0.2.1 SIP/2.0")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				c := w.caller()
				c.answered(test.changes...)
				c.send("BYE")
				c.want("200")
				c.wantSilence(time.Second)
				w.wantCalls(1)
			})
		})
	}
}

func TestOptions(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.send("OPTIONS")
		m := c.want("200")
		if m.get("Allow") != allow || m.get("Accept") != "application/sdp" || len(m.all("Supported")) != 1 {
			t.Errorf("capabilities: got\n%v\nwant Allow, Accept and Supported", m)
		}
		w.busy = Refusal{Status: 503, RetryAfter: time.Minute}
		c.send("OPTIONS", c.branched("again"))
		if m := c.want("503"); m.get("Retry-After") != "60" {
			t.Errorf("Retry-After: got %q, want 60", m.get("Retry-After"))
		}
	})
}

// RFC 3581 for those who ask for it, and for those whose Via does not name where they
// are.
func TestResponseGoesToTheSourcePort(t *testing.T) {
	for name, via := range map[string]string{
		"asked for":     "SIP/2.0/UDP 198.51.100.1:9;rport;branch=z9hG4bK-p",
		"rport":         "SIP/2.0/UDP 10.0.0.1:9;rport;branch=z9hG4bK-p",
		"behind a NAT":  "SIP/2.0/UDP 10.0.0.1:9;branch=z9hG4bK-p",
		"rport chosen":  "SIP/2.0/UDP 10.0.0.1;rport=9;received=203.0.113.9;branch=z9hG4bK-p",
		"name":          "SIP/2.0/UDP nowhere.invalid;branch=z9hG4bK-p",
		"two Via":       "SIP/2.0/UDP 10.0.0.1:9;branch=z9hG4bK-p\r\nVia: SIP/2.0/UDP far.invalid:5062;branch=z9hG4bK-q;x=1",
		"RFC 2543":      "SIP/2.0/UDP 10.0.0.1:9",
		"odd transport": "SIP/2.0/FOO 10.0.0.1:9;branch=z9hG4bK-p",
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, takesCalls, func(w *world) {
				c := w.caller()
				c.send("OPTIONS", set("Via", via))
				vias := c.want("200").all("Via")
				if !strings.Contains(vias[0], "rport=5070") || !strings.Contains(vias[0], "received=198.51.100.1") {
					t.Errorf("Via: got %q, want the source", vias[0])
				}
				if name == "two Via" && (len(vias) != 2 || vias[1] != "SIP/2.0/UDP far.invalid:5062;branch=z9hG4bK-q;x=1") {
					t.Errorf("second Via: got %q, want it as it was", vias)
				}
			})
		})
	}
}

// RFC 3261 section 18.2.2: "the response MUST be sent to the address in the received
// parameter or sent-by, using the port indicated in the sent-by value".
func TestResponseGoesToThePortOfTheVia(t *testing.T) {
	for name, test := range map[string]struct{ via, port string }{
		"port":         {"SIP/2.0/UDP 198.51.100.1:5099;branch=z9hG4bK-p", ":5099"},
		"default port": {"SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK-p", ":5060"},
		"RFC 2543":     {"SIP/2.0/UDP 198.51.100.1:5099", ":5099"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(c *call) { c.must(c.Reject(Refusal{Status: 486})) }, func(w *world) {
				sends := w.caller()
				hears := w.callerAt(netip.MustParseAddrPort("198.51.100.1"+test.port), "x")
				sends.send("OPTIONS", set("Via", test.via))
				if via := hears.want("200").get("Via"); via != test.via {
					t.Errorf("Via: got %q, want it as it was", via)
				}
				invite := set("Via", strings.Replace(test.via, "-p", "-invite", 1))
				sends.send("INVITE", invite)
				hears.want("486")
				hears.want("486") // of the library, to the same place
				sends.send("ACK", invite)
				hears.wantSilence(time.Minute)
				sends.wantSilence(time.Second)
			})
		})
	}
}
