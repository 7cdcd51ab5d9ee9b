package siptest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Call is one call of a scripted caller.
type Call struct {
	ID    string // Call-ID
	Tag   string // our tag in From
	ToTag string // the server's tag, from the last response that had one
	CSeq  int    // of the requests that Request makes, except ACK and CANCEL

	caller *Caller
	base   string // of all branches
	branch string // of the last INVITE
	number int    // CSeq number of the last INVITE
	target string // Request-URI: the server, then its Contact
	inbox  chan Message
	invite string // the INVITE as it was sent
	within bool   // the last INVITE is one of the dialog
	made   int    // requests, for the branches
}

// transportParams are what a Contact says of a transport.
var transportParams = map[string]string{"TCP": ";transport=tcp", "TLS": ";transport=tls", "WS": ";transport=ws", "WSS": ";transport=ws"}

// Request writes a request of this call. Extra lines are added to the header as they
// are; a body is SDP unless they say otherwise. ACK and CANCEL take the CSeq number of
// the last INVITE.
func (c *Call) Request(method, branch, body string, extra ...string) string {
	local, contact := c.caller.local, fmt.Sprintf("sip:caller@%s", c.caller.local)
	contact += transportParams[c.caller.transport]
	number := c.CSeq
	switch method {
	case "INVITE":
		c.number = number
	case "ACK", "CANCEL":
		number = c.number
	}
	to := fmt.Sprintf("To: <sip:test@%s>", c.caller.server)
	if method == "INVITE" {
		c.within = c.ToTag != ""
	}
	if c.ToTag != "" && (method != "CANCEL" || c.within) {
		to += ";tag=" + c.ToTag
	}
	lines := []string{
		fmt.Sprintf("%s %s SIP/2.0", method, c.target),
		fmt.Sprintf("Via: SIP/2.0/%s %s;branch=%s", c.caller.transport, local, branch),
		"Max-Forwards: 70",
		fmt.Sprintf("From: <sip:caller@%s>;tag=%s", local, c.Tag),
		to,
		"Call-ID: " + c.ID,
		fmt.Sprintf("CSeq: %d %s", number, method),
	}
	if !names(extra, "Contact") {
		lines = append(lines, "Contact: <"+contact+">")
	}
	lines = append(lines, extra...)
	if body != "" && !names(extra, "Content-Type") {
		lines = append(lines, "Content-Type: application/sdp")
	}
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
	return strings.Join(lines, "\r\n")
}

// names reports whether one of the lines is that header field.
func names(lines []string, name string) bool {
	return slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, name+":") })
}

// NewBranch makes a branch for another transaction of this call.
func (c *Call) NewBranch() string {
	c.made++
	return fmt.Sprintf("%s-%d", c.base, c.made)
}

// Do sends the next request of the dialog, in a transaction of its own.
// The methods that mean the last INVITE mean this one when it is an INVITE.
func (c *Call) Do(method, body string, extra ...string) {
	c.caller.t.Helper()
	c.CSeq++
	branch := c.NewBranch()
	if method == "INVITE" {
		c.branch = branch
	}
	c.caller.Send(c.Request(method, branch, body, extra...))
}

// Aside sends a request of the dialog beside what is under way. When it is an INVITE,
// AckRefusal and Cancel of the call that is given mean that one.
func (c *Call) Aside(method, body string, extra ...string) *Call {
	c.caller.t.Helper()
	c.CSeq++
	aside := *c
	aside.branch = c.NewBranch()
	c.caller.Send(aside.Request(method, aside.branch, body, extra...))
	return &aside
}

// Join takes part in a call of another caller: the same dialog from another address.
func (c *Caller) Join(other *Call) *Call {
	call := *other
	call.caller = c
	call.base = fmt.Sprintf("%s-%d", other.base, c.local.Port())
	call.branch = call.base
	call.inbox = make(chan Message, cap(other.inbox))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[call.ID] = call.inbox
	return &call
}

// Drain throws away what has come.
func (c *Call) Drain() {
	for len(c.inbox) > 0 {
		<-c.inbox
	}
}

// Reinvite sends an INVITE inside the dialog, which Ack, AckRefusal, Cancel and Resend
// mean from now on.
func (c *Call) Reinvite(sdp string, extra ...string) {
	c.caller.t.Helper()
	c.CSeq++
	c.branch = c.NewBranch()
	c.Invite(sdp, extra...)
}

// Invite sends the INVITE, on the branch and with the CSeq number that the call has.
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
	c.Do("BYE", "")
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

// WantFinal is Want for a network that loses packets: provisional responses may have
// come or not.
func (c *Call) WantFinal(status int) Message {
	c.caller.t.Helper()
	m := c.Next()
	for m.Status() > 100 && m.Status() < isFinal {
		m = c.Next()
	}
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
