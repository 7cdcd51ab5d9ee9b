package sip

import (
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// digits are the types of body of an INFO that are taken.
const digits = "application/dtmf-relay, application/dtmf"

// info answers an INFO inside a dialog. One without a body asks whether the dialog
// is alive; one of a package that we did not ask for gets 469 (RFC 6086 section
// 4.2.2), with the empty list of those that we did.
func (s *Server) info(req *gosip.Request) *gosip.Response {
	switch {
	case value(req, "Info-Package") != "":
		return s.build(req, 469, gosip.NewHeader("Recv-Info", ""))
	case len(req.Body()) == 0:
		return s.build(req, 200)
	}
	kind := bodyType(req)
	for known := range strings.SplitSeq(digits, ", ") {
		if strings.EqualFold(kind, known) {
			return s.build(req, 200)
		}
	}
	return s.build(req, 415, gosip.NewHeader("Accept", digits))
}
