package sip

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pickup/transport/memnet"
	"pickup/transport/sip/siptest"
)

// inStreamRegistration has a server that listens to TCP and whose connections to the
// registrar the test accepts.
func inStreamRegistration(t *testing.T, test func(w *world, accept func() *siptest.Caller)) {
	t.Helper()
	inConnectedRegistration(t, func(w *world, accept func() net.Conn) {
		test(w, func() *siptest.Caller { return siptest.NewStreamCaller(w.T, accept()) })
	})
}

// inConnectedRegistration gives the test the bare connections.
func inConnectedRegistration(t *testing.T, test func(w *world, accept func() net.Conn)) {
	t.Helper()
	var l *siptest.Listener
	dial := func(_ context.Context, network, address string) (net.Conn, error) {
		if network != "tcp" || address != registrarAddr.String() {
			return nil, fmt.Errorf("nobody is at %s %s", network, address)
		}
		return l.Dial(netip.AddrPortFrom(serverAddr.Addr(), 40000))
	}
	inWorldAs(t, memnet.Options{}, Config{Random: even, Dial: dial, Resolver: table{registrarName: "203.0.113.9"}}, takesCalls, func(w *world) {
		l = siptest.NewListener(registrarAddr)
		w.listen()
		test(w, func() net.Conn {
			conn, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			return conn
		})
		l.Close()
		w.end() // the listener is joined by the cleanup
	})
}

func streamTrunk() Account {
	a := trunk()
	a.Transport = "tcp"
	return a
}

// answer sends the response to a REGISTER.
func answerRegister(c *siptest.Caller, request siptest.Message, lines ...string) {
	m := message{start: request.Start}
	for _, h := range request.Headers {
		m.fields = append(m.fields, h.Name+": "+h.Value)
	}
	c.Send(response(m, lines))
}

func TestRegisterOverTCP(t *testing.T) {
	inStreamRegistration(t, func(w *world, accept func() *siptest.Caller) {
		a := streamTrunk()
		a.Expires = time.Hour
		w.register(a)
		r := accept()
		first := r.Other()
		if got, want := first.Get("Contact"), "<sip:alice@192.0.2.1:5060;transport=tcp>"; got != want {
			t.Errorf("Contact: got %q, want %q, where connections are taken", got, want)
		}
		if via := first.Get("Via"); !strings.HasPrefix(via, "SIP/2.0/TCP 192.0.2.1:40000;branch=") {
			t.Errorf("Via: got %q, want our end of the connection", via)
		}
		answerRegister(r, first, "401 Unauthorized", "WWW-Authenticate: "+md5Challenge)
		second := r.Other()
		if second.Get("Authorization") == "" {
			t.Error("the challenge is not answered")
		}
		answerRegister(r, second, "200 OK", "Contact: "+second.Get("Contact")+";expires=3600")
		time.Sleep(time.Second)
		w.wantStatus(true, "")

		call := r.Invite(offer) // by the same connection, as through a NAT
		call.WantFinal(200)
		call.Ack()
		hangUp(call)
		w.wantCalls(1)
		time.Sleep(20 * time.Minute) // it is kept beyond the time of an idle connection
		if got := w.server.Stats().Connections; got != 1 {
			t.Errorf("connections: got %d, want 1", got)
		}
	})
}

// The connection is made anew when it is lost, but not in a loop.
func TestConnectionToRegistrarIsLost(t *testing.T) {
	inStreamRegistration(t, func(w *world, accept func() *siptest.Caller) {
		w.register(streamTrunk())
		var lost time.Time
		for i, want := range []time.Duration{0, 45 * time.Second, 3 * time.Second} {
			r := accept()
			m := r.Other()
			if got := time.Since(lost); i > 0 && got != want {
				t.Errorf("connection %d: got it %v after the loss, want %v", i+1, got, want)
			}
			answerRegister(r, m, "200 OK")
			if i == 1 {
				time.Sleep(time.Minute)
			}
			time.Sleep(time.Second)
			r.Close()
			lost = time.Now()
		}
		w.wantStatus(true, "")
		w.wantLog("msg=registered", 1)
	})
}

func TestNoConnectionToRegistrar(t *testing.T) {
	inStreamRegistration(t, func(w *world, _ func() *siptest.Caller) {
		a := streamTrunk()
		a.Port = 5099
		w.register(a)
		time.Sleep(time.Second)
		if s := w.wantStatus(false, RegUnreachable); !strings.Contains(s.LastError, "nobody is at tcp 203.0.113.9:5099") {
			t.Errorf("reason: got %q, want the address", s.LastError)
		}
	})
}
