package dsp

import (
	"math"
	"math/rand/v2"
)

// speech is like a voice in all that a chain of levels reacts to: pulses of about 120 Hz through the resonances of a
// vowel, hissing between, syllables of different strength four times a second, a pause of 600 ms in every 3 s, peaks
// 15 to 18 dB above the mean, and a noise floor 60 dB below them. The peak is 0.5.
func speech(rate int, seconds float64) []float64 {
	random := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, int(seconds*float64(rate)))
	phase, strength := 0.0, 1.0
	for i := range x {
		t := float64(i) / float64(rate)
		syllable := math.Mod(t*4, 1)
		if phase += (120 + 15*math.Sin(2*math.Pi*0.7*t)) / float64(rate); phase >= 1 {
			phase--
			x[i] = 8
		}
		if syllable < 4/float64(rate) {
			strength = 0.3 + 0.7*random.Float64()
		}
		if syllable > 0.8 {
			x[i] = random.NormFloat64() * 0.3
		}
		x[i] *= strength * math.Pow(math.Sin(math.Pi*syllable), 2)
		if math.Mod(t, 3) > 2.4 {
			x[i] = 0
		}
	}
	voice := make([]float64, len(x))
	for _, formant := range []struct{ frequency, q, gain float64 }{{600, 6, 1}, {1200, 10, 0.5}, {2500, 14, 0.3}} {
		y := append([]float64(nil), x...)
		LowPass(rate, formant.frequency, formant.q).Filter(y)
		HighPass(rate, 80, 0.7).Filter(y)
		for i, v := range y {
			voice[i] += formant.gain * v
		}
	}
	scaled(voice, 0.5/Peak(voice))
	for i := range voice {
		voice[i] += 0.0005 * random.NormFloat64()
	}
	return voice
}

// music is a slow row of chords of eight harmonics each with a drum on every beat. The peak is 0.9.
func music(rate int, seconds float64) []float64 {
	random := rand.New(rand.NewPCG(3, 4))
	chords := [][]float64{{130.81, 164.81, 196}, {174.61, 220, 261.63}, {196, 246.94, 293.66}, {110, 130.81, 164.81}}
	x := make([]float64, int(seconds*float64(rate)))
	for i := range x {
		t := float64(i) / float64(rate)
		beat := math.Mod(t, 0.5)
		for _, note := range chords[int(t)%len(chords)] {
			for h := 1.0; h <= 8; h++ {
				x[i] += math.Sin(2*math.Pi*h*note*t) / h
			}
		}
		x[i] *= math.Exp(-math.Mod(t, 1))
		x[i] += 3 * math.Exp(-60*beat) * random.NormFloat64()
		x[i] += 4 * math.Exp(-15*beat) * math.Sin(2*math.Pi*60*beat)
	}
	return scaled(x, 0.9/Peak(x))
}

// materials are the kinds of audio that a chain must bring to the same loudness, with what each is hard for.
func materials(rate int, seconds float64) map[string][]float64 {
	voice, band := speech(rate, seconds), music(rate, seconds)
	hot := mix(band, 4, band, 0)
	clamp(hot, 1)
	return map[string][]float64{
		"speech":          voice,
		"music":           band,
		"mixed":           mix(voice, 1, band, 0.1),
		"hot":             hot,
		"very quiet":      mix(voice, Gain(-59-Loudness(voice, rate)), voice, 0),
		"with a constant": mix(voice, 1, ones(len(voice)), 0.3),
	}
}
