package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pickup/transport/memnet"
	"pickup/transport/sip/siptest"
)

// lossy is a bad network: 5 % of the packets are lost, 5 % come twice, 5 % late.
func lossy(seed uint64) memnet.Options {
	return memnet.Options{
		Latency: 20 * time.Millisecond, Jitter: 30 * time.Millisecond,
		Loss: 0.05, Duplicate: 0.05, Reorder: 0.05, Seed: seed,
	}
}

// changes is a call with every kind of change. A user agent that repeats what is lost
// sees it as on a network that loses nothing.
func changes(t *testing.T, call *siptest.Call) {
	t.Helper()
	settle := func() { time.Sleep(time.Second) } // "It MUST wait" for the last one to be complete
	settle()
	call.Reinvite(offer)
	if m := call.Want(200); string(m.Body) != reply {
		t.Errorf("re-INVITE: got %q, want the answer", m.Body)
	}
	call.Ack()
	settle()
	call.Do("INFO", "Signal=5", "Content-Type: application/dtmf-relay")
	call.Want(200)
	call.Reinvite("refuse")
	call.Want(488)
	call.AckRefusal()
	settle()
	call.Do("UPDATE", offer)
	if m := call.Want(200); string(m.Body) != reply {
		t.Errorf("UPDATE: got %q, want the answer", m.Body)
	}
	call.Do("UPDATE", "")
	call.Want(200)
	call.Reinvite("")
	call.Want(200)
	call.AckWith(offer)
	settle()
}

func TestChangesOnABadNetwork(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			inWorldOf(t, lossy(seed), renegotiates, func(w *world) {
				phone := w.phone()
				phone.Insist()
				call := phone.Invite(offer)
				call.WantFinal(200)
				call.Ack()
				changes(t, call)
				hangUp(call)
				call.WantNothing(time.Minute)
				w.wantCalls(1)
			})
		})
	}
}

// The 200 to the re-INVITE, its ACK and our BYE are lost again and again.
func TestEveryMessageIsLostOnce(t *testing.T) {
	inWorld(t, func(c *call) {
		takesCall(c)
		c.hear("reoffered")
		c.must(c.Reply([]byte(reply)))
		c.hear("reanswered")
		c.hangUp()
		c.hear("bye answered")
	}, func(w *world) {
		lost := map[string]bool{}
		w.network.Filter(func(p memnet.Packet) bool {
			start, rest, _ := strings.Cut(string(p.Data), "\r\n")
			_, cseq, _ := strings.Cut(rest, "CSeq: ")
			key := start + cseq[:5]
			first := !lost[key]
			lost[key] = true
			return !first
		})
		phone := w.phone()
		phone.Insist()
		call := phone.Invite(offer)
		call.WantFinal(200)
		call.Ack()
		time.Sleep(10 * time.Second) // until our ACK has come
		call.Reinvite("")
		call.Want(200)
		call.AckWith(offer)
		call.Reply(call.WantRequest("BYE"), 200)
		call.WantNothing(time.Minute)
		w.wantCalls(1)
	})
}
