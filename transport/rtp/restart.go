package rtp

import "time"

// restart begins another stream in the place of the one that is being sent, or was. A
// media that has failed stays so.
func (s *Session) restart(stream Stream, peer Peer, next time.Time, done func(error)) {
	s.expect(peer)
	s.sender.Restart(stream, next)
	s.done = done
}
