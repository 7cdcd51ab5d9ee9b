package rtp

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
)

// openTries bounds how many pairs Open tries when other programs hold them.
const openTries = 16

// ErrNoPorts is the error of [Open] when no port pair is to be had.
var ErrNoPorts = errors.New("rtp: no free port pair")

// Config is what a session is made of.
type Config struct {
	Listen  Listen
	Ports   *Ports
	Pacers  *Pacers
	Address netip.Addr // local address of the media sockets
}

// Session is the media of one call: an RTP and an RTCP socket on a port pair. From
// Open on its pacer reads them; Play adds a stream. Multiple goroutines may call
// its methods, but not from within the done of Play.
type Session struct {
	ports *Ports
	port  uint16
	task  *Task

	// Owned by the tick: used under the lock of the phase, or after task.Stop.
	rtp, rtcp Socket
	receiver  receiver
	sender    *Sender     // nil before Play
	done      func(error) // nil unless a stream is being sent
	failure   error       // a panic that ended the media

	stop  sync.Once
	stats Stats // set once by Stop
}

// Open takes a port pair, opens both sockets and puts the session on a pacer. A
// pair that another program holds goes to the end of the free list and the next one
// is tried, at most 16 of them; then, or when no pair is free, the error wraps
// [ErrNoPorts].
func Open(c Config) (*Session, error) {
	pairs := c.Ports.Free() + c.Ports.InUse()
	tries := min(openTries, pairs)
	for range tries {
		port, ok := c.Ports.Take()
		if !ok {
			return nil, fmt.Errorf("%w: all %d pairs of the range are in use", ErrNoPorts, pairs)
		}
		s, err := open(c, port)
		if err == nil {
			return s, nil
		}
		c.Ports.Return(port)
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w on %v: other programs hold the %d pairs that were tried", ErrNoPorts, c.Address, tries)
}

func open(c Config, port uint16) (*Session, error) {
	rtp, err := listen(c, port)
	if err != nil {
		return nil, err
	}
	rtcp, err := listen(c, port+1)
	if err != nil {
		_ = rtp.Close() // the first error is the one to tell
		return nil, err
	}
	s := &Session{ports: c.Ports, port: port, rtp: rtp, rtcp: rtcp}
	if s.task, err = c.Pacers.Start(s); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func listen(c Config, port uint16) (Socket, error) {
	addr := netip.AddrPortFrom(c.Address, port)
	socket, err := c.Listen(addr)
	if err != nil {
		return nil, fmt.Errorf("rtp: open %v: %w", addr, err)
	}
	return socket, nil
}

// Port is the RTP port; that of RTCP is one above.
func (s *Session) Port() uint16 { return s.port }

// Play sends a stream, whose first frame is due at the next beat of the session. It
// calls done exactly once: with nil one frame time after the last frame was due, or
// earlier with the error that ended the media. Once Stop was called done is not
// called any more. A session sends one stream in its life; a second Play panics.
//
// done runs on the pacer, under the lock that Play and Stop take: it must not block
// and must not call the session.
func (s *Session) Play(stream Stream, done func(error)) {
	s.task.Do(func(next time.Time) {
		if s.sender != nil {
			panic("rtp: a second Play on one session")
		}
		s.sender = NewSender(stream, next)
		s.done = done
	})
}

// Stop takes the session off its pacer, closes the sockets and gives the ports
// back, in this order; when it returns nothing of the session runs. Each call
// returns the same counts.
func (s *Session) Stop() Stats {
	s.stop.Do(func() {
		s.task.Stop()
		s.close()
		s.ports.Return(s.port)
		s.stats.Received = s.receiver.received
		if s.sender != nil {
			s.stats.Sent = s.sender.Stats()
		}
	})
	return s.stats
}

// close closes the sockets. They are ours alone, and closing a datagram socket
// loses nothing, so that an error has no consequence.
func (s *Session) close() {
	_ = s.rtp.Close()
	_ = s.rtcp.Close()
}

// Tick reads what waits on both sockets and sends what is due. The pacer calls it.
func (s *Session) Tick(now time.Time) {
	defer s.rescue()
	if s.failure == nil {
		s.receiver.read(s.rtp, s.rtcp)
	}
	if s.done == nil {
		return
	}
	if s.failure != nil {
		s.end(s.failure)
		return
	}
	if over, err := s.sender.Tick(now, s.rtp); over || err != nil {
		s.end(err)
	}
}

// end reports the end of the stream, once.
func (s *Session) end(err error) {
	done := s.done
	s.done = nil
	done(err)
}

// rescue turns a panic into the end of this session's media: the others on the
// pacer keep their beat.
func (s *Session) rescue() {
	if r := recover(); r != nil {
		s.failure = fmt.Errorf("rtp: panic in the media on port %d: %v\n%s", s.port, r, debug.Stack())
	}
}
