package rtp

import (
	"math"
	"time"
)

// Path is what the E-model is told of a connection. All else has the default values
// of ITU-T G.107 table 2.
type Path struct {
	Delay      time.Duration // one way, from mouth to ear: T = Ta = Tr/2
	Equipment  Equipment
	Loss       float64 // share of the packets that are not played, from 0 to 1
	BurstRatio float64 // BurstR, 1 for random loss
}

// Equipment is what a codec costs (ITU-T G.113 appendix I).
type Equipment struct {
	Impairment float64 // Ie
	Robustness float64 // Bpl, greater than 0
}

// Default values of ITU-T G.107 table 2, in dB unless noted.
const (
	sendLoudness     = 8.0   // SLR
	receiveLoudness  = 2.0   // RLR
	sidetone         = 15.0  // STMR
	valueD           = 3.0   // Ds and Dr
	talkerEcho       = 65.0  // TELR
	weightedEcho     = 110.0 // WEPL
	quantizing       = 1.0   // qdu
	circuitNoise     = -70.0 // Nc, dBm0p
	noiseFloor       = -64.0 // Nfor, dBmp
	roomNoise        = 35.0  // Ps and Pr, dB(A)
	delaySensitivity = 1.0   // sT
	delayThreshold   = 100.0 // mT, ms
)

// R is the transmission rating factor of ITU-T G.107 clause 7, from 0 to 100: 93.2 for
// a path without delay, loss and codec.
func (p Path) R() float64 {
	noise := noiseLevel()
	basic := 15 - 1.5*(sendLoudness+noise)
	delay := p.Delay.Seconds() * 1000
	r := basic - simultaneous(basic, noise, delay) - delayed(basic, noise, delay) - p.equipment()
	return min(max(r, 0), 100)
}

// equipment is Ie,eff (clause 7.5).
func (p Path) equipment() float64 {
	loss := 100 * p.Loss
	e := p.Equipment
	return e.Impairment + (95-e.Impairment)*loss/(loss/p.BurstRatio+e.Robustness)
}

// noiseLevel is No, the sum of all noise at the point of 0 dBr (clause 7.2).
func noiseLevel() float64 {
	overall := sendLoudness + receiveLoudness
	square := func(x float64) float64 { return x * x }
	atSender := roomNoise - sendLoudness - valueD - 100 + 0.004*square(roomNoise-overall-valueD-14)
	effective := roomNoise + 10*math.Log10(1+power(10-sidetone-valueD))
	atReceiver := receiveLoudness - 121 + effective + 0.008*square(effective-35)
	return 10 * math.Log10(power(circuitNoise)+power(atSender)+power(atReceiver)+power(noiseFloor+receiveLoudness))
}

// simultaneous is Is, what comes together with the voice (clause 7.3).
func simultaneous(basic, noise, delay float64) float64 {
	loudness := sendLoudness + receiveLoudness + 0.2*(64+noise-receiveLoudness)
	tooLoud := 20 * (math.Pow(1+math.Pow(loudness/8, 8), 1./8) - loudness/8)

	masking := -10 * math.Log10(power(-sidetone)+math.Exp(-delay/4)*power(-talkerEcho))
	bend := func(x, exponent float64) float64 { return math.Pow(1+math.Pow(x, exponent), 1/exponent) }
	ownVoice := 12*bend((masking-13)/6, 8) - 28*bend((masking+1)/19.4, 35) - 13*bend((masking-3)/33, 13) + 29

	q := 37 - 15*math.Log10(quantizing)
	g := 1.07 + 0.258*q + 0.0602*q*q
	y := (basic-100)/15 + 46/8.4 - g/9
	z := 46./30 - g/40
	quantized := 15 * math.Log10(1+math.Pow(10, y)+math.Pow(10, z))
	return tooLoud + ownVoice + quantized
}

// delayed is Id: the echo that the talker hears, that which the listener hears, and
// the delay itself (clause 7.4). The delay is in milliseconds.
func delayed(basic, noise, delay float64) float64 {
	echo := talkerEcho - 40*math.Log10((1+delay/10)/(1+delay/150)) + 6*math.Exp(-0.3*delay*delay)
	far := -1.5*(noise-receiveLoudness) - (80 + 2.5*(echo-14))
	talker := (far/2 + math.Sqrt(far*far/4+100) - 1) * (1 - math.Exp(-delay))

	near := basic - 10.5*(weightedEcho+7)*math.Pow(2*delay+1, -0.25)
	listener := near/2 + math.Sqrt(near*near/4+169)

	waiting := 0.
	if delay > delayThreshold {
		x := math.Log2(delay / delayThreshold)
		exponent := 6 * delaySensitivity
		waiting = 25 * (math.Pow(1+math.Pow(x, exponent), 1/exponent) - 3*math.Pow(1+math.Pow(x/3, exponent), 1/exponent) + 2)
	}
	return talker + listener + waiting
}

// power is a level in dB as a ratio of powers.
func power(level float64) float64 { return math.Pow(10, level/10) }

// MOS is the mean opinion score, from 1 to 4.5, that ITU-T G.107 annex B estimates for
// a rating factor.
func MOS(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	// Below 6.5 the polynomial is less than 1, the lowest score there is.
	return max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6)
}
