package sip

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// The library drops a request without a response when it cannot read the start line or
// a Via, and answers some others by itself, without what a response must have. RFC 4475
// section 3.1.2 wants such requests refused, and a peer that hears nothing repeats them
// for 32 s. So they are refused here, without a transaction: the response is made of the
// text of the request.

// fields are the header fields of a request that its response repeats (RFC 3261
// section 8.2.6.2), as they were written.
type fields struct {
	vias                     []string
	from, to, callID, number string
}

// beyond reports whether a message must not be handed to the library: a request of
// another version, which its own responses would repeat, one without a Via, whose
// response nobody could match, and any message that costs too much to parse.
func beyond(data []byte) bool {
	if overfull(data) {
		return true
	}
	head, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	start, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if bytes.HasPrefix(start, []byte("SIP/")) {
		return false
	}
	start = bytes.TrimRight(start, " ")
	if !bytes.EqualFold(start[bytes.LastIndexByte(start, ' ')+1:], []byte("SIP/2.0")) {
		return true
	}
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		name, _, found := bytes.Cut(line, []byte(":"))
		if found && isVia(string(name)) {
			return false
		}
	}
	return true
}

// refuseUnread answers a message that the library cannot read. The end of one that came
// by a connection is known, so the connection stays: a proxy has other calls on it.
func (s *Server) refuseUnread(w inbound, data []byte) {
	s.malformed.Add(1)
	s.guard("refusing a message", func() {
		if res := s.unread(data, w.remote()); res != "" {
			w.send([]byte(res), w.remote())
		}
	})
}

// unread is the response to a request that the library cannot read. It is empty for a
// response, for an ACK, and for what cannot be answered because one of the fields that
// a response repeats is missing, or is there twice.
func (s *Server) unread(data []byte, source netip.AddrPort) (response string) {
	head, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	start, rest, _ := strings.Cut(string(head), "\r\n")
	method, _, _ := strings.Cut(start, " ")
	if strings.HasPrefix(start, "SIP/") || method == string(gosip.ACK) || strings.ContainsRune(start, '\r') {
		return ""
	}
	f, ok := fieldsOf(rest)
	if !ok {
		return ""
	}
	status := faultOf(start)
	lines := []string{"SIP/2.0 " + strconv.Itoa(status) + " " + phrase(status), "Via: " + answered(f.vias[0], source)}
	for _, via := range f.vias[1:] {
		lines = append(lines, "Via: "+via)
	}
	lines = append(lines, "From: "+f.from, "To: "+s.tagged(f), "Call-ID: "+f.callID, "CSeq: "+f.number,
		"Server: "+s.agent, "Content-Length: 0", "", "")
	return strings.Join(lines, "\r\n")
}

// faultOf is what the start line of a request that cannot be read is refused with.
func faultOf(start string) int {
	parts := strings.Fields(start)
	if len(parts) != 3 {
		return 400
	}
	scheme, _, found := strings.Cut(parts[1], ":")
	switch {
	case !strings.EqualFold(parts[2], "SIP/2.0"):
		return 505
	case found && isToken([]byte(scheme)) && !strings.EqualFold(scheme, "sip") && !strings.EqualFold(scheme, "sips"):
		return 416
	}
	return 400
}

// fieldsOf finds the fields that a response repeats. It is false when there is no Via,
// or not exactly one of any other, when a carriage return ends no line, and when so many
// Via are not worth an answer.
func fieldsOf(head string) (f fields, ok bool) {
	single := map[string]*string{
		"from": &f.from, "f": &f.from, "to": &f.to, "t": &f.to,
		"call-id": &f.callID, "i": &f.callID, "cseq": &f.number,
	}
	for line := range strings.SplitSeq(unfold(head), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch field := single[name]; {
		case strings.ContainsRune(line, '\r'), field != nil && *field != "", len(f.vias) > maxFields:
			return f, false
		case name == "via" || name == "v":
			f.vias = append(f.vias, value)
		case field != nil:
			*field = value
		}
	}
	return f, len(f.vias) > 0 && f.vias[0] != "" && f.from != "" && f.to != "" && f.callID != "" && f.number != ""
}

// unfold joins folded lines (RFC 3261 section 7.3.1).
func unfold(head string) string {
	return strings.NewReplacer("\r\n ", " ", "\r\n\t", " ").Replace(head)
}

// answered is the topmost Via of the response, with where the request came from (RFC
// 3581 section 4) when the Via can be read.
func answered(via string, source netip.AddrPort) string {
	if overfull([]byte(via)) {
		return via
	}
	req := gosip.NewRequest(gosip.OPTIONS, gosip.Uri{})
	req.AppendHeader(gosip.NewHeader("Via", via))
	h := req.Via()
	if h == nil || strings.ContainsRune(via, ',') {
		return via
	}
	lowerNames(h.Params)
	h.Params.Add("rport", strconv.Itoa(int(source.Port())))
	h.Params.Add("received", source.Addr().String())
	return h.Value()
}

// repeat adds the From and To that the library could not read to the response, as
// they were written.
func (s *Server) repeat(req *gosip.Request, res *gosip.Response) {
	from, to := value(req, "From", "f"), value(req, "To", "t")
	if req.From() == nil && from != "" {
		res.AppendHeader(gosip.NewHeader("From", from))
	}
	if req.To() == nil && to != "" {
		f := fields{from: from, to: to, callID: value(req, "Call-ID", "i"), number: value(req, "CSeq"), vias: []string{value(req, "Via", "v")}}
		res.AppendHeader(gosip.NewHeader("To", s.tagged(f)))
	}
}

// tagged is To with a tag of ours when the request has none. It is the same for a
// repeated request.
func (s *Server) tagged(f fields) string {
	_, params, found := strings.Cut(unquote(f.to), ">")
	if !found {
		params = f.to
	}
	for param := range strings.SplitSeq(params, ";") {
		if name, _, _ := strings.Cut(param, "="); strings.EqualFold(strings.TrimSpace(name), "tag") {
			return f.to
		}
	}
	return f.to + ";tag=" + s.tags.digest(f.callID, f.from, f.number, f.vias[0])
}
