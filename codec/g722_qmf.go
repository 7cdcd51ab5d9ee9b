package codec

// qmfTaps is the length of the quadrature mirror filters.
const qmfTaps = 24

// qmfCoefficients are the filters' coefficients H0 to H23 in units of 2^-13 (ITU-T G.722, clause 5),
// symmetric about the middle.
var qmfCoefficients = [qmfTaps]int{
	3, -11, -11, 53, 12, -156, 32, 362, -210, -805, 951, 3876,
	3876, 951, -805, -210, 362, 32, -156, 12, 53, -11, -11, 3,
}

// transmitQMF splits the band of 8 kHz into two of 4 kHz (ITU-T G.722, clause 5). It has the last samples, the
// newest first, of 16 bits where the Recommendation has 14.
type transmitQMF [qmfTaps]int

// split takes two samples and gives one of the lower and one of the higher sub-band: blocks LOWT and HIGHT.
func (x *transmitQMF) split(first, second int) (xl, xh int) {
	copy(x[2:], x[:qmfTaps-2])
	x[0], x[1] = second, first
	xa, xb := 0, 0
	for i := 0; i < qmfTaps; i += 2 {
		xa += x[i] * qmfCoefficients[i]
		xb += x[i+1] * qmfCoefficients[i+1]
	}
	return limitRange((xa + xb) >> 14), limitRange((xa - xb) >> 14)
}

// receiveQMF joins the two sub-bands (ITU-T G.722, clause 5). It has the last differences XD and sums XS of the two, by
// turns, the newest first.
type receiveQMF [qmfTaps]int

// join takes one sample of each sub-band and gives two of the whole band.
func (x *receiveQMF) join(rl, rh int) (first, second int) {
	copy(x[2:], x[:qmfTaps-2])
	x[0], x[1] = rl-rh, rl+rh
	for i := 0; i < qmfTaps; i += 2 {
		first += x[i] * qmfCoefficients[i]
		second += x[i+1] * qmfCoefficients[i+1]
	}
	return saturate(first >> 11), saturate(second >> 11)
}
