package codec

import (
	"testing"
	"time"
)

// BenchmarkLoad prepares the 30 s of a usual call.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := LoadBuiltin(Options{Duration: 30 * time.Second, Formats: both}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(30*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}

func BenchmarkFrame(b *testing.B) {
	track := newTrack(PCMU, make([]int16, 240000))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		track.Frame(n)
		n++
	}
}
