package calls

import (
	"testing"
	"testing/synctest"
	"time"
)

// with has the call listen for digits and act on them.
func with(keys KeyActions) func(*harness, *Options) {
	return func(_ *harness, o *Options) { o.ListensDTMF, o.Keys = true, keys }
}

func pressedKey(key byte) Pressed {
	return Pressed{Digit{Key: key, Method: ByRTP, Duration: 100 * time.Millisecond}}
}

func TestDigitsDoWhatIsConfigured(t *testing.T) {
	tests := []struct {
		name string
		keys KeyActions
		key  byte
		want []string
	}{
		{"hang up", KeyActions{Hangup: '#', Restart: '*'}, '#', []string{"negotiate", "180", "200", "play", "stop", "BYE hangup_key"}},
		{"play anew", KeyActions{Hangup: '#', Restart: '*'}, '*', []string{"negotiate", "180", "200", "play", "play"}},
		{"another key", KeyActions{Hangup: '#', Restart: '*'}, '5', []string{"negotiate", "180", "200", "play"}},
		{"nothing configured", KeyActions{}, '#', []string{"negotiate", "180", "200", "play"}},
		{"no key", KeyActions{}, 0, []string{"negotiate", "180", "200", "play"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := start(t, with(tt.keys))
				h.reach(Playing)
				h.post(pressedKey(tt.key))
				h.wantDid(tt.want...)
				if last, ok := h.notices[len(h.notices)-1].(Dialled); tt.key == '5' && (!ok || last.Digit.Key != '5' || last.At.IsZero()) {
					t.Errorf("last notice: got %+v, want the digit", h.notices[len(h.notices)-1])
				}
				h.post(Bye{})
				if r := h.done(); len(r.Digits) != 1 || r.Digits[0].Key != tt.key || r.Digits[0].At.IsZero() {
					t.Errorf("digits: got %+v, want the one", r.Digits)
				}
			})
		})
	}
}

// A digit does nothing before the audio plays, nor after it.
func TestDigitsActOnlyWhileItPlays(t *testing.T) {
	for _, s := range []State{Ringing, Answering, HangingUp} {
		t.Run(string(s), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := start(t, with(KeyActions{Hangup: '#', Restart: '*'}))
				h.reach(s)
				before := len(h.all())
				h.post(pressedKey('#'))
				h.post(pressedKey('*'))
				if did := h.all()[before:]; len(did) != 0 || h.state() != s {
					t.Errorf("got %q and state %s, want nothing done in %s", did, h.state(), s)
				}
				h.post(Hangup{})
				h.post(ByeAnswered{})
				if r := h.done(); len(r.Digits) != 2 {
					t.Errorf("digits: got %d, want 2", len(r.Digits))
				}
			})
		})
	}
}

// A caller that plays the prompt again and again stays no longer than any other.
func TestRestartDoesNotMoveTheLongestDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, with(KeyActions{Restart: '*'}), func(_ *harness, o *Options) { o.MaxDuration = 10 * time.Second })
		h.reach(Playing)
		for range 9 {
			h.pass(time.Second)
			h.post(pressedKey('*'))
		}
		h.pass(time.Second)
		if h.state() != HangingUp {
			t.Errorf("state after 10 s: got %s, want %s", h.state(), HangingUp)
		}
		h.post(ByeAnswered{})
		wantEnd(t, h.done(), TooLong, Server, 200)
	})
}

// A caller that dials without end fills neither the mailbox nor the record.
func TestDigitsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, with(KeyActions{}))
		h.reach(Playing)
		for range 2 * maxDigits {
			h.post(pressedKey('1'))
		}
		taken := 0
		m := newMailbox()
		for range 2 * maxRequests {
			if m.post(pressedKey('1')) {
				taken++
			}
		}
		h.post(Bye{})
		if r := h.done(); len(r.Digits) != maxDigits || taken != maxRequests {
			t.Errorf("got %d digits in the record and %d in a mailbox, want %d and %d", len(r.Digits), taken, maxDigits, maxRequests)
		}
	})
}

func TestDigitsAreNilWhenNobodyListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, listens := range []bool{true, false} {
			h := start(t, func(_ *harness, o *Options) { o.ListensDTMF = listens })
			h.reach(Playing)
			h.post(Bye{})
			if r := h.done(); (r.Digits != nil) != listens {
				t.Errorf("listens %v: got digits %v", listens, r.Digits)
			}
		}
	})
}
