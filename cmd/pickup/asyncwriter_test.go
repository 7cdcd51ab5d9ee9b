package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// blocked is a writer that nobody reads before it is released.
type blocked struct {
	release chan struct{}
	bytes.Buffer
}

func (b *blocked) Write(p []byte) (int, error) {
	<-b.release
	return b.Buffer.Write(p)
}

func TestLogThatNobodyReadsStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &blocked{release: make(chan struct{})}
		p := newAsyncWriter(to)
		const lines = 2 * queuedLines
		begun := time.Now()
		for n := range lines {
			fmt.Fprintln(p, n)
		}
		if got := time.Since(begun); got != patience {
			t.Errorf("writing took %v, want the patience of %v once", got, patience)
		}
		if got, want := p.lost.Load(), uint64(lines-queuedLines-1); got != want {
			t.Errorf("lost: got %d lines, want %d", got, want)
		}
		begun = time.Now()
		p.Close()
		if got := time.Since(begun); got != endPatience {
			t.Errorf("closing took %v, want %v", got, endPatience)
		}
		close(to.release)
		<-p.done
		if want := fmt.Sprintf("%d log lines were lost", lines-queuedLines-1); !strings.Contains(to.String(), want) {
			t.Errorf("the end of the log: got %q, want %q", to.String()[to.Len()-80:], want)
		}
	})
}

// slow is a writer that takes a line in a tenth of a second.
type slow struct{}

func (slow) Write(p []byte) (int, error) {
	time.Sleep(100 * time.Millisecond)
	return len(p), nil
}

func TestLogThatIsReadSlowlyHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newAsyncWriter(slow{})
		begun := time.Now()
		for n := range 2 * queuedLines {
			fmt.Fprintln(p, n)
		}
		if got := time.Since(begun); got > 2*patience {
			t.Errorf("writing took %v, want the patience of %v", got, patience)
		}
		p.Close()
		<-p.done // the process would end before it
	})
}

func TestLogKeepsEveryLineAndTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out, want bytes.Buffer
		p := newAsyncWriter(&out)
		for n := range 3 * queuedLines {
			fmt.Fprintln(p, n)
			fmt.Fprintln(&want, n)
		}
		p.Close()
		if !bytes.Equal(out.Bytes(), want.Bytes()) {
			t.Errorf("got %d bytes, want the %d that were written", out.Len(), want.Len())
		}
		if n, err := p.Write([]byte("late")); n != 4 || err != nil {
			t.Errorf("after Close: got %d, %v, want 4 and no error", n, err)
		}
	})
}
