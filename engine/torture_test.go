package engine

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pickup/transport/sip/siptest"
)

const torture = "../transport/sip/testdata/torture"

// TestTorture sends each message of RFC 4475 and RFC 5118 to a whole server, checks
// what comes back, ends the call when there is one, and makes an ordinary call after
// it. When play returns nothing may be left.
func TestTorture(t *testing.T) {
	files, err := filepath.Glob(torture + "/*/*.dat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, _ := filepath.Rel(torture, file)
		if !slices.ContainsFunc(ordeals, func(o ordeal) bool { return o.file == name }) {
			t.Errorf("%s: nothing is expected of it", name)
		}
	}
	if len(files) != len(ordeals) {
		t.Errorf("messages: got %d, want %d", len(files), len(ordeals))
	}
	for _, o := range ordeals {
		text, err := os.ReadFile(filepath.Join(torture, o.file))
		if err != nil {
			t.Fatal(err)
		}
		t.Run("UDP/"+o.file, func(t *testing.T) { o.play(t, string(text), false) })
		t.Run("TCP/"+o.file, func(t *testing.T) { o.play(t, string(text), true) })
	}
}

// play sends the text and checks the final responses.
func (o ordeal) play(t *testing.T, text string, stream bool) {
	want := o.want
	if stream && o.stream != nil {
		want = o.stream
	}
	if stream && o.surplus > 0 {
		text = text[:len(text)-o.surplus] // on a stream it would be the next message
	}
	var streams *siptest.Listener // made in the bubble that it is used in
	play(t, setup{options: func(options *Options) {
		streams = siptest.NewListener(serverAddr)
		options.Entries = append(options.Entries, listener("tcp", streams))
	}}, func(s *scenario) {
		phone := s.phone(streams, stream, 1)
		phone.Send(text)
		s.pass(2 * time.Second) // the answer comes after one
		var got []string
		var answer siptest.Message
		for _, m := range phone.Others() {
			if m.Status() < 200 {
				continue
			}
			o.check(t, text, m)
			if !slices.Contains(got, finalOf(m)) {
				got = append(got, finalOf(m))
			}
			if finalOf(m) == "200 INVITE" || m.Method() == "INVITE" && !stream { // which may be closed
				phone.Send(afterwards("ACK", m))
			}
			if finalOf(m) == "200 INVITE" {
				answer = m
			}
		}
		slices.Sort(got)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("responses: got %v, want %v (RFC %s)", got, want, o.section)
		}
		s.leave(phone, o, answer)
		s.ordinary(streams, stream)
		if seen := s.look(); seen.panics != 0 {
			t.Errorf("panics: got %d, want 0", seen.panics)
		}
	})
}

// leave hangs up when there was an answer, and waits until the library has forgotten
// the message.
func (s *scenario) leave(phone *siptest.Caller, o ordeal, answer siptest.Message) {
	s.t.Helper()
	s.pass(time.Second)
	for _, m := range phone.Others() {
		if m.Status() >= 200 && !o.poor {
			s.t.Errorf("after the ACK: got %q again, want nothing", m.Start)
		}
	}
	if answer.Start != "" {
		phone.Send(afterwards("BYE", answer))
		if m := phone.Other(); finalOf(m) != "200 BYE" {
			s.t.Errorf("response to BYE: got %q, want 200", m.Start)
		}
	}
	s.pass(40 * time.Second)
}

// phone makes a caller from the nth host.
func (s *scenario) phone(streams *siptest.Listener, stream bool, n int) *siptest.Caller {
	s.t.Helper()
	if !stream {
		return s.caller()
	}
	conn, err := streams.Dial(netip.AddrPortFrom(host(1000+n), 40000))
	if err != nil {
		s.t.Fatal(err)
	}
	return siptest.NewStreamCaller(s.t, conn)
}

// ordinary makes a call that must succeed.
func (s *scenario) ordinary(streams *siptest.Listener, stream bool) {
	s.t.Helper()
	phone := s.phone(streams, stream, 2)
	call := phone.Invite(offer(phone, ""))
	call.Want(180)
	call.Want(200)
	call.Ack()
	s.pass(time.Second)
	if got := s.heard(phone).packets; got < 45 {
		s.t.Errorf("packets of the ordinary call in a second: got %d, want about 50", got)
	}
	call.Bye()
	call.Want(200)
	s.pass(40 * time.Second)
}

// finalOf names a final response.
func finalOf(m siptest.Message) string { return fmt.Sprintf("%d %s", m.Status(), m.Method()) }

// check looks at what every response has, and at what its status needs.
func (o ordeal) check(t *testing.T, text string, m siptest.Message) {
	t.Helper()
	if got := squeezed(m.Get("Via")); !strings.Contains(squeezed(text), "\n"+"via:"+got) && !strings.Contains(squeezed(text), "\n"+"v:"+got) {
		t.Errorf("Via: got %q, want that of the request", m.Get("Via"))
	}
	needs := []string{"Via", "From", "To", "Call-ID", "CSeq"}
	switch m.Status() {
	case 405:
		needs = append(needs, "Allow")
	case 415:
		needs = append(needs, "Accept")
	case 420:
		needs = append(needs, "Unsupported")
	case 200:
		needs = append(needs, "Allow", "Supported")
	}
	for _, name := range needs {
		if m.Get(name) == "" && len(m.All(name)) == 0 && !o.poor {
			t.Errorf("%s: got none in\n%v", name, m)
		}
	}
	for _, name := range []string{"From", "To", "Call-ID", "CSeq", "Content-Length"} {
		if got := m.All(name); len(got) > 1 {
			t.Errorf("%s: got %q, want one", name, got)
		}
	}
	if !strings.Contains(strings.ToLower(m.Get("To")), "tag") && !o.poor {
		t.Errorf("To: got %q, want a tag", m.Get("To"))
	}
}

// squeezed is a text without white space and folding, in lower case; a Via has no
// parameters then.
func squeezed(text string) string {
	text = strings.NewReplacer("\r\n ", "", "\r\n\t", "", " ", "", "\t", "", "\r", "").Replace(strings.ToLower(text))
	if !strings.Contains(text, "\n") {
		text, _, _ = strings.Cut(text, ";")
		text, _, _ = strings.Cut(text, ",")
	}
	return text
}

// afterwards makes the request of the dialog that a response is about. The ACK has
// the branch of the INVITE, which is right for a refusal and understood for a 200.
func afterwards(method string, m siptest.Message) string {
	number, _, _ := strings.Cut(m.Get("CSeq"), " ")
	if method == "BYE" {
		number += "1" // greater than that of the INVITE
	}
	lines := []string{method + " sip:test@" + serverAddr.String() + " SIP/2.0", "Via: " + m.Get("Via"), "Max-Forwards: 70",
		"From: " + m.Get("From"), "To: " + m.Get("To"), "Call-ID: " + m.Get("Call-ID"), "CSeq: " + number + " " + method}
	return strings.Join(append(lines, "Content-Length: 0", "", ""), "\r\n")
}
