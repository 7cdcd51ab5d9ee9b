package rtp

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
)

// openTries bounds how many pairs Open tries when other programs hold them.
const openTries = 128

// ErrNoPorts is the error of [Open] when no port pair is to be had.
var ErrNoPorts = errors.New("rtp: no free port pair")

// ErrOwnPort is the error of a [Peer] that is one of our own media sockets.
var ErrOwnPort = errors.New("rtp: the peer's address is a media port of ours")

// Config is what a session is made of.
type Config struct {
	Listen  Listen
	Ports   *Ports
	Pacers  *Pacers
	Address netip.Addr // local address of the media sockets
	// Alarm is told what the session notices; nil tells nobody. It runs on the pacer,
	// under the lock that the methods of the session take: it must not block and must
	// not call any but [Session.Live].
	Alarm func(Alarm)
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
	sender    *Sender     // nil before Play
	done      func(error) // nil unless a stream is being sent
	failure   error       // a panic that ended the media
	receiver  receiver

	live snapshot // may be read at any time

	stop  sync.Once
	stats Stats // set once by Stop
}

// Open takes a port pair, opens both sockets and puts the session on a pacer. A
// pair that another program holds goes to the end of the free list and the next one
// is tried, at most 128 of them; then, or when no pair is free, the error wraps
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
	c.Ports.bound(c.Address)
	s := &Session{ports: c.Ports, port: port, rtp: rtp, rtcp: rtcp}
	s.receiver.watch.alarm = c.Alarm
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

// Expect says who the peer is: from now on its packets count, and those of others
// are foreign. Nothing is sent. Until then every packet is foreign. The error wraps
// [ErrOwnPort], and nothing has changed then.
func (s *Session) Expect(peer Peer) error {
	if err := s.check(peer); err != nil {
		return err
	}
	s.task.Do(func(time.Time) { s.expect(peer) })
	return nil
}

// Hear says what the peer's stream is to be like from now on.
func (s *Session) Hear(h Hearing) {
	s.task.Do(func(time.Time) { s.receiver.watch.hear(h, time.Now(), s.sent()) })
}

// sent is the number of RTP packets so far.
func (s *Session) sent() uint64 {
	if s.sender == nil {
		return 0
	}
	return s.sender.sent.Packets
}

// Live is what was counted at the last look, which is at most a second old.
func (s *Session) Live() Live { return s.live.read() }

// expect arms the latch, unless the peer is the one that is expected already.
func (s *Session) expect(peer Peer) {
	if peer.plain() != s.receiver.latch.peer {
		s.receiver.latch.arm(peer)
	}
}

// check refuses a peer that is one of our own sockets. A port that is free now and
// taken later is not watched: the session that takes it counts what comes as foreign,
// and none sends more for what it receives.
func (s *Session) check(peer Peer) error {
	for _, addr := range [...]netip.AddrPort{peer.RTP, peer.RTCP} {
		if s.ports.own(addr) {
			return fmt.Errorf("%w: %v", ErrOwnPort, addr)
		}
	}
	return nil
}

// Play sends a stream to the peer, whose first frame is due at the next beat of the
// session. Before it nothing is sent, RTCP included. It calls done exactly once: with
// nil one frame time after the last frame was due, or earlier with the error that
// ended the media. Once Stop was called done is not called any more. A Play while a
// stream is being sent begins the new one at the next beat in the same RTP stream, and
// the done of the one before is not called any more. An error is that of [Session.Expect];
// nothing was started then.
//
// done runs on the pacer, under the lock that Play and Stop take: it must not block
// and must not call the session.
func (s *Session) Play(stream Stream, peer Peer, done func(error)) error {
	if err := s.check(peer); err != nil {
		return err
	}
	var seed controlSeed
	_, _ = rand.Read(seed[:]) // never fails
	s.task.Do(func(next time.Time) {
		if s.sender != nil {
			s.restart(stream, peer, next, done)
			return
		}
		s.expect(peer)
		s.sender = NewSender(stream, next)
		s.receiver.own = s.sender.ssrc()
		s.receiver.control.begin(next, seed)
		s.done = done
	})
	return nil
}

// Change makes the running stream what [Sender.Change] takes of stream, and sends it
// to peer, from the next frame on. The peer may send from another address and with
// another SSRC from now on. Before Play it only changes the peer. The error is that
// of [Session.Expect].
func (s *Session) Change(stream Stream, peer Peer) error {
	if err := s.check(peer); err != nil {
		return err
	}
	s.task.Do(func(time.Time) {
		s.receiver.latch.arm(peer)
		if s.sender != nil {
			s.sender.Change(stream)
		}
	})
	return nil
}

// Stop takes the session off its pacer, says BYE, closes the sockets and gives the
// ports back, in this order; when it returns nothing of the session runs. Each call
// returns the same counts.
func (s *Session) Stop() Stats {
	s.stop.Do(func() {
		s.task.Stop()
		s.leave(time.Now())
		s.close()
		s.ports.Return(s.port)
		s.stats = s.measured()
	})
	return s.stats
}

// leave sends the last report, with a BYE. RFC 3550 section 6.3.7: "A participant
// which never sent an RTP or RTCP packet MUST NOT send a BYE packet when they leave
// the group."
func (s *Session) leave(now time.Time) {
	if s.failure == nil && s.sender != nil && s.sender.sent.Packets+s.receiver.control.sent > 0 {
		s.report(now, true)
	}
}

// measured is the counts so far.
func (s *Session) measured() Stats {
	control := &s.receiver.control
	stats := Stats{Received: s.receiver.stats(), Report: control.report, Quality: s.receiver.quality()}
	if s.sender != nil {
		stats.Sent = s.sender.Stats()
		stats.Sent.RTCP = control.sent
		stats.Sent.Errors += control.errors
	}
	return stats
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
		s.receiver.read(now, s.rtp, s.rtcp)
	}
	if s.done != nil {
		s.advance(now)
	}
	if s.failure == nil && s.receiver.control.due(now) {
		s.report(now, false)
	}
	if !now.Before(s.receiver.watch.next) {
		s.look(now)
	}
}

// look publishes what was counted and raises alarms.
func (s *Session) look(now time.Time) {
	w := &s.receiver.watch
	w.next = now.Add(watchInterval)
	in, report := s.receiver.stats(), &s.receiver.control.report
	s.live.publish(Live{
		At: now, Sent: s.sent(), Received: in.Packets, Expected: in.Expected, Lost: in.Lost, Foreign: in.Foreign,
		Jitter: in.Jitter, RoundTrip: report.RoundTrip, Measured: report.HasRoundTrip,
	})
	w.look(now, s.sent(), &in)
}

// advance sends what is due of the stream.
func (s *Session) advance(now time.Time) {
	if s.failure != nil {
		s.end(s.failure)
		return
	}
	if over, err := s.sender.Tick(now, s.rtp, s.receiver.latch.rtp); over || err != nil {
		s.end(err)
	}
}

// report sends an RTCP packet, when there is somewhere to send it to.
func (s *Session) report(now time.Time, bye bool) {
	control, latch := &s.receiver.control, &s.receiver.latch
	packet := control.compose(now, s.sender, &s.receiver, bye)
	out, to := s.rtcp, latch.controlTarget()
	if latch.peer.Mux {
		out = s.rtp
	}
	if !to.IsValid() {
		return
	}
	if err := out.Send(packet, to); err != nil {
		control.errors++
		return
	}
	control.sent++
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
