package plot

import (
	"slices"
	"testing"
)

func TestBounds(t *testing.T) {
	tests := []struct {
		name            string
		values          []float64
		rate, columns   int
		seconds         float64
		least, greatest []float64
	}{
		{"none", nil, 10, 4, 1, nil, nil},
		{"two in each column", []float64{1, 2, 4, 3, -1, 5, 0, 0}, 8, 4, 1, []float64{1, 3, -1, 0}, []float64{2, 4, 5, 0}},
		{"fewer than columns", []float64{1, 2}, 2, 4, 1, []float64{1, 1, 2, 2}, []float64{1, 1, 2, 2}},
		{"ends in the middle", []float64{1, 2, 3, 4}, 4, 4, 2, []float64{1, 3}, []float64{2, 4}},
		{"goes on behind the end", []float64{1, 2, 3, 4}, 4, 2, 0.5, []float64{1, 2}, []float64{1, 2}},
	}
	for _, tt := range tests {
		e := envelope{values: tt.values, rate: tt.rate}
		least, greatest := e.bounds(tt.columns, tt.seconds)
		if !slices.Equal(least, tt.least) || !slices.Equal(greatest, tt.greatest) {
			t.Errorf("%s: got %v and %v, want %v and %v", tt.name, least, greatest, tt.least, tt.greatest)
		}
	}
}
