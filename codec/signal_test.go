package codec

import "math"

// measured is what a test tone turned into.
type measured struct {
	frequency float64 // Hz
	level     float64 // dB, of a full-scale sine
	thd       float64 // harmonics 2 to 7 below half the sample rate, dB of the tone
	noise     float64 // everything that is not the tone, dB of the tone
}

// measure analyses a tone of about the given frequency.
func measure(x []float64, rate int, about float64) measured {
	f := about
	for range 4 { // the phase runs away from a wrong frequency between the two halves
		half := len(x) / 2
		a1, p1 := component(x[:half], rate, f)
		_, p2 := component(x[half:2*half], rate, f)
		drift := math.Remainder(p2-p1-2*math.Pi*f*float64(half)/float64(rate), 2*math.Pi)
		if a1 > 0 {
			f += drift * float64(rate) / (2 * math.Pi * float64(half))
		}
	}
	amplitude, phase := component(x, rate, f)
	harmonics := 0.0
	for n := 2.0; n <= 7 && n*f < float64(rate)/2; n++ {
		a, _ := component(x, rate, n*f)
		harmonics += a * a
	}
	rest, total := 0.0, 0.0
	for i, v := range x {
		e := v - amplitude*math.Cos(2*math.Pi*f*float64(i)/float64(rate)+phase)
		w := window(i, len(x))
		rest += w * e * e
		total += w
	}
	return measured{
		frequency: f,
		level:     20 * math.Log10(amplitude),
		thd:       20 * math.Log10(math.Sqrt(harmonics)/amplitude),
		noise:     20 * math.Log10(math.Sqrt(2*rest/total)/amplitude),
	}
}

// component is the amplitude and phase of the cosine of frequency f in x.
func component[F float32 | float64](x []F, rate int, f float64) (amplitude, phase float64) {
	var re, im, sum float64
	for i, v := range x {
		w := window(i, len(x))
		sin, cos := math.Sincos(2 * math.Pi * f * float64(i) / float64(rate))
		re += w * float64(v) * cos
		im -= w * float64(v) * sin
		sum += w
	}
	return 2 * math.Hypot(re, im) / sum, math.Atan2(im, re)
}

// window is the four-term Blackman-Harris window (F. J. Harris, 1978), whose side lobes lie below -92 dB.
func window(i, n int) float64 {
	x := 2 * math.Pi * (float64(i) + 0.5) / float64(n)
	return 0.35875 - 0.48829*math.Cos(x) + 0.14128*math.Cos(2*x) - 0.01168*math.Cos(3*x)
}

// decoded is a track as samples with full scale at ±1.
func decoded(t *Track) []float64 {
	var payload []byte
	for n := range t.Frames() {
		payload = append(payload, t.Frame(n)...)
	}
	return floats(t.format.Decode(payload))
}

// floats are samples with full scale at ±1.
func floats(samples []int16) []float64 {
	x := make([]float64, len(samples))
	for i, s := range samples {
		x[i] = float64(s) / 32768
	}
	return x
}

// toneAudio is a sine of n samples in both channels.
func toneAudio(hertz, amplitude float64, rate, n int) Audio {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(amplitude * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate)))
	}
	return Audio{Left: x, Right: x, Rate: rate, Largest: 1}
}
