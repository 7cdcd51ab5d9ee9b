package sip

import (
	"net/netip"
	"slices"
	"sync"
)

// registrations are the accounts that are registered. Multiple goroutines may use it.
type registrations struct {
	mu   sync.Mutex
	list []*registration
}

// add is false when the server is closed; otherwise the server's Close ends the
// registration and waits until loops is done.
func (g *registrations) add(s *Server, r *registration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.loops.Add(1)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.list = append(g.list, r)
	return true
}

func (g *registrations) all() []*registration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.list)
}

// cancel ends all.
func (g *registrations) cancel() {
	for _, r := range g.all() {
		r.cancel()
	}
}

// Registrations gives the state of each account of Register, in the order of the
// calls. Those that have ended stay in the list.
func (s *Server) Registrations() []RegistrationStatus {
	var list []RegistrationStatus
	for _, r := range s.registrations.all() {
		list = append(list, r.state())
	}
	return list
}

// registrar reports whether the host is the registrar of an account.
func (g *registrations) registrar(host netip.Addr) bool {
	return slices.ContainsFunc(g.all(), func(r *registration) bool { return r.knows(host) })
}

// stray reports whether a call to the user comes from elsewhere than it may: the
// accounts that have this user take calls from their registrars only.
func (g *registrations) stray(user string, source netip.Addr) bool {
	bound := false
	for _, r := range g.all() {
		if r.account.User != user {
			continue
		}
		if !r.account.FromRegistrarOnly || r.knows(source) {
			return false
		}
		bound = true
	}
	return bound
}

// knows reports whether the host is one of the registrar's addresses.
func (r *registration) knows(host netip.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.hosts, host)
}
