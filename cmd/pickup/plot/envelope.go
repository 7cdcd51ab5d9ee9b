package plot

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// envelope draws values over time as the area between the least and the greatest one of each column of pixels, whatever
// their number.
type envelope struct {
	values []float64
	rate   int // values per second
	colour color.Color
	hangs  bool // whether the area reaches up to 0
}

// Plot implements plot.Plotter.
func (e *envelope) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	columns := max(1, int((c.Max.X-c.Min.X)/pixel))
	least, greatest := e.bounds(columns, p.X.Max)
	if len(least) == 0 {
		return
	}
	clip := func(v float64) vg.Length { return y(min(max(v, p.Y.Min), p.Y.Max)) }
	outline := make([]vg.Point, 0, 2*len(least))
	// Half a pixel on both sides keeps a line where the two are equal.
	for i, v := range greatest {
		if e.hangs {
			v = 0
		}
		outline = append(outline, vg.Point{X: x(p.X.Max * float64(i) / float64(columns)), Y: clip(v) + pixel/2})
	}
	for i := len(least) - 1; i >= 0; i-- {
		outline = append(outline, vg.Point{X: x(p.X.Max * float64(i) / float64(columns)), Y: clip(least[i]) - pixel/2})
	}
	c.FillPolygon(e.colour, c.ClipPolygonXY(outline))
}

// bounds are the least and the greatest value in each of the columns that make up so many seconds. They end with the
// column in which the values end.
func (e *envelope) bounds(columns int, seconds float64) (least, greatest []float64) {
	perColumn := seconds * float64(e.rate) / float64(columns)
	for i := range columns {
		from := int(float64(i) * perColumn)
		to := min(len(e.values), max(from+1, int(float64(i+1)*perColumn)))
		if from >= to {
			break
		}
		low, high := e.values[from], e.values[from]
		for _, v := range e.values[from:to] {
			low, high = min(low, v), max(high, v)
		}
		least, greatest = append(least, low), append(greatest, high)
	}
	return least, greatest
}
