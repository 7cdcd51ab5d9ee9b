package sip

import (
	"net/netip"
	"net/url"
	"slices"
	"sync/atomic"
)

// registrations are the accounts that are registered. Multiple goroutines may use it;
// reading takes no lock, as each INVITE does.
type registrations struct {
	list atomic.Pointer[[]*registration] // what it points to does not change
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
	list := append(slices.Clone(g.all()), r)
	g.list.Store(&list)
	return true
}

func (g *registrations) all() []*registration {
	if list := g.list.Load(); list != nil {
		return *list
	}
	return nil
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
	// "characters and their encodings are equivalent" (RFC 3261 section 19.1.4, but for
	// those that are reserved).
	plain, err := url.PathUnescape(user)
	if err != nil {
		plain = user
	}
	for _, r := range g.all() {
		if r.account.User != user && r.account.User != plain {
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
