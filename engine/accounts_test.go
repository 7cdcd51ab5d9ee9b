package engine

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pickup/config"
	"pickup/transport/memnet"
)

// registrar binds whatever it is sent for ten minutes, and keeps what it was sent.
type registrar struct {
	conn *memnet.Conn

	mu       sync.Mutex
	requests []string
}

func (s *scenario) registrar(addr netip.AddrPort) *registrar {
	s.t.Helper()
	conn, err := s.net.Listen(addr)
	if err != nil {
		s.t.Fatal(err)
	}
	r := &registrar{conn: conn}
	go r.serve()
	return r
}

func (r *registrar) serve() {
	buffer := make([]byte, 65536)
	for {
		n, from, err := r.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		request := string(buffer[:n])
		if !strings.HasPrefix(request, "REGISTER ") {
			continue
		}
		r.mu.Lock()
		r.requests = append(r.requests, request)
		r.mu.Unlock()
		reply := []string{"SIP/2.0 200 OK"}
		for line := range strings.SplitSeq(request, "\r\n") {
			name, _, _ := strings.Cut(line, ":")
			switch name {
			case "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Content-Length":
				reply = append(reply, line)
			}
		}
		r.conn.WriteTo([]byte(strings.Join(reply, "\r\n")+"\r\nExpires: 600\r\n\r\n"), from)
	}
}

// expiries are what was asked for so far.
func (r *registrar) expiries() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, request := range r.requests {
		_, rest, _ := strings.Cut(request, "\r\nExpires: ")
		seconds, _, _ := strings.Cut(rest, "\r\n")
		list = append(list, seconds)
	}
	return strings.Join(list, " ")
}

// The binding is taken back when the drain begins, not when the last call has ended.
func TestRegistrationAndDrain(t *testing.T) {
	with := setup{set: []string{
		"account.trunk.registrar=sip:198.51.100.9", "account.trunk.user=alice", "account.trunk.required=true",
		"account.trunk.expires_seconds=600",
	}}
	play(t, with, func(s *scenario) {
		time.Sleep(time.Minute) // nobody was there at first
		if list := s.Registrations(); len(list) != 1 || list[0].Registered || !list[0].Required || list[0].Diagnosis != "REG-TIMEOUT" {
			t.Errorf("without a registrar: got %+v, want REG-TIMEOUT", list)
		}
		r := s.registrar(netip.MustParseAddrPort("198.51.100.9:5060"))
		defer r.conn.Close()
		time.Sleep(2 * time.Minute)
		if list := s.Registrations(); len(list) != 1 || !list[0].Registered || list[0].Account != "trunk" {
			t.Errorf("with a registrar: got %+v, want trunk registered", list)
		}
		c := s.caller()
		call := c.Invite(offer(c, ""))
		call.WantFinal(200)
		call.Ack()
		s.drain()
		time.Sleep(time.Second)
		if got := r.expiries(); got != "600 0" {
			t.Errorf("expiries: got %q, want 600 and 0", got)
		}
		if got := s.ActiveCalls(); got != 1 {
			t.Errorf("calls: got %d, want 1 after the binding was taken back", got)
		}
		call.Reply(call.WantRequest("BYE"), 200)
	})
}

// A caller without credentials is asked for them before anything is spent on it.
func TestCallersAreChallenged(t *testing.T) {
	with := setup{set: []string{"auth.user.alice.password=secret", "auth.realm=here"}}
	play(t, with, func(s *scenario) {
		c := s.caller()
		call := c.Invite(offer(c, ""))
		refusal := call.WantFinal(401)
		call.AckRefusal()
		if got := refusal.Get("WWW-Authenticate"); !strings.HasPrefix(got, `Digest realm="here", nonce="`) {
			t.Errorf("challenge: got %q, want realm here", got)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.records) != 0 {
			t.Errorf("records: got %d, want none", len(s.records))
		}
	})
}

func TestFilesOfAccountsThatCannotBeUsed(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	account := []string{"account.a.registrar=sip:192.0.2.9", "account.a.user=u", "account.a.password_file=" + missing}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	secure := func(file string) []string {
		return []string{"account.a.registrar=sips:x", "account.a.user=u", "account.a.ca_file=" + file}
	}
	tests := []struct {
		set  []string
		want string
	}{
		{account, "account.a.password_file: " + missing + " cannot be read: no such file or directory"},
		{secure(missing), "account.a.ca_file: open " + missing + ": no such file"},
		{secure(empty), "account.a.ca_file: " + empty + " has no PEM certificate in it"},
		{[]string{"auth.user.a.password_file=" + missing}, "auth.user.a.password_file: " + missing + " cannot be read"},
		{[]string{"auth.user.a.password=x", "auth.user.b.password=y", "auth.user.b.username=a"}, `auth.user.b: there is another section for the user "a"`},
	}
	for _, tt := range tests {
		c, err := config.Load(config.Sources{Set: tt.set})
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckAccounts(c); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("CheckAccounts with %q: got %v, want %q", tt.set, err, tt.want)
		}
		if _, err := New(Options{Config: c}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("New with %q: got %v, want %q", tt.set, err, tt.want)
		}
	}
}
