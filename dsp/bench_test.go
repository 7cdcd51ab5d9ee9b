package dsp

import (
	"context"
	"slices"
	"testing"
)

// benchSeconds is the length of a prompt.
const benchSeconds = 30

// BenchmarkLevel is the speed of each stage that sets a level, and of the meters, on 30 s of speech, as multiples of real time on one core.
func BenchmarkLevel(b *testing.B) {
	const rate = 8000
	limiter := Limiter{Ceiling: 0.9}
	x := speech(rate, benchSeconds)
	stages := []struct {
		name string
		run  func(x []float64)
	}{
		{StageLevel, func(x []float64) { WorkingLevel(x, rate) }},
		{StageLoudness, func(x []float64) { normalise(b, x, rate, -22, limiter) }},
		{"limiter", func(x []float64) { limiter.Apply(x, rate) }},
		{"measure loudness", func(x []float64) { Loudness(x, rate) }},
		{"measure true peak", func(x []float64) { TruePeak(x) }},
	}
	y := make([]float64, len(x))
	for _, stage := range stages {
		b.Run(stage.name, func(b *testing.B) {
			for b.Loop() {
				copy(y, x)
				stage.run(y)
			}
			reportRealTime(b)
		})
	}
}

// BenchmarkChain is the whole chain at 8000 and at 16000 Hz.
func BenchmarkChain(b *testing.B) {
	b.Run("narrow band", func(b *testing.B) {
		x := speech(8000, benchSeconds)
		for b.Loop() {
			process(b, telephone(), slices.Clone(x), 8000, 8000, nil)
		}
		reportRealTime(b)
	})
	b.Run("wide band", func(b *testing.B) {
		x := speech(16000, benchSeconds)
		for b.Loop() {
			process(b, wideband(), slices.Clone(x), 16000, 16000, nil)
		}
		reportRealTime(b)
	})
}

// BenchmarkPrompt is all that a prompt of 30 s needs between its decoder and its encoder.
func BenchmarkPrompt(b *testing.B) {
	in, err := Resample(context.Background(), speech(8000, benchSeconds), 8000, 44100)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		x, err := Resample(context.Background(), in, 44100, 8000)
		if err != nil {
			b.Fatal(err)
		}
		process(b, telephone(), x, 8000, 8000, nil)
	}
	reportRealTime(b)
}

// reportRealTime is how many times faster than real time prompts of benchSeconds were worked on.
func reportRealTime(b *testing.B) {
	b.ReportMetric(benchSeconds*float64(b.N)/b.Elapsed().Seconds(), "x_realtime")
}
