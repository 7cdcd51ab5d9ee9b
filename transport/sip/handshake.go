package sip

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gobwas/ws"
)

// maxHandshake is the longest opening request of a WebSocket, in bytes. Browsers send
// less than 1 KiB, and cookies of 4 KiB (RFC 6265 section 6.1) have room beside it.
const maxHandshake = 16 << 10

var errHandshakeTooLong = errors.New("sip: the opening request of a WebSocket is too long")

// begin makes the connection ready for messages, before the first one is read and off
// the goroutine that accepts. The peer has messageTime for all of it.
func (st *stream) begin() error {
	if !st.way.secure() && !st.way.framed() {
		return nil
	}
	err := st.SetDeadline(st.since.Add(messageTime))
	if err == nil {
		err = st.handshake()
	}
	if err == nil {
		err = st.SetDeadline(time.Time{})
	}
	if err != nil {
		st.server.handshakes.Add(1)
		st.server.log.Debug("SIP connection not begun", "src", st.source.String(), "transport", st.way.transport, "err", clean(err.Error()))
		return err
	}
	st.since = time.Now()
	// Who has asked for the subprotocol speaks SIP; a page in a browser connects long
	// before its first call.
	st.greeted = st.way.framed()
	st.mu.Lock()
	defer st.mu.Unlock()
	st.begun = true
	st.goodbye = st.framing.farewell(nil)
	return nil
}

// handshake does that of TLS, then that of WebSocket.
func (st *stream) handshake() error {
	if c, ok := st.Conn.(*tls.Conn); ok {
		if err := c.Handshake(); err != nil {
			return fmt.Errorf("TLS: %w", err)
		}
	}
	if !st.way.framed() {
		return nil
	}
	if err := upgrade(st.Conn); err != nil {
		return fmt.Errorf("WebSocket: %w", err)
	}
	return nil
}

// upgrade is the opening handshake of a WebSocket (RFC 6455 section 4.2). A client that
// does not ask for the subprotocol "sip" (RFC 7118 section 4) gets 400.
func upgrade(conn io.ReadWriter) error {
	asked := false
	u := ws.Upgrader{
		Protocol: func(name []byte) bool {
			asked = asked || string(name) == "sip"
			return string(name) == "sip"
		},
		OnBeforeUpgrade: func() (ws.HandshakeHeader, error) {
			if asked {
				return nil, nil
			}
			return nil, ws.RejectConnectionError(ws.RejectionStatus(http.StatusBadRequest),
				ws.RejectionReason("the subprotocol must be sip (RFC 7118)"))
		},
	}
	_, err := u.Upgrade(&opening{conn, maxHandshake})
	return err
}

// opening is a connection of which a bounded number of bytes is read.
type opening struct {
	io.ReadWriter
	left int
}

func (o *opening) Read(p []byte) (int, error) {
	if o.left <= 0 {
		return 0, errHandshakeTooLong
	}
	n, err := o.ReadWriter.Read(p[:min(len(p), o.left)])
	o.left -= n
	return n, err
}
