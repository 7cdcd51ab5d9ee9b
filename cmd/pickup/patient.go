package main

import (
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// patientLines is how many lines wait for a slow reader of the log.
	patientLines = 8192
	// patience is how long a full queue and the end of the program wait for it.
	patience = time.Second
)

// patient writes lines for a program that must not stop because nobody reads its
// log: a paused terminal, a collector that hangs. One goroutine writes; lines that
// find the queue full for longer than the patience are lost and counted. Multiple
// goroutines may write.
type patient struct {
	to    io.Writer
	lines chan []byte
	done  chan struct{}
	stuck atomic.Bool // the last line that had to wait was lost
	lost  atomic.Uint64

	mu     sync.RWMutex // held for reading while a line is queued
	closed bool
}

// newPatient starts the goroutine that writes, until Close.
func newPatient(to io.Writer) *patient {
	p := &patient{to: to, lines: make(chan []byte, patientLines), done: make(chan struct{})}
	go p.run()
	return p
}

func (p *patient) run() {
	defer close(p.done)
	for line := range p.lines {
		// A log that cannot be written (a full disk, a closed pipe) stops nothing.
		_, _ = p.to.Write(line)
		p.stuck.Store(false)
	}
}

// Write queues a copy of the line. It never fails.
func (p *patient) Write(line []byte) (int, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.closed {
		return len(line), nil
	}
	text := append([]byte(nil), line...)
	select {
	case p.lines <- text:
		return len(line), nil
	default:
	}
	if p.stuck.Load() {
		p.lost.Add(1)
		return len(line), nil
	}
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case p.lines <- text:
	case <-timeout.C:
		p.stuck.Store(true)
		p.lost.Add(1)
	}
	return len(line), nil
}

// Close writes what waits. A writer that is stuck for longer than the patience is
// left to the end of the process, which is the only way to end it.
func (p *patient) Close() {
	p.mu.Lock()
	p.closed = true
	close(p.lines)
	p.mu.Unlock()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-p.done:
	case <-timeout.C:
	}
}
