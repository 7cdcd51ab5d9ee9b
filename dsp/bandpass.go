package dsp

// The qualities of the two sections of a Butterworth filter of 4th order: 1/(2·cos(pi/8)) and 1/(2·cos(3·pi/8)).
const (
	butterworth4a = 0.541196100146197
	butterworth4b = 1.306562964876377
)

// Bandpass keeps the frequencies between Low and High, its -3 dB points in Hz, with a Butterworth filter of
// 4th order (24 dB per octave) on each side. 0 < Low < High < half the sample rate. A telephone line has 300 to
// 3400 Hz (ITU-T G.712), a wideband one 50 to 7000 Hz (ITU-T G.722). The lower side also removes any constant.
type Bandpass struct{ Low, High float64 }

// Filter filters x in place, from rest; rate is its sample rate in Hz.
func (b Bandpass) Filter(x []float64, rate int) {
	for _, section := range b.sections(rate) {
		section.Filter(x)
	}
}

func (b Bandpass) sections(rate int) [4]Biquad {
	return [...]Biquad{
		HighPass(rate, b.Low, butterworth4a), HighPass(rate, b.Low, butterworth4b),
		LowPass(rate, b.High, butterworth4a), LowPass(rate, b.High, butterworth4b),
	}
}
