package sip

import (
	"errors"
	"syscall"
	"time"
)

// The pause before the next attempt when reading or accepting fails.
const (
	minRetryPause = 5 * time.Millisecond
	maxRetryPause = time.Second
)

// retryLog is how often a listener in trouble says so.
const retryLog = time.Minute

// retry outlasts the failures of a listener that pass: one pause after each, longer from
// one to the next. It is owned by the goroutine that reads or accepts.
type retry struct {
	server *Server
	listen string // transport and address
	done   <-chan struct{}

	pause    time.Duration
	failures int // since the last line in the log
	logged   time.Time
}

// worked makes the next pause short.
func (r *retry) worked() { r.pause = 0 }

// again waits before the next attempt. It is false when that would be in vain: the
// failure is for good, or the listener is closed.
func (r *retry) again(err error) bool {
	if !passing(err) {
		return false
	}
	r.server.retries.Add(1)
	r.failures++
	if now := time.Now(); now.Sub(r.logged) >= retryLog {
		r.server.log.Warn("SIP listener fails for the moment", "listen", r.listen, "err", err, "failures", r.failures)
		r.failures, r.logged = 0, now
	}
	r.pause = min(max(2*r.pause, minRetryPause), maxRetryPause)
	timer := time.NewTimer(r.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.done:
		return false
	}
}

// passing reports whether an attempt may work again later. accept(2) passes on what
// the network did to the connection that it was about to give, and says when the
// process or the host has no file descriptor or memory left; recvmsg(2) passes on what
// the network said about a datagram that was sent (ECONNREFUSED, ENETDOWN).
func passing(err error) bool {
	number, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return false
	}
	switch number {
	case syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK, syscall.EFAULT, syscall.EOPNOTSUPP:
		return false
	}
	return true
}
