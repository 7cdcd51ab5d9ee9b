package dsp

import "math"

// sweep is a sine of amplitude 1 whose frequency rises evenly from f0 to f1 Hz. Both ends are faded over 100 ms
// with a gain that has no step in any derivative, so that the fade has no sound beside the sweep. It is the continuous signal sampled at rate: two rates give samples of the same sound.
func sweep(rate int, seconds, f0, f1 float64) []float64 {
	x := make([]float64, int(seconds*float64(rate)))
	for i := range x {
		t := float64(i) / float64(rate)
		phase := 2 * math.Pi * (f0*t + (f1-f0)*t*t/(2*seconds))
		gain := 1.0
		if u := min(t, seconds-t) / 0.1; u < 1 {
			gain = 1 / (1 + math.Exp(1/u-1/(1-u)))
		}
		x[i] = gain * math.Sin(phase)
	}
	return x
}

// tone is a sine of amplitude 1.
func tone(rate, n int, frequency float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sin(2 * math.Pi * frequency * float64(i) / float64(rate))
	}
	return x
}

// amplitude is the amplitude of the sine of this frequency in x, by projection under a Hann window.
func amplitude(x []float64, rate int, frequency float64) float64 {
	var re, im, sum float64
	for i, v := range x {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(len(x)))
		sin, cos := math.Sincos(2 * math.Pi * frequency * float64(i) / float64(rate))
		re += w * v * cos
		im += w * v * sin
		sum += w
	}
	return 2 * math.Hypot(re, im) / sum
}

// peak is the largest magnitude in x.
func peak(x []float64) float64 {
	p := 0.0
	for _, v := range x {
		p = max(p, math.Abs(v))
	}
	return p
}
