package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"pickup/codec/render"
)

// printJSON prints the report for programs.
func printJSON(w io.Writer, r render.Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// printTable prints the report for people.
func printTable(w io.Writer, r render.Report) error {
	var t strings.Builder
	fmt.Fprintf(&t, "%s as %s\n\n", r.Source, r.Codec)
	writeSignals(&t, r)
	if r.Chain != nil {
		writeChain(&t, *r.Chain)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&t, "\nnote: %s", note)
	}
	if len(r.Notes) > 0 {
		t.WriteByte('\n')
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// writeSignals is the part of the table about the signal before and after.
func writeSignals(t *strings.Builder, r render.Report) {
	fmt.Fprintf(t, "%-26s %12s %12s\n", "", "before", "after")
	line := func(name, unit string, decimals int, of func(render.Measure) render.Value) {
		before := ""
		if r.Before != nil {
			before = text(of(*r.Before), decimals)
		}
		fmt.Fprintf(t, "%-26s %12s %12s %s\n", name, before, text(of(r.After), decimals), unit)
	}
	line("duration", "s", 3, func(m render.Measure) render.Value { return m.DurationSeconds })
	line("sample rate", "Hz", 0, func(m render.Measure) render.Value { return render.Value(m.SampleRateHz) })
	line("loudness", "LUFS", 1, func(m render.Measure) render.Value { return m.LoudnessLUFS })
	line("true peak", "dBTP", 1, func(m render.Measure) render.Value { return m.TruePeakDBTP })
	line("sample peak", "dBFS", 1, func(m render.Measure) render.Value { return m.SamplePeakDBFS })
	line("DC", "full scale", 6, func(m render.Measure) render.Value { return m.DCFullScale })
	line("clipped", "samples", 0, func(m render.Measure) render.Value { return render.Value(m.ClippedSamples) })
	if r.Chain == nil {
		return
	}
	for _, b := range r.Chain.Bands {
		fmt.Fprintf(t, "%-26s %12s %12s %s\n", "level "+bandName(b), text(b.BeforeDBFS, 1), text(b.AfterDBFS, 1), "dBFS")
	}
}

// writeChain is the part of the table about the chain.
func writeChain(t *strings.Builder, c render.ChainReport) {
	if !c.Enabled {
		fmt.Fprintf(t, "\n%-26s %12s %12s dB\n", "gain to the loudness", "", text(c.LoudnessGainDB, 1))
		return
	}
	fmt.Fprintf(t, "\n%-26s %12s %12s\n", "gain reduction", "mean", "largest")
	for _, b := range c.Bands {
		fmt.Fprintf(t, "%-26s %12s %12s dB\n", bandName(b), text(b.MeanDB, 1), text(b.MaxDB, 1))
	}
	fmt.Fprintf(t, "%-26s %12s %12s dB\n", "limiter", text(c.Limiter.MeanDB, 1), text(c.Limiter.MaxDB, 1))
	fmt.Fprintf(t, "\n%-26s %12s %12s dB\n", "gain to the working level", "", text(c.LevelGainDB, 1))
	fmt.Fprintf(t, "%-26s %12s %12s dB\n", "gain to the loudness", "", text(c.LoudnessGainDB, 1))
	fmt.Fprintf(t, "%-26s %12s %12s %% of the time\n", "expander closed", "", text(100*c.ExpanderClosedShare, 1))
}

// bandName says which frequencies a band has.
func bandName(b render.CompressorBand) string {
	return fmt.Sprintf("%g to %g Hz", float64(b.FromHz), float64(b.ToHz))
}

// text is a value with so many decimals.
func text(v render.Value, decimals int) string {
	if !v.Exists() {
		return "none"
	}
	s := fmt.Sprintf("%.*f", decimals, float64(v))
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-") // what is rounded to zero has no sign
	}
	return s
}
