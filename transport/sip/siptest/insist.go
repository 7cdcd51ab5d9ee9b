package siptest

import (
	"sync"
	"time"
)

// Timers of RFC 3261 section 17.1.
const (
	t1      = 500 * time.Millisecond
	t2      = 4 * time.Second
	giveUp  = 64 * t1
	isFinal = 200 // the least final status
)

// insistence repeats what is lost, and keeps what was repeated from the test.
// Multiple goroutines may use it.
type insistence struct {
	send   func(text string)
	repeat bool // requests too, which a connection does not need

	mu      sync.Mutex
	stopped bool
	pending map[transaction]*pending
	acks    map[string]string   // by Call-ID and CSeq number
	replies map[string]string   // by branch of the request
	known   map[string]struct{} // messages that came
	over    map[transaction]struct{}
}

// transaction identifies a request of ours.
type transaction struct{ branch, method string }

// pending is a request that has no response.
type pending struct {
	timer    *time.Timer
	interval time.Duration
	until    time.Time
}

func newInsistence(send func(string), repeat bool) *insistence {
	return &insistence{
		send: send, repeat: repeat, pending: make(map[transaction]*pending), acks: make(map[string]string),
		replies: make(map[string]string), known: make(map[string]struct{}), over: make(map[transaction]struct{}),
	}
}

func (i *insistence) stop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stopped = true
	for _, p := range i.pending {
		p.timer.Stop()
	}
}

// sent notes what the test has sent.
func (i *insistence) sent(m Message, text string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case m.Status() >= isFinal:
		i.replies[m.branch()] = text
	case m.Status() != 0:
	case m.Method() == "ACK":
		i.acks[m.number()] = text
	case i.repeat:
		i.await(transaction{m.branch(), m.Method()}, text)
	}
}

// await repeats a request until it has a response; mu is held.
func (i *insistence) await(key transaction, text string) {
	if i.pending[key] != nil {
		return
	}
	p := &pending{interval: t1, until: time.Now().Add(giveUp)}
	i.pending[key] = p
	p.timer = time.AfterFunc(p.interval, func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.stopped || i.pending[key] != p || time.Now().After(p.until) {
			return
		}
		i.send(text)
		if p.interval *= 2; key.method != "INVITE" {
			p.interval = min(p.interval, t2)
		}
		p.timer.Reset(p.interval)
	})
}

// seen takes a message that came, and reports whether it came before.
func (i *insistence) seen(m Message) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	key := transaction{m.branch(), m.Method()}
	if p := i.pending[key]; p != nil && (m.Status() >= isFinal || m.Status() != 0 && key.method == "INVITE") {
		p.timer.Stop()
		delete(i.pending, key)
	}
	if _, late := i.over[key]; late && m.Status() != 0 && m.Status() < isFinal {
		return true // a provisional response behind the final one
	}
	if m.Status() >= isFinal {
		i.over[key] = struct{}{}
	}
	id := m.Start + "\n" + m.branch() + "\n" + m.Get("CSeq") + "\n" + m.Get("RSeq")
	if _, again := i.known[id]; !again {
		i.known[id] = struct{}{}
		return false
	}
	answer := i.replies[m.branch()]
	if m.Status() >= isFinal && m.Method() == "INVITE" {
		answer = i.acks[m.number()]
	} else if m.Status() != 0 {
		answer = ""
	}
	if answer != "" {
		i.send(answer)
	}
	return true
}
