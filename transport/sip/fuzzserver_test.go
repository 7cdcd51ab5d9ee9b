package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// FuzzServer has a datagram go through a whole server in virtual time, the library's
// transactions included, with a handler that treats the call in one of several ways.
// The datagram comes twice when again says so.
func FuzzServer(f *testing.F) {
	for i, message := range tortures(f) {
		f.Add(message, uint8(i), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, way uint8, again bool) {
		if len(data) > maxDatagram {
			return
		}
		inScript(t, temper[int(way)%len(temper)], func(s *script) {
			s.deliver(data)
			if again {
				time.Sleep(time.Duration(way) * 20 * time.Millisecond)
				s.deliver(data)
			}
			time.Sleep(2 * time.Minute)
			wellSent(t, s.sent())
		})
	})
}

// What the requests of FuzzDialog are made of, one byte each.
var (
	dialogMethods = []string{"ACK", "BYE", "CANCEL", "INVITE", "UPDATE", "INFO", "OPTIONS", "PRACK", "REFER", "FOO", "200", "481"}
	dialogTags    = []string{"right", "right", "right", "wrong", "none"}
	dialogBodies  = []string{"", offer, "refuse", "x=\r\n"}
	dialogPauses  = []time.Duration{0, 0, time.Millisecond, 400 * time.Millisecond, 5 * time.Second, 40 * time.Second}
	dialogSteps   = []int64{1, 1, 1, 0, -1, 7, 1 << 31}
)

const dialogStep = 6 // bytes of one request

// FuzzDialog sends any requests and responses into one call, in any order.
func FuzzDialog(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, uint8(0))                                       // ACK, BYE
	f.Add([]byte{0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 0, 1, 0, 0, 0, 3, 0, 1, 4, 0, 1, 2, 0, 2}, uint8(0))   // ACK, INVITE, ACK, UPDATE
	f.Add([]byte{2, 2, 0, 0, 3, 0, 0, 0, 0, 4, 3, 0}, uint8(4))                                       // CANCEL, ACK
	f.Add([]byte{0, 0, 0, 0, 0, 0, 3, 0, 2, 0, 0, 1, 2, 0, 0, 3, 0, 1, 1, 0, 0, 2, 0, 2}, uint8(0))   // refused INVITE, CANCEL, BYE
	f.Add([]byte{0, 0, 0, 5, 0, 0, 10, 0, 0, 1, 0, 0, 7, 0, 0, 1, 0, 1}, uint8(0))                    // our BYE, 200
	f.Add([]byte{7, 0, 0, 4, 0, 1, 0, 0, 0, 4, 4, 0, 3, 0, 1, 5, 0, 1, 0, 0, 0, 5, 3, 1}, uint8(130)) // PRACK, ACK, INVITE
	f.Fuzz(func(t *testing.T, data []byte, way uint8) {
		if len(data) > 40*dialogStep {
			return
		}
		inScript(t, temper[int(way)%len(temper)], func(s *script) {
			d := &dialogFuzz{script: s, number: 1, branch: "0", reliable: way >= 128}
			d.send("INVITE", offer, "")
			for ; len(data) >= dialogStep; data = data[dialogStep:] {
				d.step([dialogStep]byte(data))
			}
			time.Sleep(2 * time.Minute)
			d.read()
			wellSent(t, d.written)
		})
	})
}

// dialogFuzz is the caller's side of one call.
type dialogFuzz struct {
	*script
	tag      string // the server's, once it is known
	number   int64  // of the last CSeq
	branch   string
	made     int
	ours     string // branch of the server's last request
	method   string // of that request
	rseq     string // of the last provisional response
	reliable bool   // the INVITE requires reliable provisional responses and session timers
	written  []output
}

// pick chooses by a byte.
func pick[T any](list []T, b byte) T { return list[int(b)%len(list)] }

// step makes and sends one message.
func (d *dialogFuzz) step(b [dialogStep]byte) {
	method, which, body := pick(dialogMethods, b[0]), pick(dialogTags, b[1]), pick(dialogBodies, b[2])
	d.number += pick(dialogSteps, b[4])
	if b[5]%4 != 0 { // else that of the last request
		d.made++
		d.branch = fmt.Sprint(d.made)
	}
	tag := map[string]string{"right": d.tag, "wrong": "guess"}[which]
	d.send(method, body, tag)
	time.Sleep(pick(dialogPauses, b[3]))
	d.read()
}

func (d *dialogFuzz) send(method, body, tag string) {
	start, branch := method+" sip:pickup@192.0.2.1 SIP/2.0", "z9hG4bK-"+d.branch
	if method == "200" || method == "481" {
		start, branch, method = "SIP/2.0 "+method+" x", d.ours, d.method
	}
	to := "<sip:pickup@192.0.2.1>"
	if tag != "" {
		to += ";tag=" + tag
	}
	m := message{start: start, fields: []string{
		"Via: SIP/2.0/UDP 198.51.100.1:5070;branch=" + branch,
		"From: <sip:alice@198.51.100.1>;tag=alice",
		"To: " + to,
		"Call-ID: fuzz",
		fmt.Sprintf("CSeq: %d %s", d.number, method),
		"Contact: <sip:alice@198.51.100.1:5070>",
		"Content-Length: 0",
	}}
	if d.reliable && (method == "INVITE" || method == "UPDATE") {
		m.fields = append(m.fields, "Supported: timer", "Session-Expires: 90;refresher=uas")
	}
	switch {
	case d.reliable && method == "INVITE":
		m.fields = append(m.fields, "Require: 100rel")
	case method == "PRACK":
		m.fields = append(m.fields, "RAck: "+d.rseq+" 1 INVITE")
	}
	if body != "" {
		carrying(sessionDescription, body)(&m)
	}
	d.deliver([]byte(m.String()))
	d.read()
}

// read learns from what the server has written.
func (d *dialogFuzz) read() {
	for _, o := range d.sent() {
		d.written = append(d.written, o)
		m := parse(o.text)
		if rseq := m.get("RSeq"); rseq != "" {
			d.rseq = rseq
		}
		method, _, _ := strings.Cut(m.start, " ")
		switch {
		case d.tag == "" && m.tag() != "" && m.get("CSeq") == "1 INVITE":
			d.tag = m.tag()
		case method != "SIP/2.0":
			d.ours, d.method = viaBranch(m.get("Via")), method
		}
	}
}

// viaBranch is the branch of a Via.
func viaBranch(via string) string {
	_, branch, _ := strings.Cut(via, ";branch=")
	branch, _, _ = strings.Cut(branch, ";")
	return branch
}
