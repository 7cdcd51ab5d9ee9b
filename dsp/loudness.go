package dsp

import "math"

// The measurement of ITU-R BS.1770-5, Annex 1.
const (
	loudnessOffset = -0.691 // dB: makes a full-scale sine of 997 Hz in one channel -3.01 LUFS
	absoluteGate   = -70.0  // LUFS
	relativeGate   = 0.1    // of the mean power: 10 LU below it
	stepsPerSecond = 10     // a block begins every 100 ms ...
	stepsPerBlock  = 4      // ... and lasts 400 ms: 75 % overlap
)

// Loudness is the integrated loudness of one channel by ITU-R BS.1770-5, Annex 1, in LUFS: the mean power of the
// K-weighted blocks of 400 ms that are above -70 LUFS and not more than 10 LU below the mean of those. It is -Inf
// when there is no such block. A signal shorter than a block is measured as one block of its length.
// rate is the sample rate in Hz, MinRate or more. It takes samples up to 1e100.
func Loudness(x []float64, rate int) float64 {
	blocks := blockPowers(x, rate)
	gate := math.Pow(10, (absoluteGate-loudnessOffset)/10)
	gate = max(gate, relativeGate*meanAbove(blocks, gate))
	return loudnessOffset + float64(10*math.Log10(meanAbove(blocks, gate)))
}

// blockPowers is the mean square of every block of the K-weighted signal.
func blockPowers(x []float64, rate int) []float64 {
	k := newKWeighting(rate)
	step := (rate + stepsPerSecond/2) / stepsPerSecond
	steps := len(x) / step
	if steps < stepsPerBlock {
		if len(x) == 0 {
			return nil
		}
		return []float64{k.energy(x) / float64(len(x))}
	}
	energies := make([]float64, steps)
	for i := range energies {
		energies[i] = k.energy(x[i*step : (i+1)*step])
	}
	blocks := make([]float64, steps-stepsPerBlock+1)
	for i := range blocks {
		sum := 0.0
		for _, e := range energies[i : i+stepsPerBlock] {
			sum += e
		}
		blocks[i] = sum / float64(stepsPerBlock*step)
	}
	return blocks
}

// meanAbove is the mean of the powers above the gate, 0 without any.
func meanAbove(powers []float64, gate float64) float64 {
	sum, n := 0.0, 0
	for _, p := range powers {
		if p > gate {
			sum += p
			n++
		}
	}
	return sum / float64(max(1, n))
}
