package sip

import (
	"strings"
	"testing"
	"time"
)

func TestDigitInABody(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name, body string
		key        byte
		length     time.Duration
	}{
		{"relay", "Signal=5\r\nDuration=160\r\n", '5', 160 * ms},
		{"blanks", "Signal= 5 \r\n Duration = 160\r\n", '5', 160 * ms},
		{"case and line ends", "SIGNAL=a\nduration=250", 'A', 250 * ms},
		{"the other order", "Duration=100\r\nSignal=#\r\n", '#', 100 * ms},
		{"no length", "Signal=*", '*', 0},
		{"number of the star", "Signal=10\r\nDuration=100", '*', 100 * ms},
		{"number of the hash", "Signal=11", '#', 0},
		{"number of D", "Signal=15", 'D', 0},
		{"flash", "Signal=16", '!', 0},
		{"flash as a sign", "Signal=!", '!', 0},
		{"bare", "5", '5', 0},
		{"bare with a line end", " 9\r\n", '9', 0},
		{"bare letter", "d", 'D', 0},
		{"length that is none", "Signal=5\r\nDuration=-1", '5', 0},
		{"endless", "Signal=5\r\nDuration=65535", '5', time.Minute},
		{"two signals", "Signal=5\r\nSignal=6", '5', 0},
		{"unknown lines", "Volume=3\r\nSignal=5\r\nX", '5', 0},
		{"number beyond", "Signal=17", 0, 0},
		{"two digits", "55", 0, 0},
		{"other letter", "Signal=E", 0, 0},
		{"no ASCII", "Signal=５", 0, 0},
		{"nothing", "\r\n\r\n", 0, 0},
		{"no value", "Signal=\r\nDuration=5", 0, 5 * ms},
	}
	for _, tt := range tests {
		if got, want := parseDigit(tt.body), (infoDigit{tt.key, tt.length}); got != want {
			t.Errorf("%s: got %q for %v, want %q for %v", tt.name, got.key, got.length, want.key, want.length)
		}
	}
}

func FuzzInfoDigit(f *testing.F) {
	for _, seed := range []string{"Signal=5\r\nDuration=160\r\n", "5", "Signal=11", "==\n=\r", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		d := parseDigit(body)
		if d.key != 0 && !strings.ContainsRune("0123456789*#ABCD!", rune(d.key)) || d.length < 0 || d.length > maxInfoLength {
			t.Errorf("got %q for %v", d.key, d.length)
		}
	})
}

// Digits are handed up once each, also while it rings, and answered.
func TestInfoBringsDigits(t *testing.T) {
	heard := make(chan string, 8)
	takes := func(c *call) {
		c.ring()
		for range 2 {
			heard <- c.hear("digit").text
			c.refuse = len(heard) == 2
		}
		c.accept()
		c.hear("acked")
		heard <- c.hear("digit").text
		c.hear("bye")
	}
	inWorld(t, takes, func(w *world) {
		c := w.caller()
		c.send("INVITE")
		c.want("180")
		info := func(cseq, kind, body, want string) {
			branch := c.branched("digit" + cseq)
			req := c.send("INFO", carrying(kind, body), branch, set("CSeq", cseq+" INFO"))
			c.want(want)
			c.raw(req.String()) // again
			c.want(want)
		}
		info("2", "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "200")
		info("3", "application/dtmf", "#", "200")
		c.want("200")
		c.send("ACK", set("CSeq", "1 ACK"))
		info("4", "application/dtmf", "x", "400")
		info("5", "application/dtmf", "7", "500") // the call has no room for it
		info("6", "application/dtmf", "8", "200")
		c.send("BYE", set("CSeq", "7 BYE"))
		c.want("200")
		for _, want := range []string{"5 160ms", "# 0s", "8 0s"} {
			if got := <-heard; got != want {
				t.Errorf("digit: got %q, want %q", got, want)
			}
		}
	})
}
