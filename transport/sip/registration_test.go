package sip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// wantStatus checks what Registrations says of the only account.
func (w *world) wantStatus(registered bool, diagnosis string) RegistrationStatus {
	w.Helper()
	list := w.server.Registrations()
	if len(list) != 1 || list[0].Registered != registered || list[0].Diagnosis != diagnosis {
		w.Errorf("status: got %+v, want one account, registered %v, diagnosis %q", list, registered, diagnosis)
		return RegistrationStatus{}
	}
	return list[0]
}

// wantLog checks how often the log has a text.
func (w *world) wantLog(text string, want int) {
	w.Helper()
	if got := strings.Count(w.log.String(), text); got != want {
		w.Errorf("log lines with %q: got %d, want %d\n%s", text, got, want, w.log)
	}
}

func TestRegisterRequest(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, accept(600))
		stop := w.register(trunk())
		m := r.want(1)
		for name, want := range map[string]string{
			"Contact": ourContact, "Expires": "600", "CSeq": "1 REGISTER", "To": "<sip:alice@203.0.113.9>",
			"Max-Forwards": "70", "User-Agent": "Pickup/test", "Authorization": "",
		} {
			if got := m.get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		if want := "REGISTER sip:203.0.113.9:5060 SIP/2.0"; m.start != want {
			t.Errorf("request line: got %q, want %q", m.start, want)
		}
		if via := m.get("Via"); !strings.HasPrefix(via, "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK") {
			t.Errorf("Via: got %q, want our address and a branch", via)
		}
		if !strings.HasPrefix(m.get("From"), "<sip:alice@203.0.113.9>;tag=") {
			t.Errorf("From: got %q, want the address of record with a tag", m.get("From"))
		}
		second := r.want(2)
		if second.get("Call-ID") != m.get("Call-ID") || second.get("CSeq") != "2 REGISTER" {
			t.Errorf("refresh: got Call-ID %q CSeq %q, want %q and 2 REGISTER", second.get("Call-ID"), second.get("CSeq"), m.get("Call-ID"))
		}
		stop()
		last := r.want(3)
		if last.get("Expires") != "0" || last.get("Contact") != ourContact {
			t.Errorf("end: got Expires %q Contact %q, want 0 and ours", last.get("Expires"), last.get("Contact"))
		}
		w.wantStatus(false, "")
		w.wantLog("msg=registered", 1)
		w.wantLog("msg=unregistered", 1)
	})
}

func TestRefreshFollowsWhatIsGranted(t *testing.T) {
	others := "Contact: \"a, b\" <sip:alice@198.51.100.7:5060>;expires=30, <sip:bob@192.0.2.1:5060>;expires=20"
	tests := []struct {
		name  string
		reply []string
		want  string // times of the requests
	}{
		{"as asked", []string{"200 OK"}, "0 495 990"},
		{"our Contact", []string{"200 OK", others, "Contact: <sip:alice@192.0.2.1>;expires=\"100\"", "Expires: 50"}, "0 83 165"},
		{"our Contact without a time", []string{"200 OK", "Contact: <sip:alice@192.0.2.1>", "Expires: 200"}, "0 165 330"},
		{"a Contact rewritten on the way", []string{"200 OK", "m: <sip:alice-9@10.0.0.1:5090>;expires=40"}, "0 33 66"},
		{"only Expires", []string{"200 OK", "Expires: 400"}, "0 330 660"},
		{"more than asked", []string{"200 OK", "Expires: 4000000000"}, "0 495 990"},
		{"nonsense", []string{"200 OK", "Expires: soon", "Contact: <<>"}, "0 495 990"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inRegistration(t, nil, func(w *world) {
				r := w.registrar(registrarAddr, refuse(tt.reply...))
				w.register(trunk())
				r.want(3)
				if got := r.times(); got != tt.want {
					t.Errorf("requests at: got %s s, want %s s", got, tt.want)
				}
			})
		})
	}
}

func TestFailureBacksOff(t *testing.T) {
	tests := []struct {
		name      string
		script    func(int, message) []string
		diagnosis string
		want      string
	}{
		{"refused", refuse("403 Forbidden"), RegRejected, "0 45 135 315 540"},
		{"Retry-After beyond the pause", refuse("503 Service Unavailable", "Retry-After: 200 (soon);duration=5"), RegRejected, "0 200 400 600 825"},
		{"Retry-After without end", refuse("503 Service Unavailable", "Retry-After: 99999999999999999999"), RegRejected, "0 3600 7200 10800 14400"},
		{"Retry-After within the pause", refuse("503 Service Unavailable", "Retry-After: 1"), RegRejected, "0 45 135 315 540"},
		{"nothing granted", refuse("200 OK", "Expires: 0"), RegRejected, "0 45 135 315 540"},
		{"423 without Min-Expires", refuse("423 Interval Too Brief"), RegRejected, "0 45 135 315 540"},
		{"redirected", refuse("302 Moved", "Contact: <sip:192.0.2.99>"), RegRejected, "0 45 135 315 540"},
		{"no digest", refuse("401 Unauthorized", `WWW-Authenticate: Basic realm="x"`), RegAuth, "0 45 135 315 540"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inRegistration(t, nil, func(w *world) {
				r := w.registrar(registrarAddr, tt.script)
				stop := w.register(trunk())
				r.want(5)
				if got := r.times(); got != tt.want {
					t.Errorf("requests at: got %s s, want %s s", got, tt.want)
				}
				status := w.wantStatus(false, tt.diagnosis)
				if status.Failures != 5 || status.Attempts != 5 || status.LastError == "" {
					t.Errorf("status: got %+v, want 5 failures of 5 requests and a reason", status)
				}
				stop()
				w.wantLog("diagnosis="+tt.diagnosis, 5)
				if got := len(r.seen()); got != 5 {
					t.Errorf("requests after the end: got %d, want 5: nothing is bound", got)
				}
			})
		})
	}
}

// Silence is repeated as RFC 3261 section 17.1.2 has it, and ends after 32 s.
func TestSilence(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, refuse())
		w.register(trunk())
		r.want(12)
		if got, want := r.times(), "0 0 2 4 8 12 16 20 24 28 32 77"; got != want {
			t.Errorf("requests at: got %s s, want %s s", got, want)
		}
		w.wantStatus(false, RegTimeout)
		r.follow(accept(600))
		time.Sleep(time.Minute)
		w.wantStatus(true, "")
	})
}

// The registrar answers, but late: the repetitions slow down after a 100.
func TestProvisionalResponse(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, func(n int, m message) []string {
			if n < 4 {
				return []string{"100 Trying"}
			}
			return []string{"200 OK"}
		})
		w.register(trunk())
		r.want(4)
		if got, want := r.times(), "0 0 4 8"; got != want {
			t.Errorf("requests at: got %s s, want %s s", got, want)
		}
		w.wantStatus(true, "")
	})
}

func TestIntervalTooBrief(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, func(_ int, m message) []string {
			if m.get("Expires") != "1000" && m.get("Expires") != "0" {
				return []string{"423 Interval Too Brief", "Min-Expires: 1000"}
			}
			return []string{"200 OK"}
		})
		w.register(trunk())
		r.want(3)
		if got, want := r.times(), "0 0 825"; got != want {
			t.Errorf("requests at: got %s s, want %s s: the longer time is kept", got, want)
		}
		w.wantStatus(true, "")
	})
}

// The account is registered until the last binding ends, whatever fails before.
func TestBindingOutlivesAFailure(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, accept(600))
		stop := w.register(trunk())
		r.want(1)
		r.follow(refuse("500 Server Internal Error"))
		r.want(2)
		w.wantStatus(true, RegRejected)
		time.Sleep(200 * time.Second)
		w.wantStatus(false, RegRejected)
		r.follow(accept(600))
		time.Sleep(5 * time.Minute)
		w.wantStatus(true, "")
		stop()
		w.wantLog("msg=registered", 2)
	})
}

// A registrar that has forgotten everything learns it again at the next refresh.
func TestRegistrarRestarts(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, accept(60))
		w.register(trunk())
		r.want(2)
		r.conn.Close()
		time.Sleep(3 * time.Minute)
		w.wantStatus(false, RegTimeout)
		again := w.registrar(registrarAddr, accept(60))
		again.want(1)
		time.Sleep(time.Second)
		w.wantStatus(true, "")
	})
}

func TestNames(t *testing.T) {
	second := "203.0.113.10"
	tests := []struct {
		name  string
		names map[string]string
		port  uint16
	}{
		{"of an address", map[string]string{"sip.example.net": "203.0.113.9"}, 5060},
		{"the first address is silent", map[string]string{"sip.example.net": second + " 203.0.113.9"}, 5060},
		{"SRV", map[string]string{"_sip._udp.sip.example.net": "a.example.net:5060", "a.example.net": "203.0.113.9", "sip.example.net": second}, 0},
		{"no SRV", map[string]string{"sip.example.net": "203.0.113.9"}, 0},
		{"IPv6 has no socket here", map[string]string{"sip.example.net": "2001:db8::9 203.0.113.9"}, 5060},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inRegistration(t, tt.names, func(w *world) {
				r := w.registrar(registrarAddr, accept(600))
				a := trunk()
				a.Registrar, a.Port = "sip.example.net", tt.port
				start := time.Now()
				w.register(a)
				m := r.want(1)
				if want := "<sip:alice@sip.example.net>"; m.get("To") != want {
					t.Errorf("To: got %q, want %q", m.get("To"), want)
				}
				if got := m.at.Sub(start); got > time.Second && !strings.Contains(tt.name, "silent") {
					t.Errorf("registered: got it after %v, want it at once", got)
				}
				time.Sleep(time.Second)
				w.wantStatus(true, "")
			})
		})
	}
}

// A registrar that refuses gives way to the next address of its name.
func TestNextAddressAfterARefusal(t *testing.T) {
	inRegistration(t, map[string]string{"sip.example.net": "203.0.113.10 203.0.113.9"}, func(w *world) {
		w.registrar(netip.MustParseAddrPort("203.0.113.10:5060"), refuse("503 Service Unavailable"))
		r := w.registrar(registrarAddr, accept(600))
		a := trunk()
		a.Registrar = "sip.example.net"
		w.register(a)
		r.want(1)
	})
}

// second is a resolver that knows nothing at first.
type second struct {
	table
	asked atomic.Int32
}

func (s *second) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	if s.asked.Add(1) == 1 {
		host = ""
	}
	return s.table.LookupNetIP(ctx, network, host)
}

func TestNameIsLookedUpAgain(t *testing.T) {
	names := &second{table: table{"sip.example.net": "203.0.113.9"}}
	inRegistrationWith(t, names, func(w *world) {
		a := trunk()
		a.Registrar = "sip.example.net"
		r := w.registrar(registrarAddr, accept(600))
		start := time.Now()
		w.register(a)
		time.Sleep(10 * time.Second)
		if status := w.wantStatus(false, RegUnreachable); !strings.Contains(status.LastError, "sip.example.net has no address: no such host") {
			t.Errorf("reason: got %q, want the name", status.LastError)
		}
		r.want(1)
		if got, want := w.sent("REGISTER")[0].Sub(start), 45*time.Second; got.Round(time.Second) != want {
			t.Errorf("first request: got it after %v, want %v", got, want)
		}
	})
}

func TestAccountsAreIndependent(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		w.registrar(registrarAddr, accept(600))
		other := trunk()
		other.Name, other.Registrar, other.Required = "other", "203.0.113.99", false
		w.register(trunk())
		time.Sleep(time.Second)
		w.register(other)
		time.Sleep(time.Minute)
		var got []string
		for _, s := range w.server.Registrations() {
			got = append(got, fmt.Sprintf("%s %v %v %s", s.Account, s.Required, s.Registered, s.Diagnosis))
		}
		if want := "trunk true true , other false false REG-TIMEOUT"; strings.Join(got, ", ") != want {
			t.Errorf("status: got %v, want %s", got, want)
		}
	})
}

// A NAT must not close between two registrations.
func TestKeepAlive(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, accept(600))
		w.register(trunk())
		r.want(2)
		times := w.sent("\r\n\r\n")
		if len(times) != 18 {
			t.Fatalf("pings in 495 s: got %d, want 18, one in 26.5 s", len(times))
		}
		if got := times[1].Sub(times[0]); got != 26500*time.Millisecond {
			t.Errorf("between two pings: got %v, want 26.5 s", got)
		}
	})
}

// The end is not held up by a registrar that is gone.
func TestUnregisterIsBounded(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		r := w.registrar(registrarAddr, accept(600))
		stop := w.register(trunk())
		r.want(1)
		time.Sleep(time.Second)
		r.follow(refuse())
		began := time.Now()
		stop()
		if took := time.Since(began); took != unregisterTime {
			t.Errorf("end: took %v, want %v", took, unregisterTime)
		}
		w.wantLog("not unregistered", 1)
	})
}

func TestCloseEndsRegister(t *testing.T) {
	inRegistration(t, nil, func(w *world) {
		w.registrar(registrarAddr, refuse())
		done := make(chan error)
		go func() { done <- w.server.Register(context.Background(), trunk()) }()
		time.Sleep(time.Second)
		w.close()
		if err := <-done; err != nil {
			t.Errorf("Register: got %v, want nil", err)
		}
		if err := w.server.Register(context.Background(), trunk()); !errors.Is(err, ErrClosed) {
			t.Errorf("Register after Close: got %v, want ErrClosed", err)
		}
	})
}
