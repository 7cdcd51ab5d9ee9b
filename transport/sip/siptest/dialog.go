package siptest

import (
	"fmt"
	"strings"
)

// Prack acknowledges a reliable provisional response (RFC 3262 section 4).
func (c *Call) Prack(response Message, body string, extra ...string) {
	c.caller.t.Helper()
	c.Do("PRACK", body, append(extra, "RAck: "+response.Get("RSeq")+" "+response.Get("CSeq"))...)
}

// Respond answers a request of the server with a Contact, unless the extra lines have
// one, and a session description, unless it is empty.
func (c *Call) Respond(request Message, status int, body string, extra ...string) {
	c.caller.t.Helper()
	lines := []string{fmt.Sprintf("SIP/2.0 %d Reply", status)}
	for _, h := range request.Headers {
		switch strings.ToLower(h.Name) {
		case "via", "from", "to", "call-id", "cseq":
			lines = append(lines, h.Name+": "+h.Value)
		}
	}
	if !names(extra, "Contact") {
		lines = append(lines, fmt.Sprintf("Contact: <sip:caller@%s>", c.caller.local))
	}
	lines = append(lines, extra...)
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp")
	}
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
	c.caller.Send(strings.Join(lines, "\r\n"))
}
