package main

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// queuedLines is how many lines wait for a slow reader of the log.
	queuedLines = 8192
	// patience is how long writers of a full queue wait for it.
	patience = 100 * time.Millisecond
	// endPatience is how long the end of the program waits for it.
	endPatience = time.Second
)

// asyncWriter writes lines for a program that must not stop because nobody reads its
// log: a paused terminal, a collector that hangs or is slow. One goroutine writes;
// lines that find the queue full are waited with for the patience, once until it has
// been empty again, and then lost and counted. Multiple goroutines may write.
type asyncWriter struct {
	to    io.Writer
	lines chan []byte
	done  chan struct{}
	full  atomic.Int64 // when the queue was first full since it was empty, in ns; 0: it was not
	lost  atomic.Uint64

	mu     sync.RWMutex // held for reading while a line is queued
	closed bool
}

// newAsyncWriter starts the goroutine that writes, until Close.
func newAsyncWriter(to io.Writer) *asyncWriter {
	p := &asyncWriter{to: to, lines: make(chan []byte, queuedLines), done: make(chan struct{})}
	go p.run()
	return p
}

func (p *asyncWriter) run() {
	defer close(p.done)
	var told uint64 // of the lost lines
	for line := range p.lines {
		// A log that cannot be written (a full disk, a closed pipe) stops nothing.
		_, _ = p.to.Write(line)
		if len(p.lines) > 0 {
			continue
		}
		p.full.Store(0)
		if lost := p.lost.Load(); lost != told {
			_, _ = fmt.Fprintf(p.to, "pickup: %d log lines were lost, because nobody read them\n", lost-told)
			told = lost
		}
	}
}

// Write queues a copy of the line. It never fails.
func (p *asyncWriter) Write(line []byte) (int, error) {
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
	p.full.CompareAndSwap(0, time.Now().UnixNano())
	timeout := time.NewTimer(time.Until(time.Unix(0, p.full.Load()).Add(patience)))
	defer timeout.Stop()
	select {
	case p.lines <- text:
	case <-timeout.C:
		p.lost.Add(1)
	}
	return len(line), nil
}

// Close writes what waits. A writer that is stuck for longer than the patience is
// left to the end of the process, which is the only way to end it.
func (p *asyncWriter) Close() {
	p.mu.Lock()
	p.closed = true
	close(p.lines)
	p.mu.Unlock()
	timeout := time.NewTimer(endPatience)
	defer timeout.Stop()
	select {
	case <-p.done:
	case <-timeout.C:
	}
}
