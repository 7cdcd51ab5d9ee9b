package sip

import (
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// replacement refuses an INVITE that wants to take the place of another dialog, nil
// when it wants no such thing. The extension is not supported (RFC 3891), but to take
// the request as a call of its own would answer a transfer with a stranger.
func (s *Server) replacement(req *gosip.Request) *gosip.Response {
	fields := req.GetHeaders("Replaces")
	if len(fields) == 0 {
		return nil
	}
	// RFC 3891 section 3: "If more than one Replaces header field is present in an
	// INVITE ... the UAS MUST reject the request with a 400 Bad Request response."
	id, ok := replaced(fields[0].Value())
	if !ok || len(fields) > 1 {
		return s.build(req, 400)
	}
	if s.dialogs.find(id) == nil {
		return s.build(req, 481) // "If no match is found, the UAS rejects the INVITE"
	}
	return s.build(req, 603)
}

// replaced reads callid *(SEMI replaces-param) of RFC 3891 section 6.1. The to-tag is
// our tag, the from-tag the peer's.
func replaced(value string) (id dialogID, ok bool) {
	callID, parameters, _ := strings.Cut(value, ";")
	id.callID = strings.TrimSpace(callID)
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, tag, _ := strings.Cut(parameter, "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "to-tag":
			id.local = strings.TrimSpace(tag)
		case "from-tag":
			id.remote = strings.TrimSpace(tag)
		}
	}
	return id, id.callID != "" && id.local != "" && id.remote != ""
}
