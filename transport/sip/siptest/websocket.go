package siptest

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/gobwas/ws"
)

// webSocket is a wire of WebSocket (RFC 6455): each message is one of text, in fragments
// of size bytes when that is not 0.
type webSocket struct {
	net.Conn
	reader *bufio.Reader
	size   int

	mu      sync.Mutex
	control []ws.Frame // that came, unmasked
}

// longest is far beyond what a server has to say in one frame, in bytes.
const longest = 1 << 20

// NewWebSocketCaller makes a caller that talks to the server by SIP over WebSocket on the
// connection, and closes both when the test ends. The transport is "WS", or "WSS" when
// the connection is one of TLS.
func NewWebSocketCaller(t testing.TB, conn net.Conn, transport string) *Caller {
	t.Helper()
	dialer := ws.Dialer{Protocols: []string{"sip"}}
	reader, got, err := dialer.Upgrade(conn, &url.URL{Scheme: "ws", Host: "pickup.example", Path: "/"})
	if err != nil {
		t.Fatalf("WebSocket handshake: %v", err)
	}
	if got.Protocol != "sip" {
		t.Fatalf("subprotocol: got %q, want sip", got.Protocol)
	}
	if reader == nil {
		reader = bufio.NewReader(conn)
	}
	return newCaller(t, &webSocket{Conn: conn, reader: reader}, transport, conn.LocalAddr(), address(t, conn.RemoteAddr()))
}

func (w *webSocket) send(text string) error {
	size := len(text)
	if w.size > 0 {
		size = w.size
	}
	op := ws.OpText
	for {
		n := min(size, len(text))
		frame := ws.NewFrame(op, n == len(text), []byte(text[:n]))
		if err := ws.WriteFrame(w.Conn, ws.MaskFrameInPlace(frame)); err != nil {
			return err
		}
		if text = text[n:]; text == "" {
			return nil
		}
		op = ws.OpContinuation
	}
}

// receive gives the content of the next message. A frame of control is kept aside; a
// masked or fragmented one is a fault of the server.
func (w *webSocket) receive() ([]byte, error) {
	for {
		header, err := ws.ReadHeader(w.reader)
		if err != nil {
			return nil, err
		}
		if header.Masked || !header.Fin || header.Length > longest {
			return nil, errors.New("siptest: a masked, fragmented or long frame of the server")
		}
		payload := make([]byte, header.Length)
		if _, err := io.ReadFull(w.reader, payload); err != nil {
			return nil, err
		}
		if !header.OpCode.IsControl() {
			return payload, nil
		}
		w.mu.Lock()
		w.control = append(w.control, ws.Frame{Header: header, Payload: payload})
		w.mu.Unlock()
		if header.OpCode == ws.OpClose {
			return nil, io.EOF
		}
	}
}

// Frame sends a frame as it is. What the server no longer reads of it is lost.
func (c *Caller) Frame(frame ws.Frame) {
	c.t.Helper()
	data, err := ws.CompileFrame(frame)
	if err != nil {
		c.t.Fatalf("frame: %v", err)
	}
	_, _ = c.wire.(*webSocket).Write(data)
}

// Control gives the frames of control that have come.
func (c *Caller) Control() []ws.Frame {
	w := c.wire.(*webSocket)
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.control
	w.control = nil
	return list
}
