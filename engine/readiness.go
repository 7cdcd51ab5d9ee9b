package engine

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// What [Engine.Ready] finds in the way of calls.
var (
	ErrNotRunning    = errors.New("the server does not run yet")
	ErrDraining      = errors.New("the server is draining")
	ErrFull          = errors.New("as many calls as may be are up")
	ErrListenerDown  = errors.New("a listener is down")
	ErrNotRegistered = errors.New("a required account is not registered")
)

// Ready is nil when calls are taken by every way that is configured: the server runs and
// has a free slot, its listeners are open, and each account that is required is
// registered. Otherwise errors.Is finds each of the errors above that applies, and the
// text has a line for each thing at fault. OPTIONS is told less: only whether a call that
// comes to this address is taken (RFC 3261 section 11.2). Multiple goroutines may call it.
func (e *Engine) Ready() error {
	var faults []error
	if !e.running.Load() {
		faults = append(faults, ErrNotRunning)
	}
	if e.admission.draining.Load() {
		faults = append(faults, ErrDraining)
	}
	if e.admission.full() {
		faults = append(faults, fmt.Errorf("%w: %d", ErrFull, e.admission.limit))
	}
	for _, listen := range e.outages.now() {
		faults = append(faults, fmt.Errorf("%w: %s", ErrListenerDown, listen))
	}
	registered := make(map[string]bool)
	reasons := make(map[string]string)
	for _, r := range e.Registrations() {
		registered[r.Account], reasons[r.Account] = r.Registered, r.Diagnosis
	}
	for _, a := range e.accounts {
		if a.Required && !registered[a.Name] {
			faults = append(faults, fmt.Errorf("%w: %s %s", ErrNotRegistered, a.Name, reasons[a.Name]))
		}
	}
	return errors.Join(faults...)
}

// outages are the entries that are closed because they failed. Multiple goroutines may
// use it.
type outages struct {
	mu     sync.Mutex
	closed map[string]int // by transport and address, of which several sockets may be
}

func (o *outages) add(entry Entry, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed == nil {
		o.closed = make(map[string]int)
	}
	listen := entry.String()
	if o.closed[listen] += n; o.closed[listen] == 0 {
		delete(o.closed, listen)
	}
}

// now lists them, each address once.
func (o *outages) now() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Sorted(maps.Keys(o.closed))
}
