package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestReasonsOfTheCaller(t *testing.T) {
	long := strings.Repeat("x", 300)
	tests := []struct {
		name   string
		fields []string
		want   []Reason
	}{
		{"none", nil, nil},
		{"Q.850", []string{`Q.850;cause=16;text="Terminated"`}, []Reason{{"Q.850", 16, "Terminated"}}},
		{"both in one field", []string{`SIP ;cause=200 ;text="Call completed, elsewhere" , q.850 ; TEXT = "a;b" ; CAUSE = 26`},
			[]Reason{{"SIP", 200, "Call completed, elsewhere"}, {"Q.850", 26, "a;b"}}},
		{"both in two fields", []string{"SIP;cause=486", "Q.850;cause=17"}, []Reason{{"SIP", 486, ""}, {"Q.850", 17, ""}}},
		{"other protocols", []string{"preemption;cause=1, Q.850;cause=8"}, []Reason{{"Q.850", 8, ""}}},
		{"no cause", []string{`Q.850;text="x"`, "SIP"}, nil},
		{"no number", []string{"Q.850;cause=x, SIP;cause=-1, SIP;cause=700, SIP;cause=99999999999"}, nil},
		{"escaped", []string{`Q.850;cause=1;text="a\"b\\c` + "\x1b[31m\"", `SIP;cause=`}, []Reason{{"Q.850", 1, `a"b\\c\x1b[31m`}}},
		{"long", []string{`Q.850;cause=1;text="` + long + `"`}, []Reason{{"Q.850", 1, long[:256] + "..."}}},
		{"many", []string{strings.Repeat("SIP;cause=1,", 9)}, []Reason{{"SIP", 1, ""}, {"SIP", 1, ""}, {"SIP", 1, ""}, {"SIP", 1, ""}}},
		{"not closed", []string{`Q.850;cause=1;text="a, SIP;cause=2`, ";;=", `"`}, []Reason{{"Q.850", 1, `"a, SIP;cause=2`}}},
	}
	for _, test := range tests {
		for _, method := range []string{"BYE", "CANCEL"} {
			t.Run(test.name+" in a "+method, func(t *testing.T) {
				var heard string
				inWorld(t, func(c *call) {
					c.ring()
					e := c.next()
					heard = e.text
					if e.name == "bye" {
						c.must(c.Reject(Refusal{Status: 487}))
					}
				}, func(w *world) {
					c := w.caller()
					c.send("INVITE")
					c.want("180")
					var changes []change
					for _, f := range test.fields {
						changes = append(changes, also("Reason", f))
					}
					c.send(method, changes...)
					c.want("")
					c.want("")
					c.send("ACK")
					time.Sleep(time.Second)
				})
				if want := fmt.Sprint(test.want); heard != want {
					t.Errorf("got %s, want %s", heard, want)
				}
			})
		}
	}
}

func FuzzReason(f *testing.F) {
	for _, seed := range []string{`Q.850;cause=16;text="a\"b"`, "SIP;cause=200,Q.850;cause=1", `"`, ";", `SIP;text="\`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for rest := text; rest != ""; {
			var element string
			before := rest
			element, rest = cutOutside(rest, ',')
			if len(rest) >= len(before) {
				t.Fatalf("nothing is taken from %q", before)
			}
			r, ok := parseReason(element)
			if ok && (r.Cause < 1 || r.Cause > 699 || strings.ContainsAny(r.Text, "\r\n\x00\x1b") || len(r.Text) > 4*cleanLength+3) {
				t.Errorf("%q: got %+v", element, r)
			}
		}
	})
}

func FuzzRoute(f *testing.F) {
	for _, seed := range []string{`"a, <b>" <sip:p@198.51.100.1:5062;lr>, <sip:b>`, "<sip:b", `"`, "<sip:[::1];LR>;x=\",\"", ",,", "<sip:a?b=c>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, rest := cutRoute(text)
		if len(first)+len(rest) > len(text) {
			t.Errorf("%q became %q and %q", text, first, rest)
		}
		uri, routes := routed(callerURI, []string{text, "<sip:c;lr>"})
		if len(uri.Headers) > 0 || len(routes) == 0 {
			t.Errorf("%q: got %v and %q", text, uri.String(), routes)
		}
		_, _ = numericRoute(text)
	})
}
