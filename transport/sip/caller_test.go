package sip

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	offer  = "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
	answer = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 10000 RTP/AVP 0\r\n"
)

// caller is a scripted user agent client: it sends text and reads text.
type caller struct {
	t      *testing.T
	conn   net.PacketConn
	server net.Addr
	callID string
	branch string // of the INVITE
	to     string // To, with the tag once a response has brought it
	source string
}

func newCaller(t *testing.T, conn net.PacketConn, server netip.AddrPort, callID string) *caller {
	t.Helper()
	return &caller{
		t: t, conn: conn, server: net.UDPAddrFromAddrPort(server), callID: callID,
		branch: "z9hG4bK-" + callID, to: "<sip:pickup@192.0.2.1>", source: conn.LocalAddr().String(),
	}
}

// message is a SIP message as text, in parts.
type message struct {
	start  string
	fields []string // "Name: value"
	body   string
	at     time.Time
}

func (m message) String() string {
	return m.start + "\r\n" + strings.Join(m.fields, "\r\n") + "\r\n\r\n" + m.body
}

// all gives the values of a header field in order.
func (m message) all(name string) []string {
	var values []string
	for _, f := range m.fields {
		if k, v, _ := strings.Cut(f, ":"); strings.EqualFold(strings.TrimSpace(k), name) {
			values = append(values, strings.TrimSpace(v))
		}
	}
	return values
}

func (m message) get(name string) string {
	if values := m.all(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

func (m message) tag() string {
	_, tag, _ := strings.Cut(m.get("To"), ";tag=")
	return tag
}

// parse reads a message; what is no message has no fields.
func parse(data string) message {
	head, body, _ := strings.Cut(data, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	return message{start: lines[0], fields: lines[1:], body: body, at: time.Now()}
}

// change alters a message before it is sent.
type change func(*message)

// set replaces header fields, or adds one.
func set(name, value string) change {
	return func(m *message) {
		without(name)(m)
		m.fields = append(m.fields, name+": "+value)
	}
}

// also adds a header field.
func also(name, value string) change {
	return func(m *message) { m.fields = append(m.fields, name+": "+value) }
}

// without removes header fields.
func without(name string) change {
	return func(m *message) {
		m.fields = slices.DeleteFunc(m.fields, func(f string) bool {
			k, _, _ := strings.Cut(f, ":")
			return strings.EqualFold(k, name)
		})
	}
}

// starting replaces the start line.
func starting(line string) change { return func(m *message) { m.start = line } }

// carrying gives the message a body.
func carrying(kind, body string) change {
	return func(m *message) {
		m.body = body
		set("Content-Type", kind)(m)
		set("Content-Length", fmt.Sprint(len(body)))(m)
	}
}

// branched gives the message a branch of its own.
func (c *caller) branched(branch string) change {
	return set("Via", "SIP/2.0/UDP "+c.source+";branch=z9hG4bK-"+branch)
}

// send sends a request of the call: by default INVITE, ACK and CANCEL have the
// INVITE's branch and CSeq 1, any other its own.
func (c *caller) send(method string, changes ...change) message {
	c.t.Helper()
	m := c.compose(method, changes...)
	c.raw(m.String())
	return m
}

// compose is what send sends.
func (c *caller) compose(method string, changes ...change) message {
	branch, number := c.branch, 1
	if method != "INVITE" && method != "ACK" && method != "CANCEL" {
		branch, number = c.branch+"-"+method, 2
	}
	m := message{start: method + " sip:pickup@192.0.2.1 SIP/2.0", fields: []string{
		"Via: SIP/2.0/UDP " + c.source + ";branch=" + branch,
		"Max-Forwards: 70",
		"From: \"Alice\" <sip:alice@198.51.100.1>;tag=alice",
		"To: " + c.to,
		"Call-ID: " + c.callID,
		fmt.Sprintf("CSeq: %d %s", number, method),
		"Contact: <sip:alice@198.51.100.1:5070>",
		"Content-Length: 0",
	}}
	if method == "INVITE" {
		carrying(sessionDescription, offer)(&m)
	}
	for _, change := range changes {
		change(&m)
	}
	return m
}

func (c *caller) raw(text string) {
	c.t.Helper()
	if _, err := c.conn.WriteTo([]byte(text), c.server); err != nil {
		c.t.Fatalf("sending from %s: %v", c.source, err)
	}
}

// next waits for a message; it is false when none comes in time.
func (c *caller) next(patience time.Duration) (message, bool) {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(patience))
	buffer := make([]byte, 65535)
	n, _, err := c.conn.ReadFrom(buffer)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return message{}, false
	}
	if err != nil {
		c.t.Fatalf("reading at %s: %v", c.source, err)
	}
	return parse(string(buffer[:n])), true
}

// want waits for the next message, whose start line must contain the text: a
// status or a method. The tag of a response to the INVITE is the dialog's.
func (c *caller) want(start string) message {
	c.t.Helper()
	m, ok := c.next(2 * time.Minute)
	if !ok {
		c.t.Fatalf("got nothing, want %q", start)
	}
	if !strings.Contains(m.start, start) {
		c.t.Fatalf("got %q, want %q\n%v", m.start, start, m)
	}
	if strings.Contains(m.get("CSeq"), "INVITE") && m.tag() != "" {
		c.to = m.get("To")
	}
	return m
}

// wantSilence fails on any message within the time.
func (c *caller) wantSilence(d time.Duration) {
	c.t.Helper()
	if m, ok := c.next(d); ok {
		c.t.Fatalf("got %q, want silence", m.start)
	}
}

// reply answers a request of the server.
func (c *caller) reply(to message, status string) {
	c.t.Helper()
	m := message{start: "SIP/2.0 " + status}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		m.fields = append(m.fields, name+": "+to.get(name))
	}
	m.fields = append(m.fields, "Content-Length: 0")
	c.raw(m.String())
}

// answered calls and is answered: INVITE, 200, ACK.
func (c *caller) answered(changes ...change) message {
	c.t.Helper()
	c.send("INVITE", changes...)
	c.want("180")
	ok := c.want("200")
	c.send("ACK", c.branched("ack"))
	return ok
}
