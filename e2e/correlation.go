package e2e

import "math"

// correlation is Pearson's coefficient of the samples that x and y have at the
// same places: 1 where y is x at another level. A part of the longer one beyond
// the shorter counts as silence. Without any change in one of them it is 0.
func correlation(x, y []float64) float64 {
	n := max(len(x), len(y))
	if n == 0 {
		return 0
	}
	meanX, meanY := sum(x)/float64(n), sum(y)/float64(n)
	var xy, xx, yy float64
	for i := range n {
		dx, dy := at(x, i)-meanX, at(y, i)-meanY
		xy += dx * dy
		xx += dx * dx
		yy += dy * dy
	}
	if xx == 0 || yy == 0 {
		return 0
	}
	return xy / math.Sqrt(xx*yy)
}

// align finds by how many samples heard is behind played, at most reach either
// way: heard[i+lag] is played[i]. It compares the liveliest window of the given
// length only, so that a long recording costs no more than a short one.
func align(played, heard []float64, window, reach int) int {
	start := liveliest(played, window)
	pattern := span(played, start, window)
	lag, best := 0, math.Inf(-1)
	for try := -reach; try <= reach; try++ {
		if c := correlation(pattern, span(heard, start+try, window)); c > best {
			lag, best = try, c
		}
	}
	return lag
}

// windows is the correlation of each whole window of played with what was heard
// lag samples later.
func windows(played, heard []float64, lag, window int) []float64 {
	var out []float64
	for start := 0; start+window <= len(played); start += window {
		out = append(out, correlation(span(played, start, window), span(heard, start+lag, window)))
	}
	return out
}

// liveliest is the start of the window with the most energy.
func liveliest(x []float64, window int) int {
	start, most := 0, -1.0
	for i := 0; i+window <= len(x); i += window {
		var energy float64
		for _, v := range x[i : i+window] {
			energy += v * v
		}
		if energy > most {
			start, most = i, energy
		}
	}
	return start
}

// span is x[start:start+n], cut to what there is; what is missing in front is
// filled with silence, so that places stay places.
func span(x []float64, start, n int) []float64 {
	if start >= 0 {
		return x[min(start, len(x)):min(start+n, len(x))]
	}
	out := make([]float64, n)
	if start+n > 0 {
		copy(out[-start:], x[:min(start+n, len(x))])
	}
	return out
}

func at(x []float64, i int) float64 {
	if i < len(x) {
		return x[i]
	}
	return 0
}

func sum(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v
	}
	return s
}
