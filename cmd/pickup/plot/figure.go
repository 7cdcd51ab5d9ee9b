package plot

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Figure is what is drawn.
type Figure struct {
	// Title and Subtitle are the two lines above the panels.
	Title, Subtitle string
	// Before and After are the signal at the two ends of the preparation. Before may be empty: of a tone there is none.
	Before, After Signal
	// Reductions are drawn below one another in this order, with one scale for all; there may be none.
	Reductions []Reduction
}

// Signal is one channel of sound.
type Signal struct {
	Samples []float64 // full scale is 1
	Rate    int       // samples per second
}

// Reduction is by how much a gain was reduced over time.
type Reduction struct {
	Name     string
	Decibels []float64 // 0 or more
	Rate     int       // values per second
}

// The size of the picture. Lengths of package vg are in points of 1/72 inch.
const (
	dpi    = 96
	width  = 1200 // pixels
	pixel  = vg.Inch / dpi
	margin = 16 * pixel

	titleHeight    = 68 * pixel
	headHeight     = 24 * pixel // of the line above each panel
	waveformHeight = 190 * pixel
	stripHeight    = 92 * pixel
	axisHeight     = 44 * pixel // of an axis with numbers and a label below a panel
	spectrumHeight = 430 * pixel
	gap            = 14 * pixel
)

// Colours that readers with any kind of colour vision tell apart (M. Okabe, K. Ito, Color Universal Design, 2008).
var (
	ink        = color.NRGBA{0x22, 0x22, 0x22, 0xFF}
	soft       = color.NRGBA{0x55, 0x55, 0x55, 0xFF}
	faint      = color.NRGBA{0xE4, 0xE4, 0xE4, 0xFF}
	grey       = color.NRGBA{0x8C, 0x8C, 0x8C, 0xFF}
	blue       = color.NRGBA{0x00, 0x72, 0xB2, 0xFF}
	orange     = color.NRGBA{0xE6, 0x9F, 0x00, 0xFF}
	green      = color.NRGBA{0x00, 0x9E, 0x73, 0xFF}
	vermillion = color.NRGBA{0xD5, 0x5E, 0x00, 0xFF}
	purple     = color.NRGBA{0xCC, 0x79, 0xA7, 0xFF}

	beforeColour     = grey
	afterColour      = blue
	reductionColours = []color.NRGBA{orange, green, purple, vermillion}
)

// panel is a plot with a line of text above it.
type panel struct {
	*plot.Plot
	height vg.Length
	head   string
	legend []entry // to the right of the head
}

// entry is a line of a legend.
type entry struct {
	name   string
	colour color.Color
}

// PNG draws f and writes it to w. After needs at least one sample.
func PNG(w io.Writer, f Figure) error {
	if len(f.After.Samples) == 0 || f.After.Rate <= 0 || len(f.Before.Samples) > 0 && f.Before.Rate <= 0 {
		return errors.New("plot: After needs at least one sample, and both signals a sample rate")
	}
	panels := f.panels()
	height := titleHeight + 2*margin
	for _, p := range panels {
		height += p.height + gap
	}
	image := vgimg.NewWith(vgimg.UseWH(width*pixel, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	area := draw.Crop(draw.New(image), margin, -margin, margin, -margin)
	f.writeTitle(area)
	arrange(draw.Crop(area, 0, 0, 0, -titleHeight), panels)
	if _, err := (vgimg.PngCanvas{Canvas: image}).WriteTo(w); err != nil {
		return fmt.Errorf("plot: write PNG: %w", err)
	}
	return nil
}

// panels are the plots from top to bottom.
func (f Figure) panels() []panel {
	seconds := f.After.seconds()
	var panels []panel
	legend := []entry{{"after", afterColour}}
	if len(f.Before.Samples) > 0 {
		seconds = max(seconds, f.Before.seconds())
		panels = append(panels, panel{Plot: waveform(f.Before, seconds, beforeColour), height: waveformHeight, head: "Waveform before"})
		legend = []entry{{"before", beforeColour}, {"after", afterColour}}
	}
	panels = append(panels, panel{Plot: waveform(f.After, seconds, afterColour), height: waveformHeight, head: "Waveform after"})
	deepest := 0.0
	for _, r := range f.Reductions {
		deepest = max(deepest, slices.Max(append([]float64{0}, r.Decibels...)))
	}
	for i, r := range f.Reductions {
		c := reductionColours[i%len(reductionColours)]
		panels = append(panels, panel{Plot: strip(r, seconds, deepest, c), height: stripHeight, head: "Gain reduction, " + r.Name})
	}
	lowest := &panels[len(panels)-1]
	lowest.X.Label.Text = "Time in s"
	lowest.X.Tick.Marker = plot.TickerFunc(timeTicks)
	lowest.height += axisHeight
	return append(panels, panel{
		Plot:   spectra(f.Before, f.After),
		height: spectrumHeight,
		head:   "Spectrum",
		legend: legend,
	})
}

// seconds is the playing time.
func (s Signal) seconds() float64 { return float64(len(s.Samples)) / float64(s.Rate) }

// writeTitle writes the two lines at the top of c.
func (f Figure) writeTitle(c draw.Canvas) {
	style := textStyle(17)
	style.XAlign, style.YAlign = draw.XLeft, draw.YTop
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, f.Title)
	style.Font.Size, style.Color = 11.5, soft
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y - 32*pixel}, f.Subtitle)
}

// arrange draws the panels below one another, their data between the same two vertical lines.
func arrange(c draw.Canvas, panels []panel) {
	var left, right vg.Length
	for _, p := range panels {
		data := p.DataCanvas(c)
		left, right = max(left, data.Min.X-c.Min.X), max(right, c.Max.X-data.Max.X)
	}
	top := c.Max.Y
	for _, p := range panels {
		place := c
		place.Max.Y, place.Min.Y = top-headHeight, top-p.height
		data := p.DataCanvas(place)
		place.Min.X += left - (data.Min.X - place.Min.X)
		place.Max.X -= right - (place.Max.X - data.Max.X)
		p.Draw(place)
		p.writeHead(c, vg.Point{X: c.Min.X + left, Y: top})
		top -= p.height + gap
	}
}

// writeHead writes the line above the panel, with its upper left corner at the point.
func (p panel) writeHead(c draw.Canvas, at vg.Point) {
	style := textStyle(11.5)
	style.YAlign = draw.YTop
	c.FillText(style, at, p.head)
	at.X += style.Width(p.head)
	for _, e := range p.legend {
		at.X += 20 * pixel
		middle := at.Y - 7*pixel
		c.StrokeLine2(draw.LineStyle{Color: e.colour, Width: 3 * pixel}, at.X, middle, at.X+26*pixel, middle)
		at.X += 32 * pixel
		c.FillText(style, at, e.name)
		at.X += style.Width(e.name)
	}
}
