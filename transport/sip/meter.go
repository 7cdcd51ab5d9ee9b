package sip

import (
	"bytes"
	"net"
	"net/netip"
)

// admits decides on a message before it is parsed, without memory of its own. A
// datagram has bytes that pay for our answers.
func (s *Server) admits(from netip.Addr, data []byte, datagram bool) bool {
	if !s.acl.permits(from) {
		s.denied.Add(1)
		return false
	}
	if !s.sources.hear(from, payment(data), datagram, later(data)) {
		s.limit(from, "messages")
		return false
	}
	return true
}

// laterStarts begin the messages that belong to a call which may be up.
var laterStarts = [...][]byte{
	[]byte("ACK "), []byte("BYE "), []byte("SIP/2.0 "), []byte("PRACK "), []byte("UPDATE "), []byte("INFO "), []byte("CANCEL "),
}

func later(data []byte) bool {
	for _, start := range laterStarts {
		if bytes.HasPrefix(data, start) {
			return true
		}
	}
	return false
}

// limit counts what a source had too much of, and complains about the source once in
// a while. Tools that ban sources look for this line: it does not change.
func (s *Server) limit(from netip.Addr, cause string) {
	s.limited.Add(1)
	if s.sources.warn(from) {
		s.log.Warn("SIP source over its limit", "src", from, "cause", cause)
	}
}

// metered is a UDP socket that sends no more responses to a source that has not shown
// that it receives than what the source has sent allows. The others are lost, as
// datagrams may be.
type metered struct {
	net.PacketConn
	server *Server
}

var responseStart = []byte("SIP/2.0 ")

// WriteTo sends a message, or counts it as withheld.
func (m metered) WriteTo(p []byte, to net.Addr) (int, error) {
	if bytes.HasPrefix(p, responseStart) && !m.server.sources.spend(addrPort(to).Addr(), len(p), farewell) {
		m.server.withheld.Add(1)
		return len(p), nil
	}
	return m.PacketConn.WriteTo(p, to)
}
