package nat

import (
	"context"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"
)

const (
	refresh = 5 * time.Minute  // between two questions
	retry   = 30 * time.Second // after one that had no answer
)

// Find finds out the outer address. It ends when the context does.
type Find func(ctx context.Context) (netip.Addr, error)

// Watcher is a policy whose outer address may change. Make it with [NewWatcher].
// Multiple goroutines may call Policy.
type Watcher struct {
	find   Find
	log    *slog.Logger
	policy atomic.Pointer[Policy]
}

// NewWatcher makes a watcher that begins with the policy. Without find it stays so.
func NewWatcher(p Policy, find Find, log *slog.Logger) *Watcher {
	w := &Watcher{find: find, log: log}
	w.policy.Store(&p)
	return w
}

// Policy is what is known now.
func (w *Watcher) Policy() Policy { return *w.policy.Load() }

// Run asks for the outer address at once and then every five minutes, until the
// context ends. Without an answer what was known last stands, and it asks again after
// half a minute.
func (w *Watcher) Run(ctx context.Context) {
	if w.find == nil {
		return
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := refresh
		if !w.ask(ctx) {
			wait = retry
		}
		timer.Reset(wait)
	}
}

// ask updates the policy; it is false without an answer.
func (w *Watcher) ask(ctx context.Context) bool {
	addr, err := w.find(ctx)
	if ctx.Err() != nil {
		return false
	}
	p := w.Policy()
	if err != nil {
		w.log.Warn("external address not found", "known", known(p.External), "err", err)
		return false
	}
	if addr != p.External {
		w.log.Info("external address", "addr", addr, "before", known(p.External))
		p.External = addr
		w.policy.Store(&p)
	}
	return true
}

// known is an address for the log.
func known(a netip.Addr) string {
	if !a.IsValid() {
		return "none"
	}
	return a.String()
}
