package siptest

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// Message is one SIP message as it came.
type Message struct {
	At      time.Time
	Start   string   // the start line
	Headers []Header // in their order
	Body    []byte
}

// Header is one header field.
type Header struct{ Name, Value string }

// parse takes a message apart as leniently as it can: a test looks at what is there.
func parse(at time.Time, data []byte) Message {
	head, body, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	lines := strings.Split(string(head), "\r\n")
	m := Message{At: at, Start: lines[0], Body: bytes.Clone(body)}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		m.Headers = append(m.Headers, Header{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	return m
}

// Status is the status code of a response, 0 for a request.
func (m Message) Status() int {
	rest, isResponse := strings.CutPrefix(m.Start, "SIP/2.0 ")
	if !isResponse {
		return 0
	}
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if err != nil {
		return 0
	}
	return status
}

// Method is the method of a request, or that of the CSeq of a response.
func (m Message) Method() string {
	if m.Status() == 0 {
		method, _, _ := strings.Cut(m.Start, " ")
		return method
	}
	_, method, _ := strings.Cut(m.Get("CSeq"), " ")
	return method
}

// branch is the branch of the topmost Via.
func (m Message) branch() string {
	_, branch, _ := strings.Cut(m.Get("Via"), ";branch=")
	branch, _, _ = strings.Cut(branch, ";")
	return branch
}

// number is the Call-ID with the number of the CSeq.
func (m Message) number() string {
	number, _, _ := strings.Cut(m.Get("CSeq"), " ")
	return m.Get("Call-ID") + " " + number
}

// Get is the value of the first header field of this name, empty when there is none.
func (m Message) Get(name string) string {
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// All lists the values of all header fields of this name.
func (m Message) All(name string) []string {
	var values []string
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, name) {
			values = append(values, h.Value)
		}
	}
	return values
}

// Tag is the tag of a From or To header field.
func (m Message) Tag(name string) string {
	_, tag, _ := strings.Cut(m.Get(name), ";tag=")
	tag, _, _ = strings.Cut(tag, ";")
	return tag
}

// URI is what stands between the angle brackets of a header field.
func (m Message) URI(name string) string {
	_, uri, _ := strings.Cut(m.Get(name), "<")
	uri, _, _ = strings.Cut(uri, ">")
	return uri
}
