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
	for i := range reduction {
		reduction[i] = make([]float64, len(x))
	}
	m.compress(x, rate, reduction)
	return reduction
}

// compress is Apply, and keeps the reductions only where they are not nil.
func (m Multiband) compress(x []float64, rate int, reduction [3][]float64) {
	low, mid, high := m.Crossover.split(x, rate)
	for i, band := range [...][]float64{low, mid, high} {
		m.Bands[i].compress(band, rate, reduction[i])
	}
	for i := range x {
		x[i] = low[i] + mid[i] + high[i]
	}
}
