package plot

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// textStyle is text of so many points.
func textStyle(size vg.Length) text.Style {
	return text.Style{
		Color:   ink,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: text.Plain{Fonts: font.DefaultCache},
	}
}

// newPanel is an empty plot with the looks that all have in common.
func newPanel() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.White
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle = alignedLike(axis.Label.TextStyle, 10.5)
		axis.Tick.Label = alignedLike(axis.Tick.Label, 10)
		axis.Color = grey
		axis.Tick.Color = grey
		axis.Padding = 0
		axis.Label.Padding = 4 * pixel
	}
	return p
}

// alignedLike is text of so many points that stands as s does.
func alignedLike(s text.Style, size vg.Length) text.Style {
	n := textStyle(size)
	n.XAlign, n.YAlign, n.Rotation = s.XAlign, s.YAlign, s.Rotation
	return n
}

// newTimePanel is an empty plot over time, without numbers: one axis below serves all.
func newTimePanel(seconds float64) *plot.Plot {
	p := newPanel()
	p.X.Min, p.X.Max = 0, seconds
	p.X.Tick.Marker = plot.ConstantTicks{}
	return p
}

// waveform is a signal over time.
func waveform(s Signal, seconds float64, c color.Color) *plot.Plot {
	p := newTimePanel(seconds)
	p.Y.Min, p.Y.Max = -1, 1
	p.Y.Label.Text = "Amplitude (full scale 1)"
	p.Y.Tick.Marker = plot.ConstantTicks{
		{Value: -1, Label: "-1"}, {Value: -0.5, Label: "-0.5"}, {Value: 0, Label: "0"}, {Value: 0.5, Label: "0.5"}, {Value: 1, Label: "1"},
	}
	p.Add(grid{timeTicks}, &envelope{values: s.Samples, rate: s.Rate, colour: c})
	return p
}

// strip is a reduction over time, which hangs down from 0 dB.
func strip(r Reduction, seconds, deepest float64, c color.NRGBA) *plot.Plot {
	floor := max(6, 6*math.Ceil(deepest/6))
	p := newTimePanel(seconds)
	p.Y.Min, p.Y.Max = -floor, 0
	p.Y.Label.Text = "dB"
	p.Y.Tick.Marker = plot.ConstantTicks{
		{Value: -floor, Label: decimal(-floor)}, {Value: -floor / 2, Label: decimal(-floor / 2)}, {Value: 0, Label: "0"},
	}
	down := make([]float64, len(r.Decibels))
	for i, v := range r.Decibels {
		down[i] = -v
	}
	p.Add(grid{timeTicks}, &envelope{values: down, rate: r.Rate, colour: c, hangs: true})
	return p
}

// spectra are the spectra of both signals, up to half the sample rate of the one after.
func spectra(before, after Signal) *plot.Plot {
	const lowest, span = 50, 80 // Hz, dB
	nyquist := float64(after.Rate) / 2
	p := newPanel()
	p.X.Label.Text = "Frequency in Hz"
	p.X.Min, p.X.Max = lowest, nyquist
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker = plot.TickerFunc(frequencyTicks)
	p.Y.Label.Text = "Power density in dBFS/Hz"
	p.Add(grid{frequencyTicks})
	highest := -60.0 // what is below is drawn as low as it is
	for _, c := range []struct {
		signal Signal
		colour color.Color
	}{{before, beforeColour}, {after, afterColour}} {
		if len(c.signal.Samples) == 0 {
			continue
		}
		points := spectrum(c.signal, lowest, nyquist)
		for _, point := range points {
			highest = max(highest, point.Y)
		}
		p.Add(curve{points, c.colour})
	}
	p.Y.Max = 10 * math.Ceil((highest+3)/10)
	p.Y.Min = p.Y.Max - span
	p.Y.Tick.Marker = plot.TickerFunc(decibelTicks)
	return p
}

// curve is a line through points, drawn inside of the axes only.
type curve struct {
	points plotter.XYs
	colour color.Color
}

// Plot implements plot.Plotter.
func (l curve) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	points := make([]vg.Point, len(l.points))
	for i, point := range l.points {
		points[i] = vg.Point{X: x(point.X), Y: y(point.Y)}
	}
	c.StrokeLines(draw.LineStyle{Color: l.colour, Width: 2 * pixel}, c.ClipLinesXY(points)...)
}

// grid are lines behind the data: at the ticks of the vertical axis, and at those that it is given for the other one,
// whose numbers may stand below another panel.
type grid struct {
	across func(from, to float64) []plot.Tick
}

// Plot implements plot.Plotter.
func (g grid) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := draw.LineStyle{Color: faint, Width: pixel}
	for _, t := range g.across(p.X.Min, p.X.Max) {
		c.StrokeLine2(style, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		c.StrokeLine2(style, c.Min.X, y(t.Value), c.Max.X, y(t.Value))
	}
}

// decimal is v without needless digits.
func decimal(v float64) string { return fmt.Sprintf("%.4g", v) }
