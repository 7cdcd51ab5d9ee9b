package sip

import (
	"net/netip"

	gosip "github.com/emiago/sipgo/sip"
)

// capabilities are the header fields that say what is served (RFC 3261 section
// 11.2).
func capabilities() []gosip.Header {
	return []gosip.Header{
		gosip.NewHeader("Allow", allow),
		gosip.NewHeader("Accept", sessionDescription),
		gosip.NewHeader("Supported", supported),
	}
}

// options answers an OPTIONS outside a dialog: "The response code chosen MUST be
// the same that would have been chosen had the request been an INVITE" (RFC 3261
// section 11.2).
func (s *Server) options(req *gosip.Request, local netip.AddrPort) *gosip.Response {
	if r := s.handler.Availability(); r.Status != 0 {
		return s.build(req, r.Status, r.fields(local)...)
	}
	if s.saturated() {
		return s.build(req, 503, Refusal{RetryAfter: retryLimit}.fields(local)...)
	}
	return s.build(req, 200, capabilities()...)
}
