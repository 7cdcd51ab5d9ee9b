package dsp

// Multiband compresses the three bands of a crossover, lowest first, each by itself. With no compressor enabled it
// is an all-pass: the level of every frequency stays as it is.
type Multiband struct {
	Crossover Crossover
	Bands     [3]Compressor
}

// Apply changes x in place and returns for each band the reduction of every sample in dB, as Compressor.Apply does.
// rate is the sample rate in Hz.
func (m Multiband) Apply(x []float64, rate int) (reduction [3][]float64) {
	low, mid, high := m.Crossover.Split(x, rate)
	for i, band := range [...][]float64{low, mid, high} {
		reduction[i] = m.Bands[i].Apply(band, rate)
	}
	for i := range x {
		x[i] = low[i] + mid[i] + high[i]
	}
	return reduction
}
