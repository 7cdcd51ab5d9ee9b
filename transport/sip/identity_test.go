package sip

import (
	"strings"
	"testing"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// received makes a request as prepare leaves it, without a tag of ours.
func received(t *testing.T, text string) *gosip.Request {
	t.Helper()
	msg, err := gosip.NewParser().ParseSIP([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return msg.(*gosip.Request)
}

const tagged = "INVITE sip:pickup@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1:5070;branch=z9hG4bK-1\r\n" +
	"From: <sip:alice@198.51.100.1>;tag=alice\r\nTo: <sip:pickup@192.0.2.1>\r\nCall-ID: call-1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"

func TestTagNamesTheTransaction(t *testing.T) {
	tagger := newTagger()
	first := tagger.tag(received(t, tagged))
	if again := tagger.tag(received(t, tagged)); again != first || len(first) != 2*tagBytes {
		t.Errorf("same request: got %q and %q, want one tag of %d digits", first, again, 2*tagBytes)
	}
	for _, part := range []struct{ from, to string }{
		{"Call-ID: call-1", "Call-ID: call-2"}, {"tag=alice", "tag=bob"}, {"CSeq: 1 ", "CSeq: 2 "}, {"z9hG4bK-1", "z9hG4bK-2"},
	} {
		if got := tagger.tag(received(t, strings.Replace(tagged, part.from, part.to, 1))); got == first {
			t.Errorf("%s instead of %s: got the same tag", part.to, part.from)
		}
	}
}

// The key is what nobody else has.
func TestTagCannotBeForetold(t *testing.T) {
	seen := map[string]bool{}
	keyless, one, other := tagger{}, newTagger(), newTagger()
	for _, tagger := range []tagger{keyless, one, other} {
		seen[tagger.tag(received(t, tagged))] = true
	}
	if len(seen) != 3 {
		t.Errorf("tags of one request without a key and by two servers: got %v, want three", seen)
	}
	inWorld(t, takesCalls, func(w *world) {
		if w.server.tags == (tagger{}) {
			t.Error("the server's tags have no key")
		}
	})
}

func TestDialogsOfTheSameTagsAreTwo(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.answered()
		c.send("BYE", c.branched("other"), set("Call-ID", "call-2"))
		c.want("481")
		c.send("BYE")
		c.want("200")
	})
}

// RFC 3261 section 8.2.2.2: a merged request has the CSeq of the first.
func TestInviteOfAnotherCSeqIsNotMerged(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		first := w.caller()
		first.answered()
		second := *first
		second.to, second.branch = "<sip:pickup@192.0.2.1>", "z9hG4bK-second"
		second.send("INVITE", set("CSeq", "2 INVITE"))
		second.want("180")
		second.want("200")
		second.send("ACK", second.branched("ack2"), set("CSeq", "2 ACK"))
		if first.to == second.to {
			t.Error("the two calls have one tag")
		}
		first.send("BYE", first.branched("bye1"))
		first.want("200")
		second.send("BYE", second.branched("bye2"), set("CSeq", "3 BYE"))
		second.want("200")
		second.wantSilence(time.Minute)
		w.wantCalls(2)
	})
}
