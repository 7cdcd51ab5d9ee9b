package plot

import (
	"slices"
	"testing"

	"gonum.org/v1/plot"
)

func labels(ticks []plot.Tick) (l []string) {
	for _, t := range ticks {
		l = append(l, t.Label)
	}
	return l
}

func TestTicks(t *testing.T) {
	tests := []struct {
		name     string
		ticks    func(from, to float64) []plot.Tick
		from, to float64
		want     []string
	}{
		{"30 s", timeTicks, 0, 30, []string{"0", "5", "10", "15", "20", "25", "30"}},
		{"0.2 s", timeTicks, 0, 0.2, []string{"0", "0.02", "0.04", "0.06", "0.08", "0.1", "0.12", "0.14", "0.16", "0.18", "0.2"}},
		{"10 min", timeTicks, 0, 600, []string{"0", "100", "200", "300", "400", "500", "600"}},
		{"dB", decibelTicks, -45, -10, []string{"-40", "-30", "-20", "-10"}},
		{"telephone", frequencyTicks, 50, 4000, []string{
			"50", "70", "100", "200", "300", "400", "500", "700", "1k", "2k", "3k", "4k"}},
	}
	for _, tt := range tests {
		if got := labels(tt.ticks(tt.from, tt.to)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
