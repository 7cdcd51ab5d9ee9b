package codec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pickup/dsp"
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

// The decoder gives up within a frame of the look that finds the context ended.
func TestDecodeGivesUp(t *testing.T) {
	data := fixture(t, playable[0])
	for looks := range 20 {
		ctx := &patience{looks}
		if a, err := Decode(ctx, data, time.Minute); !errors.Is(err, context.Canceled) || a.Left != nil {
			t.Fatalf("after %d looks: got %d samples and %v, want a context that was cancelled", looks, len(a.Left), err)
		}
		if ctx.looks < -4 {
			t.Errorf("after %d looks: got %d more, want it to give up", looks, -ctx.looks)
		}
	}
}

// quitter ends a context at a stage and notes what it sees after that.
type quitter struct {
	at    string
	quit  func()
	after []string
	over  bool
}

func (q *quitter) Decoded(Audio) { q.see("decoded") }

func (q *quitter) Stage(_ Band, stage string, _ []float64, _ int) { q.see(stage) }

func (q *quitter) Report(Band, dsp.Report) { q.see("report") }

func (q *quitter) see(stage string) {
	if q.over {
		q.after = append(q.after, stage)
	}
	if stage == q.at {
		q.over = true
		q.quit()
	}
}

// Loading ends with the context, wherever that is, and nothing long begins behind it.
func TestLoadGivesUp(t *testing.T) {
	narrow, _ := chains()
	tests := []struct {
		at    string
		after string // what needs no work is still seen
	}{
		{"decoded", "[source]"},
		{StageSource, "[]"},
		{dsp.StageResample, "[]"},
		{dsp.StageBandpass, "[]"},
		{dsp.StagePresence, "[]"},
		{dsp.StageCompressor, "[]"},
		{dsp.StageLoudness, "[report edges]"},
		{dsp.StageEdges, "[]"},
	}
	for _, tt := range tests {
		ctx, cancel := context.WithCancel(t.Context())
		q := &quitter{at: tt.at, quit: cancel}
		file := wavOf(toneAudio(1020, 0.1, 16000, 8000))
		p, err := Load(ctx, bytes.NewReader(file), "test.wav", Options{Duration: time.Second, Formats: []Format{PCMU}, Chain: narrow, Observer: q})
		if p != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("at %s: got %v, want a context that was cancelled", tt.at, err)
		}
		if got := fmt.Sprint(q.after); got != tt.after {
			t.Errorf("at %s: got %s after it, want %s", tt.at, got, tt.after)
		}
	}
}

func TestGeneratedGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	opt := Options{Duration: time.Second, Formats: Formats()}
	_, tone := LoadTone(ctx, Tone{Frequencies: []float64{440}}, opt)
	_, milliwatt := LoadMilliwatt(ctx, opt)
	_, silence := LoadSilence(ctx, opt)
	for i, err := range []error{tone, milliwatt, silence} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("source %d: got %v, want a context that was cancelled", i, err)
		}
	}
}
