package sip

import "time"

// pongTime is how long the answer to a ping may take: "If a pong is not received within
// 10 seconds after sending a ping (or immediately after processing any incoming message
// being received when that 10 seconds expires), then the client MUST treat the flow as
// failed" (RFC 5626 section 4.4.1).
const pongTime = 10 * time.Second

// pulse is what the pings of a connection of ours tell of the peer; guarded by mu of the
// stream. A peer that does not know pings ignores them (RFC 3261 section 7.5), so silence
// means something only from one that has answered before.
type pulse struct {
	asked   bool // a ping has no pong yet
	answers bool // there was a pong once
	silence *time.Timer
}

// ping asks for a sign of life. The connection is cut when none comes.
func (st *stream) ping() {
	st.mu.Lock()
	st.pulse.asked = true
	if st.pulse.answers {
		st.pulse.silence = st.server.after(pongTime, st.silent)
	}
	st.mu.Unlock()
	_, _ = st.Write(ping) // a connection that takes nothing is gone, or soon will be
}

// lives notes that bytes have come.
func (st *stream) lives() {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.pulse.silence != nil {
		st.pulse.silence.Stop()
		st.pulse.silence = nil
	}
}

// hearPong takes a pong away that stands before the next message.
func (st *stream) hearPong() {
	f, ok := st.framing.(*framer)
	if !ok {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.pulse.asked && f.pong() {
		st.pulse.asked, st.pulse.answers = false, true
	}
}

// silent is the end of a connection whose peer does not answer any more.
func (st *stream) silent() {
	st.server.log.Warn("SIP keep-alive not answered", "dst", st.source.String(), "transport", st.way.transport)
	st.cut()
}
