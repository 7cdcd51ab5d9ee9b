package siptest

import (
	"fmt"
	"strings"
	"time"
)

// Call is one call of a scripted caller.
type Call struct {
	ID    string // Call-ID
	Tag   string // our tag in From
	ToTag string // the server's tag, from the last response that had one
	CSeq  int    // of the last request that Request made, except ACK and CANCEL

	caller *Caller
	branch string // of the INVITE
	target string // Request-URI: the server, then its Contact
	inbox  chan Message
	invite string // the INVITE as it was sent
	made   int    // requests, for the branches
}

// Request writes a request of this call. Extra lines are added to the header as they
// are; the body gets its Content-Type when there is one. ACK and CANCEL take the
// CSeq number of the INVITE.
func (c *Call) Request(method, branch, body string, extra ...string) string {
	local := c.caller.local
	to := fmt.Sprintf("To: <sip:test@%s>", c.caller.server)
	if c.ToTag != "" && method != "CANCEL" {
		to += ";tag=" + c.ToTag
	}
	lines := []string{
		fmt.Sprintf("%s %s SIP/2.0", method, c.target),
		fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=%s", local, branch),
		"Max-Forwards: 70",
		fmt.Sprintf("From: <sip:caller@%s>;tag=%s", local, c.Tag),
		to,
		"Call-ID: " + c.ID,
		fmt.Sprintf("CSeq: %d %s", c.CSeq, method),
		fmt.Sprintf("Contact: <sip:caller@%s>", local),
	}
	lines = append(lines, extra...)
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp")
	}
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
	return strings.Join(lines, "\r\n")
}

// NewBranch makes a branch for another transaction of this call.
func (c *Call) NewBranch() string {
	c.made++
	return fmt.Sprintf("%s-%d", c.branch, c.made)
}

// Invite sends the INVITE.
func (c *Call) Invite(sdp string, extra ...string) {
	c.caller.t.Helper()
	c.invite = c.Request("INVITE", c.branch, sdp, extra...)
	c.caller.Send(c.invite)
}

// Resend sends the INVITE again, as it was.
func (c *Call) Resend() {
	c.caller.t.Helper()
	c.caller.Send(c.invite)
}

// Ack acknowledges the 200: a request with a branch of its own to the server's
// Contact (RFC 3261 section 13.2.2.4).
func (c *Call) Ack(extra ...string) {
	c.caller.t.Helper()
	c.caller.Send(c.Request("ACK", c.NewBranch(), "", extra...))
}

// AckWith acknowledges the 200 with a session description.
func (c *Call) AckWith(sdp string) {
	c.caller.t.Helper()
	c.caller.Send(c.Request("ACK", c.NewBranch(), sdp))
}

// AckRefusal acknowledges a response other than 2xx, on the branch of the INVITE
// (RFC 3261 section 17.1.1.3).
func (c *Call) AckRefusal() {
	c.caller.t.Helper()
	c.caller.Send(c.Request("ACK", c.branch, ""))
}

// Cancel sends CANCEL for the INVITE.
func (c *Call) Cancel() {
	c.caller.t.Helper()
	c.caller.Send(c.Request("CANCEL", c.branch, ""))
}

// Bye ends the call from our side.
func (c *Call) Bye() {
	c.caller.t.Helper()
	c.CSeq++
	c.caller.Send(c.Request("BYE", c.NewBranch(), ""))
}

// Reply answers a request of the server.
func (c *Call) Reply(request Message, status int) {
	c.caller.t.Helper()
	lines := []string{fmt.Sprintf("SIP/2.0 %d Reply", status)}
	for _, h := range request.Headers {
		switch strings.ToLower(h.Name) {
		case "via", "from", "to", "call-id", "cseq":
			lines = append(lines, h.Name+": "+h.Value)
		}
	}
	lines = append(lines, "Content-Length: 0", "", "")
	c.caller.Send(strings.Join(lines, "\r\n"))
}

// Next waits for the next message of the call. A 100 Trying is passed over.
func (c *Call) Next() Message {
	c.caller.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		select {
		case m := <-c.inbox:
			if m.Status() == 100 {
				continue
			}
			c.learn(m)
			return m
		case <-timeout.C:
			c.caller.t.Fatalf("%s: nothing came for %v", c.ID, patience)
		}
	}
}

// learn takes the dialog from a response (RFC 3261 section 12.1.2).
func (c *Call) learn(m Message) {
	if m.Status() == 0 || m.Method() != "INVITE" {
		return
	}
	if tag := m.Tag("To"); tag != "" {
		c.ToTag = tag
	}
	if uri := m.URI("Contact"); uri != "" && m.Status() < 300 {
		c.target = uri
	}
}

// Want waits for the next message, which must be a response of this status.
func (c *Call) Want(status int) Message {
	c.caller.t.Helper()
	m := c.Next()
	if m.Status() != status {
		c.caller.t.Fatalf("%s: got %q, want a %d", c.ID, m.Start, status)
	}
	return m
}

// WantRequest waits for the next message, which must be a request of this method.
func (c *Call) WantRequest(method string) Message {
	c.caller.t.Helper()
	m := c.Next()
	if m.Status() != 0 || m.Method() != method {
		c.caller.t.Fatalf("%s: got %q, want a %s", c.ID, m.Start, method)
	}
	return m
}

// WantNothing checks that no message comes for so long.
func (c *Call) WantNothing(d time.Duration) {
	c.caller.t.Helper()
	select {
	case m := <-c.inbox:
		c.caller.t.Fatalf("%s: got %q, want nothing for %v", c.ID, m.Start, d)
	case <-time.After(d):
	}
}
