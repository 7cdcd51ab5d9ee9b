package sip

import (
	"testing"
	"time"

	"pickup/transport/sip/siptest"
)

// RFC 5626 section 4.4.1: who has answered a ping and does not answer a later one within
// 10 s is gone. Who never answered any may not know them.
func TestSilentRegistrarIsNoticed(t *testing.T) {
	tests := []struct {
		name  string
		pongs []string // to the first pings
		lost  bool     // then there is silence
	}{
		{"never answered", nil, false},
		{"pings itself", []string{"\r\n\r\n"}, false},
		{"one pong", []string{"\r\n"}, true},
		{"three pongs", []string{"\r\n", "\r\n", "\r\n"}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inStreamRegistration(t, func(w *world, accept func() *siptest.Caller) {
				a := streamTrunk()
				a.Expires = time.Hour
				w.register(a)
				r := accept()
				answerRegister(r, r.Other(), "200 OK")
				for _, pong := range test.pongs {
					if m := r.Other(); m.Start != "" {
						t.Fatalf("got %q, want a ping", m.Start)
					}
					r.Other() // its second line
					r.Send(pong)
				}
				for range map[bool]int{true: 2, false: 40}[test.lost] {
					if m := r.Other(); m.Start != "" {
						t.Fatalf("got %q, want a ping", m.Start)
					}
				}
				if !test.lost {
					w.wantLog("keep-alive", 0)
					return
				}
				asked := time.Now()
				r.Closed()
				if got := time.Since(asked); got != pongTime {
					t.Errorf("end of the connection: got it %v after the ping, want %v", got, pongTime)
				}
				again := accept()
				if got, want := time.Since(asked), pongTime+3*time.Second; got != want {
					t.Errorf("connected again: %v after the ping, want %v", got, want)
				}
				answerRegister(again, again.Other(), "200 OK")
				w.wantStatus(true, "")
				w.wantLog("keep-alive", 1)
			})
		})
	}
}

// A message that comes in the place of the pong is a sign of life too.
func TestRequestInThePlaceOfAPong(t *testing.T) {
	inStreamRegistration(t, func(w *world, accept func() *siptest.Caller) {
		a := streamTrunk()
		a.Expires = time.Hour
		w.register(a)
		r := accept()
		answerRegister(r, r.Other(), "200 OK")
		r.Other()
		r.Other()
		r.Send("\r\n")
		r.Other()
		r.Other()
		time.Sleep(pongTime - time.Second)
		ask(r)
		time.Sleep(pongTime)
		if got := w.server.Stats().Connections; got != 1 {
			t.Errorf("connections: got %d, want 1", got)
		}
	})
}
