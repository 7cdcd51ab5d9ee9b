package sip

import (
	"slices"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// What is longer is refused. The longest values of RFC 4475 section 3.1.1.7 are
// within the bounds.
const (
	maxHeaders = 256
	maxCallID  = 1024
	maxTag     = 512
)

// validate gives the refusal of a request that must not be processed, nil for
// one that may (RFC 3261 section 8.2). Max-Forwards does not matter to the end
// point of a request (RFC 4475 section 3.3.11).
func (s *Server) validate(req *gosip.Request) *gosip.Response {
	switch {
	case !wellFormed(req):
		return s.build(req, 400)
	case req.Recipient.Scheme != "sip" && req.Recipient.Scheme != "sips":
		return s.build(req, 416)
	}
	tokens := slices.DeleteFunc(optionTags(req, "Require"), func(token string) bool {
		return hasToken(strings.Split(supported, ", "), token)
	})
	if len(tokens) > 0 {
		// RFC 3261 section 8.2.2.3: "MUST add an Unsupported header field, and list in
		// it those options it does not understand".
		return s.build(req, 420, gosip.NewHeader("Unsupported", strings.Join(tokens, ", ")))
	}
	switch req.Method {
	case gosip.INVITE, gosip.UPDATE:
		if res := s.validateContact(req); res != nil {
			return res
		}
		if req.IsInvite() && !acceptable(req) {
			return s.build(req, 406)
		}
		if res := s.validateInterval(req); res != nil {
			return res
		}
		return s.validateSession(req)
	case gosip.PRACK:
		return s.validateSession(req)
	}
	return nil
}

// wellFormed checks the header fields that every request has (RFC 3261 section
// 8.1.1) and that none of them is there twice (RFC 4475 section 3.3.8).
func wellFormed(req *gosip.Request) bool {
	from, to, callID, cseq := req.From(), req.To(), req.CallID(), req.CSeq()
	if from == nil || to == nil || callID == nil || cseq == nil || len(req.Headers()) > maxHeaders {
		return false
	}
	local, remote := tagOf(to.Params), tagOf(from.Params)
	if remote == "" || len(remote) > maxTag || len(local) > maxTag || len(callID.Value()) > maxCallID {
		return false
	}
	if cseq.MethodName != req.Method || cseq.SeqNo > maxCSeq {
		return false
	}
	seen := make(map[string]bool, 8)
	for _, h := range req.Headers() {
		name := single[strings.ToLower(h.Name())]
		if name != "" && seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

// single maps the names of header fields that may be there once, with their
// compact forms, to one name.
var single = map[string]string{
	"from": "from", "f": "from",
	"to": "to", "t": "to",
	"call-id": "call-id", "i": "call-id",
	"cseq":           "cseq",
	"max-forwards":   "max-forwards",
	"content-length": "content-length", "l": "content-length",
}

// validateContact checks the Contact of an INVITE or UPDATE. Some clients send UPDATE
// without the Contact that RFC 3311 section 5.1 wants.
func (s *Server) validateContact(req *gosip.Request) *gosip.Response {
	contact := req.Contact()
	unread := contact == nil && (req.IsInvite() || value(req, "Contact", "m") != "")
	if unread || contact != nil && (contact.Address.Wildcard || contact.Address.Host == "" || !written(contact.Address)) {
		return s.build(req, 400) // RFC 3261 section 8.1.1.8: exactly one SIP or SIPS URI
	}
	return nil
}

// validateSession checks the body of a request that may carry a session description.
func (s *Server) validateSession(req *gosip.Request) *gosip.Response {
	if len(req.Body()) == 0 {
		return nil
	}
	if coding := value(req, "Content-Encoding", "e"); coding != "" && !strings.EqualFold(coding, "identity") {
		return s.build(req, 415, gosip.NewHeader("Accept-Encoding", "identity"))
	}
	if !strings.EqualFold(bodyType(req), sessionDescription) {
		return s.build(req, 415, gosip.NewHeader("Accept", sessionDescription))
	}
	return nil
}

// sessionDescription is the only type of body that says what a session is.
const sessionDescription = "application/sdp"

// written reports whether a URI can stand in a start line of ours: the library reads one
// with spaces in it.
func written(uri gosip.Uri) bool {
	return !strings.ContainsFunc(uri.String(), func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("<>\"", r) })
}

// acceptable reports whether an INVITE may be answered with a session description: its
// Accept says what its responses may carry, and without one that is this type (RFC 3261
// section 20.1). A range takes it in.
func acceptable(req *gosip.Request) bool {
	accepts := req.GetHeaders("Accept")
	for _, h := range accepts {
		for kind := range strings.SplitSeq(h.Value(), ",") {
			kind, _, _ = strings.Cut(kind, ";")
			switch strings.ToLower(strings.TrimSpace(kind)) {
			case sessionDescription, "application/*", "*/*":
				return true
			}
		}
	}
	return len(accepts) == 0
}

// bodyType is the media type of the body of a request, without parameters.
func bodyType(req *gosip.Request) string {
	kind, _, _ := strings.Cut(value(req, "Content-Type", "c"), ";")
	return strings.TrimSpace(kind)
}

// sessionOf is the session description that a validated INVITE or UPDATE carries,
// nil when there is none.
func sessionOf(req *gosip.Request) []byte {
	if body := req.Body(); len(body) > 0 {
		return body
	}
	return nil
}

// optionTags lists the option tags of all header fields of the names.
func optionTags(req *gosip.Request, names ...string) []string {
	var tokens []string
	for _, name := range names {
		for _, h := range req.GetHeaders(name) {
			for token := range strings.SplitSeq(h.Value(), ",") {
				if token = strings.TrimSpace(token); token != "" {
					tokens = append(tokens, token)
				}
			}
		}
	}
	return tokens
}

// hasToken reports whether the token is in the list: "Unless otherwise stated in the
// definition of a particular header field, field values, parameter names, and parameter
// values are case-insensitive" (RFC 3261 section 7.3.1).
func hasToken(list []string, token string) bool {
	return slices.ContainsFunc(list, func(t string) bool { return strings.EqualFold(t, token) })
}

// value is the first header field of one of the names, empty when there is none.
func value(req *gosip.Request, names ...string) string {
	for _, name := range names {
		if h := req.GetHeader(name); h != nil {
			return h.Value()
		}
	}
	return ""
}
