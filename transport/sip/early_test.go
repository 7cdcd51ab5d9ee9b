package sip

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"pickup/transport/memnet"
)

// handling is a handler that is a function.
type handling func(*Leg)

func (h handling) Invite(l *Leg)       { h(l) }
func (handling) Availability() Refusal { return Refusal{} }
func (handling) Overload() Refusal     { return Refusal{} }

// subscribingLate has a handler that rings, listens a second later, and then plays.
func subscribingLate(w *world, play func(*call)) {
	w.server.handler = handling(func(l *Leg) {
		if _, err := l.Ring(nil); err != nil {
			w.Errorf("Ring: %v", err)
		}
		time.Sleep(time.Second)
		c := &call{T: w.T, Leg: l, events: make(chan event, 16)}
		l.Subscribe(c)
		play(c)
	})
}

func TestCancelBeforeSubscribeIsTold(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		subscribingLate(w, func(c *call) {
			if e := c.hear("cancelled"); time.Since(e.at) != 0 || len(c.events) != 0 {
				c.Errorf("told %v ago and %d events more, want it from within Subscribe and alone", time.Since(e.at), len(c.events))
			}
		})
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.send("CANCEL")
		c.want("200")
		c.want("487")
		c.send("ACK")
		c.wantSilence(time.Minute)
	})
}

func TestByeBeforeSubscribeIsTold(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		subscribingLate(w, func(c *call) {
			if e := c.hear("bye"); time.Since(e.at) != 0 || len(c.events) != 0 {
				c.Errorf("told %v ago and %d events more, want it from within Subscribe and alone", time.Since(e.at), len(c.events))
			}
			c.must(c.Reject(Refusal{Status: 487}))
		})
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.send("BYE")
		c.want("200")
		c.want("487")
		c.send("ACK")
		c.wantSilence(time.Minute)
	})
}

// An ACK may be there before the call that sends the 200 has returned.
func TestAckThatOvertakesTheAnswerStopsTheRepetition(t *testing.T) {
	var server *Server
	var acks atomic.Int32
	overtake := func(p memnet.Packet) { // as the read loop does
		if p.From != serverAddr || !strings.HasPrefix(string(p.Data), "SIP/2.0 200") || acks.Add(1) > 1 {
			return
		}
		ok := parse(string(p.Data))
		ack := message{start: "ACK sip:pickup@192.0.2.1 SIP/2.0", fields: []string{
			"Via: SIP/2.0/UDP 198.51.100.1:5070;branch=z9hG4bK-ack", "From: " + ok.get("From"), "To: " + ok.get("To"),
			"Call-ID: " + ok.get("Call-ID"), "CSeq: 1 ACK", "Content-Length: 0",
		}}
		msg, err := server.parser.ParseSIP([]byte(ack.String()))
		if err != nil {
			t.Errorf("ACK: %v", err)
			return
		}
		req := msg.(*gosip.Request)
		server.normalise(req)
		server.acknowledge(req)
	}
	inWorld(t, func(c *call) {
		c.accept()
		if e := c.hear("acked"); time.Since(e.at) != 0 {
			c.Errorf("acked: told %v ago, want now", time.Since(e.at))
		}
		if c.timer != nil || c.deadline != nil {
			c.Error("a timer was started for an answer that is acknowledged")
		}
		c.hear("bye")
	}, func(w *world) {
		server = w.server
		w.network.Tap(overtake)
		c := w.caller()
		c.send("INVITE")
		c.want("200")
		c.wantSilence(time.Minute)
		w.wantSent("SIP/2.0 200", 0)
		c.send("BYE")
		c.want("200")
	})
}
