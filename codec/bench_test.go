package codec

import (
	"testing"
	"time"
)

// BenchmarkLoad prepares the 30 s of a usual call, from an MP3 of 44.1 kHz in stereo, in all formats and with both chains.
func BenchmarkLoad(b *testing.B) {
	narrow, wide := chains()
	benchmarkLoad(b, Options{Duration: 30 * time.Second, Formats: Formats(), Chain: narrow, Wide: wide})
}

// BenchmarkLoadPlain is the same without the chains.
func BenchmarkLoadPlain(b *testing.B) {
	benchmarkLoad(b, Options{Duration: 30 * time.Second, Formats: Formats()})
}

func benchmarkLoad(b *testing.B, opt Options) {
	for b.Loop() {
		if _, err := LoadBuiltin(b.Context(), opt); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(30*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}

// BenchmarkDecode is the part of it that is the MP3 alone.
func BenchmarkDecode(b *testing.B) {
	for b.Loop() {
		if _, err := Decode(b.Context(), builtin, 30*time.Second); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(30*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}

func BenchmarkFrame(b *testing.B) {
	track := newTrack(G722, make([]int16, 480000))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		track.Frame(n)
		n++
	}
}
