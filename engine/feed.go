package engine

import (
	"io"
	"sync/atomic"

	"pickup/calls"
)

// feedLength is how many messages wait for an observer before notices are lost.
const feedLength = 4096

// Observer is told what the calls do. One goroutine calls it, in the order in
// which things happened to each call. One that is an [io.Closer] is closed when it
// has been told everything.
type Observer interface {
	// Notice tells of a step of a call. Notices are lost when the observer is slow.
	Notice(calls.Notice)
	// Record tells of a call that has ended. No record is lost.
	Record(calls.Record)
}

// message is a notice, or a record where notice is nil.
type message struct {
	notice calls.Notice
	record calls.Record
}

// feed is the queue in front of one observer and the goroutine that empties it.
type feed struct {
	observer Observer
	queue    chan message
	done     chan struct{}
	dropped  atomic.Uint64
}

// newFeed starts feeding the observer until close.
func newFeed(o Observer) *feed {
	f := &feed{observer: o, queue: make(chan message, feedLength), done: make(chan struct{})}
	go f.run()
	return f
}

func (f *feed) run() {
	defer close(f.done)
	for m := range f.queue {
		if m.notice != nil {
			f.observer.Notice(m.notice)
		} else {
			f.observer.Record(m.record)
		}
	}
}

// offer queues a notice, or counts it as dropped.
func (f *feed) offer(n calls.Notice) {
	select {
	case f.queue <- message{notice: n}:
	default:
		f.dropped.Add(1)
	}
}

// deliver queues a record, waiting for room.
func (f *feed) deliver(r calls.Record) { f.queue <- message{record: r} }

// close lets the observer see what waits, joins, and closes it. Nobody may offer or
// deliver any more.
func (f *feed) close() error {
	close(f.queue)
	<-f.done
	if closer, ok := f.observer.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
