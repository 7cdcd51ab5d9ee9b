//go:build e2e

package e2e

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

const (
	floodCapacity = 2000
	floodSources  = 4
	floodUnacked  = 100 // of each source
	// floodMemory is what the daemon may take in MiB: 2,000 calls and their
	// transactions (40 MiB), a table of 65,536 sources (20 MiB), 550 connections
	// (40 MiB), the program with its audio, and as much again for the collector.
	floodMemory = 256
	// floodReturn is 64·T1 for the ACK that does not come, 4 s for the BYE, and what
	// a call rings.
	floodReturn = 38 * time.Second
)

// TestFlood is the flood that docs/robustness.md tells of: while 100 calls are up,
// 20,000 INVITEs that nobody acknowledges, 100,000 datagrams of garbage from 5,000
// addresses, 500 silent connections and 50 slow ones over TCP, TLS and WebSocket.
func TestFlood(t *testing.T) {
	const seconds = 30
	d := start(t, settings{codecs: []string{"PCMU"}, seconds: seconds, calls: floodCapacity, secure: true, more: fmt.Sprintf("[limits]\nunacknowledged_per_source = %d", floodUnacked)})
	before, memory := d.descriptors(), d.resident()
	r, err := newReceiver(4)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	l := load{calls: 100, atOnce: 100, rate: 100, seconds: seconds}
	calls := runSIPp(t, d, r.addresses(), l)
	eventually(t, 10*time.Second, "100 calls play", func() bool { sources, _ := r.total(); return sources == l.calls })

	f, end := &flooder{t: t, d: d}, make(chan struct{})
	f.connections(500, 50, end)
	f.invites(10*floodCapacity, 1000, floodSources)
	f.garbage(100000, 5000)
	most, descriptors, legitimate := 0, 0, 0
	for n := range 20 {
		if status := f.call(from(9, n+1)); status == 200 {
			legitimate++
		} else {
			t.Errorf("a new call from another source: got %d, want 200", status)
		}
		most, descriptors = max(most, d.resident()), max(descriptors, d.descriptors())
	}
	calls.wait(time.Minute)
	close(end)
	f.sent.Wait()
	over := time.Now()
	// No packet is lost. A frame that a busy machine had no time for is left out, with
	// its timestamp: this test, SIPp and the server share the processor.
	packets, skipped := checkReceived(t, r, l, true)
	waiting, bearable := loadAverage(t), l.calls*seconds*50/100
	switch {
	case skipped <= bearable:
	case waiting > 3*float64(runtime.NumCPU()):
		t.Logf("calls that were up: %d frames left out with a load average of %.1f: other work has the processor, so that is no finding", skipped, waiting)
	default:
		t.Errorf("calls that were up: got %d packets and %d frames left out, want at most %d", packets, skipped, bearable)
	}
	if most > floodMemory {
		t.Errorf("memory: got %d MiB, want at most %d", most, floodMemory)
	}
	// An RTP and an RTCP socket for each call that was not acknowledged.
	if limit := before + 2*(floodSources*floodUnacked+l.calls+20) + 600; descriptors > limit {
		t.Errorf("descriptors: got %d, want at most %d", descriptors, limit)
	}
	eventually(t, floodReturn, "all descriptors are back", func() bool { return d.descriptors() <= before })
	t.Logf("frames left out: %d; memory: %d MiB before, %d at most, %d after; descriptors: %d, %d, %d; all back %v after the last; new calls: %d of 20",
		skipped, memory, most, d.resident(), before, descriptors, d.descriptors(), time.Since(over).Round(time.Second), legitimate)
	d.stop()
}

// call places a call, hangs up and returns the final status of the INVITE, 0 without
// one in five seconds.
func (f *flooder) call(source netip.Addr) (status int) {
	socket, err := f.dial(source)
	if err != nil {
		f.t.Fatal(err)
	}
	defer socket.Close()
	id := "legitimate-" + source.String()
	invite := f.message("INVITE", source, id)
	answer := make([]byte, 4096)
	for range 5 {
		_, _ = socket.Write(invite)
		_ = socket.SetReadDeadline(time.Now().Add(time.Second))
		for status < 200 {
			n, err := socket.Read(answer)
			if err != nil {
				break
			}
			var tag string
			if status, tag = parse(answer[:n]); status < 200 {
				continue
			}
			_, _ = socket.Write(f.within("ACK", source, id, tag))
			if status == 200 {
				_, _ = socket.Write(f.within("BYE", source, id, tag))
			}
			return status
		}
	}
	return 0
}
