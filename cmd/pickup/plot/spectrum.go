package plot

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/plot/plotter"
)

// spectrum is the power density of s between two frequencies, in dB relative to full scale squared per Hz, averaged
// over bands of 1/24 octave, and over about 2 Hz where these are narrower.
func spectrum(s Signal, lowest, highest float64) plotter.XYs {
	density, resolution := welch(s)
	const perOctave = 24
	step := math.Pow(2, 1.0/perOctave)
	var points plotter.XYs
	for from := lowest / math.Sqrt(step); from < highest; from *= step {
		first := max(1, int(math.Ceil(from/resolution)))
		last := min(len(density), int(math.Ceil(from*step/resolution))) - 1
		if first > last {
			continue
		}
		sum := 0.0
		for _, d := range density[first : last+1] {
			sum += d
		}
		const nothing = 1e-30 // keeps silence finite, far below every scale
		middle := resolution * float64(first+last) / 2
		points = append(points, plotter.XY{X: middle, Y: 10 * math.Log10(sum/float64(last-first+1)+nothing)})
	}
	return points
}

// welch is the one-sided power density of s per Hz and the distance of its values in Hz: the mean of the periodograms of
// half overlapping segments under a Hann window (P. D. Welch, The use of fast Fourier transform for the estimation of
// power spectra, IEEE Trans. Audio Electroacoust. 15, 1967). A signal shorter than a segment is one segment of its own.
func welch(s Signal) (density []float64, resolution float64) {
	size := 2
	for size < s.Rate/2 {
		size *= 2
	}
	used := min(size, len(s.Samples))
	window := make([]float64, used)
	energy := 0.0
	for i := range window {
		window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(used))
		energy += window[i] * window[i]
	}
	transform := fourier.NewFFT(size)
	segment, coefficients := make([]float64, size), make([]complex128, size/2+1)
	density = make([]float64, size/2+1)
	segments := 0.0
	for at := 0; at+used <= len(s.Samples); at += max(1, size/2) {
		for i, w := range window {
			segment[i] = w * s.Samples[at+i]
		}
		for i, c := range transform.Coefficients(coefficients, segment) {
			density[i] += real(c)*real(c) + imag(c)*imag(c)
		}
		segments++
	}
	for i := range density {
		density[i] *= 2 / (segments * energy * float64(s.Rate))
	}
	return density, float64(s.Rate) / float64(size)
}
