package dsp

import "math"

// dtmfSpectrum is what was measured of one step under the window.
type dtmfSpectrum struct {
	power  float64    // of the whole signal
	re, im [8]float64 // of each tone, with the phase at the end of the step
	tones  [8]float64 // power of each tone
}

// dtmfTable are the constants of the analysis.
var dtmfTable = newDTMFTable()

type dtmfConstants struct {
	window         [dtmfStep]float64
	scale          float64 // from the square of a result of Goertzel to the power of the tone
	whole          float64 // from the sum of squares to the power of the signal
	coefficient    [8]float64
	sin, cos       [8]float64 // of the angle of one sample
	turnRe, turnIm [8]float64 // the turn of one step, backwards
	harmonic       [8]float64 // coefficient of twice the frequency
	largest        [8]float64 // error of the frequency, as an angle of one step
}

func newDTMFTable() *dtmfConstants {
	t := &dtmfConstants{}
	var sum, squares float64
	for i := range &t.window {
		// Hann: what leaks from one group of tones into the other is 32 dB down.
		w := 0.5 - float64(0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/dtmfStep))
		t.window[i] = w
		sum += w
		squares += float64(w * w)
	}
	t.scale, t.whole = 2/(sum*sum), 1/squares
	for k, f := range dtmfFrequencies {
		angle := 2 * math.Pi * f / dtmfRate
		t.sin[k], t.cos[k] = math.Sincos(angle)
		t.coefficient[k] = 2 * t.cos[k]
		t.turnIm[k], t.turnRe[k] = math.Sincos(-angle * dtmfStep)
		t.harmonic[k] = 2 * math.Cos(2*angle)
		t.largest[k] = dtmfOffset * angle * dtmfStep
	}
	return t
}

// measure is the spectrum of the step. What cannot be a tone is not looked at.
func (d *DTMF) measure() (s dtmfSpectrum) {
	t := dtmfTable
	for i, w := range &t.window {
		v := float64(w * d.step[i])
		d.step[i] = v
		s.power += float64(v * v)
	}
	s.power *= t.whole
	if s.power < dtmfFaintest {
		return s
	}
	for k := 0; k < 8; k += 4 {
		d.goertzel(&s, k)
	}
	return s
}

// goertzel measures four tones at once, which a processor does in little more time than
// one: each sample of one tone must wait for the one before.
func (d *DTMF) goertzel(s *dtmfSpectrum, k int) {
	t := dtmfTable
	c0, c1, c2, c3 := t.coefficient[k], t.coefficient[k+1], t.coefficient[k+2], t.coefficient[k+3]
	var a0, a1, a2, a3, b0, b1, b2, b3 float64
	for _, v := range &d.step {
		a0, b0 = v+float64(c0*a0)-b0, a0
		a1, b1 = v+float64(c1*a1)-b1, a1
		a2, b2 = v+float64(c2*a2)-b2, a2
		a3, b3 = v+float64(c3*a3)-b3, a3
	}
	for i, r := range [4][2]float64{{a0, b0}, {a1, b1}, {a2, b2}, {a3, b3}} {
		re, im := r[0]-float64(t.cos[k+i]*r[1]), float64(t.sin[k+i]*r[1])
		s.re[k+i], s.im[k+i] = re, im
		s.tones[k+i] = t.scale * (float64(re*re) + float64(im*im))
	}
}

// strongest is the strongest of four tones.
func (s *dtmfSpectrum) strongest(first int) int {
	best := first
	for k := first + 1; k < first+4; k++ {
		if s.tones[k] > s.tones[best] {
			best = k
		}
	}
	return best
}
