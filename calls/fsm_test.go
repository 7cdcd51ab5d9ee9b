package calls

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
)

// TestEveryEventInEveryState walks the full product. What the table has moves the
// call as it says; everything else is a late event that changes nothing.
func TestEveryEventInEveryState(t *testing.T) {
	events := []Event{
		answerDue{}, rejected{errFake}, Cancelled{}, Bye{}, ringTimeout{}, Hangup{}, Shutdown{},
		Acked{}, AnswerFailed{Err: errFake}, AckTimeout{}, Played{}, MediaFailed{errFake}, maxDuration{},
		ByeAnswered{Status: 200}, hangupTimeout{}, Reoffered{}, Reanswered{},
		PrackTimeout{}, SessionExpired{}, Pracked{}, Pressed{}, hangupKey{}, OneWay{}, Silent{},
	}
	want := map[situation]State{}
	for _, r := range append(table, within...) {
		want[situation{r.from, r.on}] = r.to
	}
	for _, from := range states[:len(states)-1] {
		for _, e := range events {
			t.Run(string(from)+"/"+string(e.trigger()), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { tryEvent(t, from, e, want) })
			})
		}
	}
}

func tryEvent(t *testing.T, from State, e Event, want map[situation]State) {
	h := start(t)
	h.reach(from)
	before := len(h.all())
	h.post(e)
	to, known := want[situation{from, e.trigger()}]
	if !known {
		to = from
		if got := len(h.all()); got != before {
			t.Errorf("a late event had %q done", h.all()[before:])
		}
		if _, late := h.notices[len(h.notices)-1].(Late); !late {
			t.Errorf("last notice: got %T, want Late", h.notices[len(h.notices)-1])
		}
	}
	if got := h.state(); got != to {
		t.Errorf("state: got %s, want %s", got, to)
	}
	h.post(Hangup{})
	h.post(ByeAnswered{})
	r := h.done()
	if r.Cause == "" || r.HungUpBy == "" || r.Status == 0 && r.Cause != Unreachable {
		t.Errorf("record: got cause %q, by %q, status %d, want all three", r.Cause, r.HungUpBy, r.Status)
	}
	if h.Post(e) {
		t.Error("a call that is Done took an event")
	}
}

func TestEveryStateLeadsToDone(t *testing.T) {
	leads := map[State]bool{Done: true}
	for range states {
		for _, r := range table {
			if leads[r.to] {
				leads[r.from] = true
			}
		}
	}
	for _, s := range states {
		if !leads[s] {
			t.Errorf("no way from %s to Done", s)
		}
	}
}

func TestDiagramInTheDocsIsTheTable(t *testing.T) {
	page, err := os.ReadFile("../docs/call-flow.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{Mermaid, Table} {
		diagram, err := Diagram(format)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), strings.TrimSpace(diagram)) {
			t.Errorf("docs/call-flow.md has another %s than the code: run make docs", format)
		}
	}
}

func TestDiagramRefusesOtherFormats(t *testing.T) {
	if _, err := Diagram("svg"); err == nil || !strings.Contains(err.Error(), "mermaid, dot, table") {
		t.Errorf("got %v, want an error that names the formats", err)
	}
}
