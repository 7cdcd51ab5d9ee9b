package main

import (
	"fmt"
	"io"
	"path/filepath"

	"pickup/cmd/pickup/plot"
	"pickup/codec/render"
)

// drawRendering draws what the preparation did.
func drawRendering(w io.Writer, r *render.Result) error {
	report := r.Report
	figure := plot.Figure{
		Title:    fmt.Sprintf("%s as %s", filepath.Base(report.Source), report.Codec),
		Subtitle: "after: " + summary(report.After),
		Before:   plot.Signal(r.Before),
		After:    plot.Signal(r.After),
	}
	if report.Before != nil {
		figure.Subtitle = "before: " + summary(*report.Before) + "   " + figure.Subtitle
	}
	if chain := report.Chain; chain != nil && chain.Enabled {
		for i, b := range chain.Bands {
			curve := r.Chain.Compressor[i]
			figure.Reductions = append(figure.Reductions, plot.Reduction{Name: "band of " + bandName(b), Decibels: curve.Reduction, Rate: curve.Rate})
		}
		limiter := r.Chain.Limiter
		figure.Reductions = append(figure.Reductions, plot.Reduction{Name: "limiter", Decibels: limiter.Reduction, Rate: limiter.Rate})
	}
	return plot.PNG(w, figure)
}

// summary is what is most worth to know of a signal, in one line.
func summary(m render.Measure) string {
	return fmt.Sprintf("%s s, %s LUFS, %s dBTP", text(m.DurationSeconds, 3), text(m.LoudnessLUFS, 1), text(m.TruePeakDBTP, 1))
}
