package siptest

import (
	"bufio"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// wire carries the messages of a caller.
type wire interface {
	send(text string) error
	receive() ([]byte, error) // the next message
	Close() error
}

// datagrams is a wire of UDP.
type datagrams struct {
	net.PacketConn
	server netip.AddrPort
	buffer [65536]byte
}

func (d *datagrams) send(text string) error {
	_, err := d.WriteTo([]byte(text), net.UDPAddrFromAddrPort(d.server))
	return err
}

func (d *datagrams) receive() ([]byte, error) {
	n, _, err := d.ReadFrom(d.buffer[:])
	return d.buffer[:n], err
}

// stream is a wire of TCP.
type stream struct {
	net.Conn
	reader *bufio.Reader
	size   int // of the pieces that are sent; 0: no pieces
}

func (s *stream) send(text string) error {
	for text != "" {
		n := len(text)
		if s.size > 0 {
			n = min(n, s.size)
		}
		if _, err := io.WriteString(s.Conn, text[:n]); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

// receive reads lines up to the empty one and then the body. A CRLF that stands for
// itself, the answer to a ping, is a message without a start line.
func (s *stream) receive() ([]byte, error) {
	var text strings.Builder
	length := 0
	for {
		line, err := s.reader.ReadString('\n')
		if err != nil {
			return nil, err
		}
		text.WriteString(line)
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Content-Length") {
			length, _ = strconv.Atoi(strings.TrimSpace(value)) // a test sees what is missing
		}
		if line == "\r\n" {
			break
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(s.reader, body); err != nil {
		return nil, err
	}
	text.Write(body)
	return []byte(text.String()), nil
}
