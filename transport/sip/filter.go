package sip

import (
	"bytes"

	gosip "github.com/emiago/sipgo/sip"
)

// filter sees each datagram before it is parsed and before the library remembers
// where it came from. It never returns an error: that would end the read loop. What
// comes by a connection has passed filterStream.
func (s *Server) filter(from gosip.TransportReadProps, data []byte) ([]byte, error) {
	if from.Transport != "UDP" {
		return data, nil
	}
	// RFC 3261 section 7.5: CRLF before the start line is ignored; alone it keeps
	// a NAT's binding alive.
	data = bytes.TrimLeft(data, "\r\n")
	if len(data) == 0 {
		return nil, nil
	}
	if !plausible(data) {
		s.malformed.Add(1)
		return nil, nil
	}
	sock := s.reader(from.RemoteAddr.String())
	switch {
	case sock == nil:
		return data, nil
	case beyond(data):
		s.refuseUnread(sock, data)
		return nil, nil
	case cut(data):
		s.malformed.Add(1)
		s.refuseDatagram(sock, data)
		return nil, nil
	}
	data = tidy(data)
	if s.front(data, sock) {
		return nil, nil
	}
	return data, nil
}

// filterStream is filter for a message of a connection, before the library has even the
// connection. It is true when there is nothing more to do about the message.
func (s *Server) filterStream(st *stream, data []byte) (done bool) {
	switch {
	case !s.admits(st.source.Addr(), data, false):
		return true
	case beyond(data):
		s.refuseUnread(st, data)
		return true
	}
	return s.front(data, st)
}

// plausible reports whether a datagram starts like a SIP message and whether its
// header fields are free of line feeds that end no line, which would come back as
// lines of their own in responses and logs.
func plausible(data []byte) bool {
	line, _, found := bytes.Cut(data, []byte("\r\n"))
	if !found {
		return false
	}
	if !bytes.HasPrefix(data, []byte("SIP/2.0 ")) {
		line = bytes.TrimRight(line, " ") // RFC 4475 section 3.1.2.10: refused later, not met with silence
		method, _, _ := bytes.Cut(line, []byte(" "))
		version := line[bytes.LastIndexByte(line, ' ')+1:]
		if !isToken(method) || len(version) < 4 || !bytes.EqualFold(version[:4], []byte("SIP/")) {
			return false
		}
	}
	head, _, found := bytes.Cut(data, []byte("\r\n\r\n"))
	if !found {
		return false
	}
	for i, c := range head {
		if c == '\n' && head[i-1] != '\r' {
			return false
		}
	}
	return true
}

// isToken reports whether b is a token of RFC 3261 section 25.1.
func isToken(b []byte) bool {
	for _, c := range b {
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && !bytes.ContainsRune([]byte("-.!%*_+`'~"), rune(c)) {
			return false
		}
	}
	return len(b) > 0
}
