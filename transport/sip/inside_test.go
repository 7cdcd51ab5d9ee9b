package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// ask sends a request of its own transaction and gives the status of its response.
func (c *caller) ask(method string, number int) string {
	c.t.Helper()
	c.send(method, c.branched(fmt.Sprint(method, number)), set("CSeq", fmt.Sprint(number, " ", method)))
	m, _ := c.next(time.Minute)
	_, status, _ := strings.Cut(m.start, " ")
	if strings.HasPrefix(status, "503") && m.get("Retry-After") != "5" {
		c.t.Errorf("Retry-After: got %q, want 5", m.get("Retry-After"))
	}
	return status[:min(3, len(status))]
}

// A dialog does not pass the bounds of what begins outside one, and its BYE is heard.
func TestRequestsInsideADialogAreBounded(t *testing.T) {
	tests := []struct {
		name   string
		limits Limits
		want   int // OPTIONS that are answered
	}{
		{"of one dialog", Limits{}, maxInside},
		{"of all", Limits{Transactions: 20}, 19}, // the INVITE has one
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBoundedWorld(t, ACL{}, test.limits, takesCalls, func(w *world) {
				c := w.caller()
				c.answered()
				time.Sleep(time.Second)
				answered := 0
				for i := range 1000 {
					if got := c.ask("OPTIONS", 2+i); got == "200" {
						answered++
					} else if got != "503" {
						t.Fatalf("OPTIONS %d: got %s, want 200 or 503", i, got)
					}
				}
				if answered != test.want {
					t.Errorf("answered: got %d, want %d", answered, test.want)
				}
				if got := w.server.Stats().Transactions; got > test.want+1 {
					t.Errorf("transactions: got %d, want at most %d", got, test.want+1)
				}
				c.send("OPTIONS", c.branched("OPTIONS2"), set("CSeq", "2 OPTIONS"))
				c.want("200") // repeated
				before := w.server.Stats().Transactions
				if got := c.ask("BYE", 2000); got != "200" {
					t.Errorf("BYE: got %s, want 200", got)
				}
				time.Sleep(40 * time.Second) // the transaction of the INVITE is over
				for i := range 100 {
					if got := c.ask("INFO", 3000+i); got != "481" {
						t.Fatalf("INFO after the end: got %s, want 481", got)
					}
				}
				if got := w.server.Stats().Transactions; got > before {
					t.Errorf("transactions after the end: got %d, want at most %d", got, before)
				}
			})
		})
	}
}

// A dialog that was crowded is heard again later.
func TestDialogIsCrowdedForAWhile(t *testing.T) {
	inWorld(t, takesCalls, func(w *world) {
		c := w.caller()
		c.answered()
		for i := range 2 * maxInside {
			c.ask("INFO", 2+i)
		}
		time.Sleep(65 * time.Second)
		if got := c.ask("INFO", 1000); got != "200" {
			t.Errorf("a minute later: got %s, want 200", got)
		}
		if got := c.ask("BYE", 1001); got != "200" {
			t.Errorf("BYE: got %s, want 200", got)
		}
	})
}
