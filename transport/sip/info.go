package sip

import (
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// Types of body of an INFO that bring a digit.
const (
	relayedDigit = "application/dtmf-relay"
	plainDigit   = "application/dtmf"
	digits       = relayedDigit + ", " + plainDigit
)

// info answers an INFO inside the dialog. One without a body asks whether the dialog
// is alive; one of a package that we did not ask for gets 469 (RFC 6086 section
// 4.2.2), with the empty list of those that we did.
func (l *Leg) info(req *gosip.Request) *gosip.Response {
	s, kind := l.server, bodyType(req)
	switch {
	case value(req, "Info-Package") != "":
		return s.build(req, 469, gosip.NewHeader("Recv-Info", ""))
	case len(req.Body()) == 0:
		return s.build(req, 200)
	case strings.EqualFold(kind, relayedDigit), strings.EqualFold(kind, plainDigit):
		return l.takeDigit(req, parseDigit(string(req.Body())))
	}
	return s.build(req, 415, gosip.NewHeader("Accept", digits))
}

// takeDigit hands a digit up. A body that names none gets 400.
func (l *Leg) takeDigit(req *gosip.Request, d infoDigit) *gosip.Response {
	if d.key == 0 {
		return l.server.build(req, 400)
	}
	e := l.subscriber(func(e Events) { e.Digit(d.key, d.length) })
	if e != nil && !e.Digit(d.key, d.length) {
		return l.server.build(req, 500, Refusal{RetryAfter: retryMoment}.fields(l.Local())...)
	}
	return l.server.build(req, 200)
}
