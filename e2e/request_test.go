//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// requests counts what was sent, so that each request has names of its own.
var requests atomic.Int64

// request sends one SIP request without SDP and returns the status of its final
// answer, 0 without one within half a second. The mark, where given, stands in
// the Call-ID.
func request(to netip.AddrPort, method, mark string) int {
	socket, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return 0
	}
	defer socket.Close()
	local, id := socket.LocalAddr().String(), requests.Add(1)
	compose := func(method, toTag string) string {
		return fmt.Sprintf("%[1]s sip:pickup@%[2]v SIP/2.0\r\n"+
			"Via: SIP/2.0/UDP %[3]s;branch=z9hG4bK-e2e-%[4]d;rport\r\n"+
			"From: <sip:e2e@%[3]s>;tag=e2e%[4]d\r\nTo: <sip:pickup@%[2]v>%[6]s\r\n"+
			"Call-ID: e2e-%[4]d-%[5]s@%[3]s\r\nCSeq: 1 %[1]s\r\nContact: <sip:e2e@%[3]s>\r\n"+
			"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n", method, to, local, id, mark, toTag)
	}
	// On loopback a refused port is an error of the next call; the caller tries again.
	if _, err := socket.Write([]byte(compose(method, ""))); err != nil {
		return 0
	}
	_ = socket.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	answer := make([]byte, 4096)
	for {
		n, err := socket.Read(answer)
		if err != nil {
			return 0
		}
		status, toTag := parse(answer[:n])
		if status < 200 {
			continue
		}
		if method == "INVITE" {
			// The ACK of a refusal belongs to the transaction, RFC 3261 17.1.1.3.
			_, _ = socket.Write([]byte(compose("ACK", toTag)))
		}
		return status
	}
}

// parse finds the status of an answer and the tag parameter of its To header.
func parse(answer []byte) (status int, toTag string) {
	if len(answer) >= 11 && bytes.HasPrefix(answer, []byte("SIP/2.0 ")) {
		status, _ = strconv.Atoi(string(answer[8:11]))
	}
	for line := range bytes.Lines(answer) {
		if at := bytes.Index(line, []byte(";tag=")); at >= 0 && bytes.HasPrefix(line, []byte("To:")) {
			toTag = string(bytes.TrimSpace(line[at:]))
		}
	}
	return status, toTag
}

func TestShortUnknownDialog(t *testing.T) {
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: 1, calls: 2, raced: true})
	tests := []struct {
		method string
		want   int
	}{
		{"OPTIONS", 200},
		{"BYE", 481},
		{"SUBSCRIBE", 405},
	}
	for _, test := range tests {
		t.Run(test.method, func(t *testing.T) {
			got := 0
			eventually(t, 5*time.Second, "an answer", func() bool {
				got = request(d.sip, test.method, "")
				return got != 0
			})
			if got != test.want {
				t.Errorf("status: got %d, want %d", got, test.want)
			}
		})
	}
	d.stop()
}
