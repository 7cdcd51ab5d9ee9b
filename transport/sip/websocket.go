package sip

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// errHungUp says that the peer has closed the WebSocket.
var errHungUp = errors.New("the peer has closed the WebSocket")

// webSocket is the framing of a WebSocket connection (RFC 6455 section 5) that carries
// SIP (RFC 7118 section 5): "each SIP message MUST be carried within a single WebSocket
// message, and a WebSocket message MUST NOT contain more than one SIP message". That
// message may come in fragments, as text or binary.
type webSocket struct {
	reply func(frame []byte) // sends a frame in answer to one of the peer's

	data      []byte   // what came and is in no frame yet
	fragments []byte   // of the message that is coming in
	partial   bool     // a message is coming in
	messages  [][]byte // whole ones that next has not taken
	asked     int      // pings in the form of SIP that pings has not counted
	fault     error    // of the WebSocket; nothing is read any more
	head      []byte   // of the message that next has found a fault in
	goesOn    bool     // the last error of next was about that message
}

// add appends what came and takes the frames apart that are complete. Those of control
// are answered at once: "An endpoint MUST be capable of handling control frames in the
// middle of a fragmented message" (RFC 6455 section 5.4).
func (w *webSocket) add(p []byte) {
	w.data = append(w.data, p...)
	for w.fault == nil {
		r := bytes.NewReader(w.data)
		h, err := ws.ReadHeader(r)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return
		}
		if err == nil {
			err = w.check(h)
		}
		if err != nil {
			w.fault = fmt.Errorf("WebSocket frame: %w", err)
			return
		}
		size := int(h.Length)
		if r.Len() < size {
			return
		}
		start := len(w.data) - r.Len()
		payload := w.data[start : start+size]
		ws.Cipher(payload, h.Mask, 0)
		w.take(h, payload)
		if w.data = w.data[start+size:]; len(w.data) == 0 {
			w.data = nil // gives the memory back
		}
	}
}

// check is an error when the frame may not be there, unmasked ones included, or makes
// its message too long.
func (w *webSocket) check(h ws.Header) error {
	state := ws.StateServerSide
	if w.partial {
		state = state.Set(ws.StateFragmented)
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return err
	}
	if !h.OpCode.IsControl() && h.Length > int64(maxMessage-len(w.fragments)) {
		return errTooLong
	}
	return nil
}

// take handles one frame. The payload is only valid until it returns.
func (w *webSocket) take(h ws.Header, payload []byte) {
	switch h.OpCode {
	case ws.OpPing:
		w.reply(ws.MustCompileFrame(ws.NewPongFrame(payload)))
	case ws.OpPong:
	case ws.OpClose:
		w.fault = errHungUp
	default:
		w.fragments = append(w.fragments, payload...)
		if w.partial = !h.Fin; !w.partial {
			w.complete(w.fragments)
			w.fragments = nil
		}
	}
}

// complete takes the content of a whole message. Line ends alone are the keep-alive of
// RFC 5626 section 4.4.1, also here.
func (w *webSocket) complete(message []byte) {
	text := bytes.TrimLeft(message, "\r\n")
	switch {
	case len(text) > 0:
		w.messages = append(w.messages, text)
	case bytes.HasPrefix(message, ping):
		w.asked++
	}
}

func (w *webSocket) started() bool { return w.partial || len(w.data) > 0 }

func (w *webSocket) pings() int {
	n := w.asked
	w.asked = 0
	return n
}

// next gives a message with its Content-Length. Over a WebSocket it may be missing, as
// the message has an end without it (RFC 7118 section 5.2 has nothing but whole
// messages); the library wants it.
func (w *webSocket) next() ([]byte, error) {
	w.head, w.goesOn = nil, len(w.messages) > 0
	if !w.goesOn {
		return nil, w.fault
	}
	message := w.messages[0]
	w.messages = w.messages[1:]
	if !plausible(message) {
		return nil, errNoMessage
	}
	size := bytes.Index(message, []byte("\r\n\r\n")) + 4
	head, body := message[:size], message[size:]
	length, err := contentLength(head)
	switch {
	case errors.Is(err, errNoLength):
		head = fmt.Appendf(bytes.Clone(head[:size-2]), "Content-Length: %d\r\n\r\n", len(body))
	case err == nil && length > len(body):
		err = errLength
		fallthrough
	case err != nil:
		w.head = head
		return nil, err
	default:
		body = body[:length] // RFC 3261 section 18.3, as in a datagram
	}
	if len(head)+len(body) > maxMessage {
		w.head = head
		return nil, errTooLong
	}
	return append(head[:len(head):len(head)], body...), nil
}

func (w *webSocket) refused() []byte { return w.head }

// resume is true unless the WebSocket itself is at fault: the end of its messages is
// known, whatever is in them.
func (w *webSocket) resume() bool { return w.goesOn }

// wrap makes one frame: of text when it can be ("text frames ... UTF-8", RFC 6455
// section 5.6), else of binary data.
func (w *webSocket) wrap(p []byte) []byte {
	if utf8.Valid(p) {
		return ws.MustCompileFrame(ws.NewTextFrame(p))
	}
	return ws.MustCompileFrame(ws.NewBinaryFrame(p))
}

// farewell is the close frame (RFC 6455 section 7.4.1).
func (w *webSocket) farewell(err error) []byte {
	code := ws.StatusProtocolError
	switch {
	case err == nil:
		code = ws.StatusGoingAway
	case errors.Is(err, errHungUp):
		code = ws.StatusNormalClosure
	case errors.Is(err, errTooLong):
		code = ws.StatusMessageTooBig
	}
	return ws.MustCompileFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(code, "")))
}
