package sip

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	gosip "github.com/emiago/sipgo/sip"
)

// refusal is the response that refuses a modification. A PRACK is not refused: "If the
// PRACK does match an unacknowledged reliable provisional response, it MUST be responded
// to with a 2xx response" (RFC 3262 section 3). What is refused is the media that it
// offers.
func (l *Leg) refusal(m *modification, refused *gosip.Response) *gosip.Response {
	if m.request.Method != gosip.PRACK {
		return refused
	}
	l.mu.Lock()
	standing := l.described
	l.mu.Unlock()
	res, _ := l.server.accepting(m.request, m.flow, declined(sessionOf(m.request), standing, m.flow.named.Addr()))
	return res
}

// declined answers an offer with all its streams rejected: "To reject an offered stream,
// the port number in the corresponding stream in the answer MUST be set to zero" (RFC
// 3264 section 6). The origin is that of our session description that stands, in its
// next version (section 8); there may be none yet.
func declined(offer, standing []byte, local netip.Addr) []byte {
	kind := "IP4"
	if local.Is6() {
		kind = "IP6"
	}
	origin := fmt.Sprintf("o=- 0 0 IN %s %s", kind, local)
	for line := range strings.Lines(string(standing)) {
		fields := strings.Fields(line)
		if len(fields) != 6 || !strings.HasPrefix(fields[0], "o=") {
			continue
		}
		if version, err := strconv.ParseUint(fields[2], 10, 63); err == nil {
			fields[2] = strconv.FormatUint(version+1, 10)
			origin = strings.Join(fields, " ")
		}
	}
	answer := fmt.Sprintf("v=0\r\n%s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n", origin, kind, local)
	for line := range strings.Lines(string(offer)) {
		if fields := strings.Fields(line); len(fields) >= 4 && strings.HasPrefix(fields[0], "m=") {
			fields[1] = "0"
			answer += strings.Join(fields, " ") + "\r\n"
		}
	}
	return []byte(answer)
}
