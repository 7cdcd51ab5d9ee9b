package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
)

// timeTicks are at round seconds, about ten of them.
func timeTicks(from, to float64) []plot.Tick {
	step := roundStep((to - from) / 10)
	var ticks []plot.Tick
	for n := math.Ceil(from / step); n*step <= to; n++ {
		ticks = append(ticks, plot.Tick{Value: n * step, Label: decimal(n * step)})
	}
	return ticks
}

// roundStep is the least of 1, 2, 5 times a power of ten that is at least step.
func roundStep(step float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(step)))
	for _, digit := range []float64{1, 2, 5} {
		if digit*power >= step*(1-1e-9) {
			return digit * power
		}
	}
	return 10 * power
}

// decibelTicks are at every 10 dB.
func decibelTicks(from, to float64) []plot.Tick {
	var ticks []plot.Tick
	for v := 10 * math.Ceil(from/10); v <= to; v += 10 {
		ticks = append(ticks, plot.Tick{Value: v, Label: decimal(v)})
	}
	return ticks
}

// frequencyTicks are at 1, 2, 3, 4, 5 and 7 times the powers of ten.
func frequencyTicks(from, to float64) []plot.Tick {
	var ticks []plot.Tick
	for power := 1.0; power <= to; power *= 10 {
		for _, digit := range []float64{1, 2, 3, 4, 5, 7} {
			f := digit * power
			if f < from || f > to {
				continue
			}
			label := decimal(f)
			if f >= 1000 {
				label = fmt.Sprintf("%gk", f/1000)
			}
			ticks = append(ticks, plot.Tick{Value: f, Label: label})
		}
	}
	return ticks
}
