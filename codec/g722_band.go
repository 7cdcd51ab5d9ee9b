package codec

// subBand is the adaptive predictor and the adaptive scale factor of one sub-band (ITU-T G.722, clauses 3 and 6). Encoder and
// decoder have the same, and it follows from the codes alone: that is why the decoder needs to be told nothing else.
// The names of the fields are those of the Recommendation without the letter of the band.
type subBand struct {
	nb  int    // NBL, NBH: scale factor, logarithmic
	det int    // DETL, DETH: scale factor, linear
	d   [6]int // DLT1 to DLT6: quantized differences, newest first
	b   [6]int // BL1 to BL6: coefficients of the zeros
	p   [2]int // PLT1, PLT2: partially reconstructed signal
	r   [2]int // RLT1, RLT2: reconstructed signal
	a   [2]int // AL1, AL2: coefficients of the poles
	s   int    // SL: prediction of the next sample
	sz  int    // SZL: what the zeros contribute to it
}

// The smallest scale factors, which are those of the reset state.
const (
	minDETL = 32
	minDETH = 8
)

// The largest logarithmic scale factors: blocks LOGSCL and LOGSCH.
const (
	maxNBL = 18432
	maxNBH = 22528
)

// adaptLow moves the lower sub-band on by the code il of 6 bits, of which prediction and scale factor see four.
func (x *subBand) adaptLow(il int) {
	d := x.det * inverse4[il>>2] >> 15 // INVQAL
	x.nb = max(0, min(maxNBL, x.nb*127>>7+logFactor4[il>>2]))
	x.det = scale(x.nb, 8)
	x.predict(d)
}

// adaptHigh moves the higher sub-band on by the code ih of 2 bits.
func (x *subBand) adaptHigh(ih int) {
	d := x.det * inverse2[ih] >> 15 // INVQAH
	x.nb = max(0, min(maxNBH, x.nb*127>>7+logFactor2[ih]))
	x.det = scale(x.nb, 10)
	x.predict(d)
}

// scale is blocks SCALEL and SCALEH: the linear scale factor of a logarithmic one of 4 bits before and 11 bits behind the
// point, of which the upper 5 are looked up.
func scale(nb, exponent int) int {
	factor := antilog[nb>>6&31]
	if shift := exponent - nb>>11; shift >= 0 {
		return factor >> shift << 2
	} else {
		return factor << -shift << 2
	}
}

// predict is the sixth-order zero and second-order pole predictor: d is the quantized difference from the last
// prediction.
func (x *subBand) predict(d int) {
	p := saturate(d + x.sz) // PARREC
	r := saturate(d + x.s)  // RECONS
	x.adaptZeros(d)
	x.adaptPoles(p)
	copy(x.d[1:], x.d[:])
	x.d[0] = d
	x.p = [2]int{p, x.p[0]}
	x.r = [2]int{r, x.r[0]}

	x.sz = 0 // FILTEZ
	for i := len(x.d) - 1; i >= 0; i-- {
		x.sz = saturate(x.sz + saturate(2*x.d[i])*x.b[i]>>15)
	}
	sp := saturate(saturate(2*x.r[0])*x.a[0]>>15 + saturate(2*x.r[1])*x.a[1]>>15) // FILTEP
	x.s = saturate(sp + x.sz)                                                     // PREDIC
}

// adaptZeros is block UPZERO: each coefficient leaks by 1/256 and moves by the sign of the correlation of d with the
// difference that it weighs. It cannot leave 16 bits.
func (x *subBand) adaptZeros(d int) {
	step := 128
	if d == 0 {
		step = 0
	}
	for i := range x.b {
		x.b[i] = x.b[i]*32640>>15 + signed(step, d, x.d[i])
	}
}

// adaptPoles is blocks UPPOL2 and UPPOL1: as for the zeros, but kept where the filter is stable.
func (x *subBand) adaptPoles(p int) {
	slope := saturate(4 * x.a[0])
	if (p < 0) == (x.p[0] < 0) {
		slope = saturate(-slope)
	}
	a2 := slope>>7 + signed(128, p, x.p[1]) + x.a[1]*32512>>15
	a2 = max(-12288, min(12288, a2))
	a1 := signed(192, p, x.p[0]) + x.a[0]*32640>>15
	x.a = [2]int{max(a2-15360, min(15360-a2, a1)), a2}
}

// signed is step with the sign of the product of p and q, where zero counts as positive.
func signed(step, p, q int) int {
	if (p < 0) == (q < 0) {
		return step
	}
	return -step
}
