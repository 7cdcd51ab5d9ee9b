package dsp

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// patience is a context that ends when it has been looked at so many times.
type patience struct{ looks int }

func (*patience) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }
func (*patience) Done() <-chan struct{}                   { return nil }
func (*patience) Value(any) any                           { return nil }

func (p *patience) Err() error {
	if p.looks--; p.looks < 0 {
		return context.Canceled
	}
	return nil
}

// A chain gives up at whichever look at the context finds it ended; it looks before every stage and within the long ones.
func TestChainGivesUp(t *testing.T) {
	x := speech(16000, 1)
	looks := 0
	for ; ; looks++ {
		var seen []string
		tap := func(stage string, _ []float64) { seen = append(seen, stage) }
		y, _, err := telephone().Process(&patience{looks}, slices.Clone(x), 16000, 8000, tap)
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || y != nil {
			t.Fatalf("after %d looks: got %d samples and %v, want none and a context that was cancelled", looks, len(y), err)
		}
		if want := Stages()[:min(looks+1, 6)]; !slices.Equal(seen, want) {
			t.Errorf("after %d looks: got the stages %q, want %q", looks, seen, want)
		}
	}
	if want := 5 + 2 + 1; looks < want { // stages, every 4096 samples of the result, gains that are tried
		t.Errorf("looks: got %d, want %d or more", looks, want)
	}
}
