package sip

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// Refusal is a final response that is no answer to a call.
type Refusal struct {
	Status     int           // 300 to 699
	RetryAfter time.Duration // asks to wait so long (RFC 3261 section 20.33), in whole seconds rounded up; 0: not said
	Warning    Warning       // why (RFC 3261 section 20.43); Code 0: not said
}

// Warning is the content of a Warning header field.
type Warning struct {
	Code int    // three digits: 3xx
	Text string // for a human
}

const (
	supported   = "100rel, timer"
	allow       = "INVITE, ACK, CANCEL, OPTIONS, BYE, PRACK, UPDATE, INFO"
	retryMoment = time.Second // Retry-After of what is over in a moment
)

// build makes a response. Via, From, To, Call-ID and CSeq are the request's, and
// so is Record-Route where RFC 3261 section 12.1.1 wants it; To has its tag since
// the request was read.
func (s *Server) build(req *gosip.Request, status int, fields ...gosip.Header) *gosip.Response {
	res := gosip.NewResponseFromRequest(req, status, phrase(status), nil)
	res.SipVersion = "SIP/2.0"
	s.repeat(req, res)
	restoreCSeq(req, res)
	for _, h := range fields {
		res.AppendHeader(h)
	}
	res.AppendHeader(gosip.NewHeader("Server", s.agent))
	return res
}

// notAllowed refuses a method that is not served.
func (s *Server) notAllowed(req *gosip.Request) *gosip.Response {
	return s.build(req, 405, gosip.NewHeader("Allow", allow))
}

// check is an error when the refusal is none.
func (r Refusal) check() error {
	if r.Status < 300 || r.Status > 699 {
		return fmt.Errorf("sip: refusing with %d: the status must be 300 to 699", r.Status)
	}
	return nil
}

// header fields of the refusal; agent names us in a Warning.
func (r Refusal) fields(agent netip.AddrPort) []gosip.Header {
	var fields []gosip.Header
	if r.RetryAfter > 0 {
		seconds := int(math.Ceil(r.RetryAfter.Seconds()))
		fields = append(fields, gosip.NewHeader("Retry-After", strconv.Itoa(seconds)))
	}
	if r.Warning.Code != 0 {
		fields = append(fields, gosip.NewHeader("Warning", fmt.Sprintf("%d %v %s", r.Warning.Code, agent, quoted(r.Warning.Text))))
	}
	return fields
}

// quoted writes a quoted-string of RFC 3261 section 25.1. Control characters
// cannot be in one and become spaces.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
		case r < ' ' || r == 0x7f:
			r = ' '
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

// phrases are the reason phrases of RFC 3261 section 21. None is ever taken from
// a peer.
var phrases = map[int]string{
	180: "Ringing",
	183: "Session Progress",
	200: "OK",
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	406: "Not Acceptable",
	415: "Unsupported Media Type",
	416: "Unsupported URI Scheme",
	420: "Bad Extension",
	422: "Session Interval Too Small",
	469: "Bad Info Package",
	480: "Temporarily Unavailable",
	481: "Call/Transaction Does Not Exist",
	482: "Loop Detected",
	486: "Busy Here",
	487: "Request Terminated",
	488: "Not Acceptable Here",
	491: "Request Pending",
	500: "Server Internal Error",
	503: "Service Unavailable",
	504: "Server Time-out",
	505: "Version Not Supported",
	513: "Message Too Large",
	600: "Busy Everywhere",
	603: "Decline",
}

// classes stand in for the phrases of other codes.
var classes = [...]string{3: "Redirection", 4: "Request Failure", 5: "Server Failure", 6: "Global Failure"}

func phrase(status int) string {
	if p := phrases[status]; p != "" {
		return p
	}
	return classes[status/100]
}
