package sip

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestCallIsAnsweredAndHungUpByTheCaller(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		invite := c.send("INVITE")
		ringing := c.want("180 Ringing")
		ok := c.want("200 OK")
		if ringing.tag() == "" || ringing.tag() != ok.tag() || len(ok.tag()) < 16 {
			t.Errorf("To tags: got %q and %q, want one of at least 64 bits", ringing.tag(), ok.tag())
		}
		for _, name := range []string{"From", "Call-ID", "CSeq"} {
			if got, want := ok.get(name), invite.get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		for name, want := range map[string]string{
			"Contact": "<sip:192.0.2.1:5060>", "Allow": allow, "Content-Type": "application/sdp", "Server": "Pickup/test",
		} {
			if got := ok.get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		if got := ringing.get("Contact"); got != "<sip:192.0.2.1:5060>" {
			t.Errorf("Contact of the 180: got %q, want the server's address", got)
		}
		if len(ok.all("Supported")) != 1 || ok.body != answer {
			t.Errorf("200: got\n%v\nwant Supported and the answer", ok)
		}
		c.send("ACK", c.branched("ack"))
		c.send("BYE")
		c.want("200 OK")
		c.wantSilence(time.Minute)
		w.wantCalls(1)
	})
}

func TestAnswerIsRepeatedUntilAckTimeout(t *testing.T) {
	var waited time.Duration
	inWorld(t, func(c *call) {
		start := time.Now()
		c.accept()
		waited = c.hear("ack timeout").at.Sub(start)
		c.hangUp()
		c.hear("bye answered")
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		for range 11 {
			c.want("200")
		}
		bye := c.want("BYE")
		c.reply(bye, "200 OK")
		c.wantSilence(time.Minute)
		if waited != 32*time.Second {
			t.Errorf("AckTimeout: got after %v, want 32s", waited)
		}
		w.wantSent("SIP/2.0 200", 0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5)
		if got := w.server.Stats().Retransmitted; got != 10 {
			t.Errorf("retransmitted: got %d, want 10", got)
		}
	})
}

func TestAckStopsTheRepetition(t *testing.T) {
	tests := []struct {
		name    string
		changes func(*caller) []change
	}{
		{"with a branch of its own", func(c *caller) []change { return []change{c.branched("ack")} }},
		{"with the branch of the INVITE", func(*caller) []change { return nil }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(c *call) {
				c.accept()
				if got := c.hear("acked").text; got != offer {
					c.Errorf("body of the ACK: got %q, want the SDP", got)
				}
				c.hear("bye") // and no second "acked"
			}, func(w *world) {
				c := w.caller()
				c.send("INVITE")
				c.want("200")
				c.want("200") // the ACK for the first was lost
				for range 3 {
					c.send("ACK", append(test.changes(c), carrying(sessionDescription, offer))...)
				}
				c.wantSilence(40 * time.Second)
				w.wantSent("SIP/2.0 200", 0, 0.5)
				c.send("BYE")
				c.want("200")
			})
		})
	}
}

func TestAckOfAnotherTransactionAcknowledgesNothing(t *testing.T) {
	inWorld(t, func(c *call) {
		c.accept()
		c.hear("acked")
		c.hear("bye")
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("200")
		c.send("ACK", c.branched("x"), set("CSeq", "7 ACK"))
		c.send("ACK", c.branched("y"), set("To", "<sip:pickup@192.0.2.1>;tag=guess"))
		c.want("200") // still repeated
		c.send("ACK")
		c.wantSilence(10 * time.Second)
		c.send("BYE")
		c.want("200")
	})
}

// The library parks a goroutine for each ACK on the branch of the INVITE.
func TestRepeatedAckCostsNoGoroutine(t *testing.T) {
	inWorld(t, renegotiates, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.want("200")
		before := runtime.NumGoroutine()
		for range 100 {
			c.send("ACK")
		}
		c.branch += "-again"
		c.send("INVITE", set("CSeq", "2 INVITE"))
		c.want("200")
		for range 100 {
			c.send("ACK", set("CSeq", "2 ACK"))
		}
		c.wantSilence(time.Second)
		if got := runtime.NumGoroutine(); got > before+20 { // the runtime has some of its own
			t.Errorf("goroutines: got %d, want about the %d before the 200 ACKs", got, before)
		}
		c.send("BYE", set("CSeq", "3 BYE"))
		c.want("200")
	})
}

func TestRingingIsRepeatedEveryMinute(t *testing.T) {
	inWorld(t, func(c *call) {
		c.ring()
		time.Sleep(150 * time.Second)
		c.must(c.Reject(Refusal{Status: 480}))
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		c.want("180")
		c.want("180")
		c.want("480")
		c.send("ACK")
		c.wantSilence(2 * time.Minute)
		w.wantSent("SIP/2.0 180", 0, 60, 120)
	})
}

func TestRejectionSaysWhyAndIsRepeatedUntilAck(t *testing.T) {
	inWorld(t, func(c *call) {
		c.must(c.Reject(Refusal{Status: 488, RetryAfter: 1500 * time.Millisecond, Warning: Warning{305, `no "codec"` + "\r\nX: y"}}))
		if err := c.Reject(Refusal{Status: 486}); !errors.Is(err, ErrState) {
			c.Errorf("second rejection: got %v, want ErrState", err)
		}
		if err := c.Answer(nil); !errors.Is(err, ErrState) {
			c.Errorf("answer after rejection: got %v, want ErrState", err)
		}
		if err := c.Leg.Bye(Reason{}); !errors.Is(err, ErrState) {
			c.Errorf("BYE after rejection: got %v, want ErrState", err)
		}
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		m := c.want("488 Not Acceptable Here")
		if got, want := m.get("Retry-After"), "2"; got != want {
			t.Errorf("Retry-After: got %q, want %q", got, want)
		}
		if got, want := m.get("Warning"), `305 192.0.2.1:5060 "no \"codec\"  X: y"`; got != want {
			t.Errorf("Warning: got %q, want %q", got, want)
		}
		c.want("488")
		c.send("ACK")
		c.wantSilence(time.Minute)
	})
}

func TestTryingComesWithin200Milliseconds(t *testing.T) {
	inWorld(t, func(c *call) {
		time.Sleep(time.Second)
		c.must(c.Reject(Refusal{Status: 486}))
	}, func(w *world) {
		c := w.caller()
		start := time.Now()
		c.send("INVITE", also("Timestamp", "54"))
		m := c.want("100")
		if got := m.at.Sub(start); got > 202*time.Millisecond || m.get("Timestamp") != "54" {
			t.Errorf("100: got after %v with Timestamp %q, want within 202ms with 54", got, m.get("Timestamp"))
		}
		c.want("486")
		c.send("ACK")
	})
}

func TestLargeResponseLeaves(t *testing.T) {
	body := answer + strings.Repeat("a=x:"+strings.Repeat("y", 60)+"\r\n", 40)
	inWorld(t, func(c *call) {
		c.must(c.Answer([]byte(body)))
		c.hear("acked")
		c.hear("bye")
	}, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		if m := c.want("200"); m.body != body {
			t.Errorf("body: got %d bytes, want %d", len(m.body), len(body))
		}
		c.send("ACK")
		c.send("BYE")
		c.want("200")
	})
}

func TestHandlerThatReturnsEarlyDoesNotLeaveTheCallerHanging(t *testing.T) {
	t.Run("without a final response", func(t *testing.T) {
		inWorld(t, func(c *call) { c.ring() }, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			c.want("180")
			c.want("500")
			c.send("ACK")
			if !strings.Contains(w.log.String(), "handler returned before its call was over") {
				t.Errorf("log: got %q, want the broken contract", w.log)
			}
		})
	})
	t.Run("within the dialog", func(t *testing.T) {
		inWorld(t, func(c *call) { c.accept(); c.hear("acked") }, func(w *world) {
			c := w.caller()
			c.send("INVITE")
			c.want("200")
			c.send("ACK")
			c.reply(c.want("BYE"), "200 OK")
			c.wantSilence(time.Minute)
		})
	})
}
