package codec

// Names in capitals are the blocks and variables of Recommendation ITU-T G.722, clauses 5 (quadrature mirror filters) and 6
// (the coders of the two sub-bands).

// EncodeG722 encodes 16-bit samples at 16 kHz as G.722 at 64 kbit/s (ITU-T G.722, clause 3, mode 1) into a new slice:
// one byte for two samples, beginning in the reset state. A last sample without a partner is followed by one of value
// zero.
func EncodeG722(samples []int16) []byte {
	var e g722Encoder
	e.reset()
	if len(samples)%2 != 0 {
		samples = append(samples[:len(samples):len(samples)], 0)
	}
	return e.encode(nil, samples)
}

// DecodeG722 decodes G.722 at 64 kbit/s (ITU-T G.722, clause 4, mode 1) into a new slice of 16-bit samples at 16 kHz: two
// for each byte, beginning in the reset state.
func DecodeG722(codes []byte) []int16 {
	var d g722Decoder
	d.reset()
	return d.decode(nil, codes)
}

// g722Encoder is the state of an encoder. Two encoders that are equal go on alike.
type g722Encoder struct {
	qmf       transmitQMF
	low, high subBand
}

// reset brings the encoder into the state that a decoder begins in.
func (e *g722Encoder) reset() {
	*e = g722Encoder{low: subBand{det: minDETL}, high: subBand{det: minDETH}}
}

// encode appends the codes of an even number of samples to codes.
func (e *g722Encoder) encode(codes []byte, samples []int16) []byte {
	for len(samples) >= 2 {
		xl, xh := e.qmf.split(int(samples[0]), int(samples[1]))
		il := quantizeLow(saturate(xl-e.low.s), e.low.det)
		ih := quantizeHigh(saturate(xh-e.high.s), e.high.det)
		e.low.adaptLow(il)
		e.high.adaptHigh(ih)
		codes = append(codes, byte(ih<<6|il))
		samples = samples[2:]
	}
	return codes
}

// g722Decoder is the state of a decoder.
type g722Decoder struct {
	qmf       receiveQMF
	low, high subBand
}

// reset brings the decoder into the state that an encoder begins in.
func (d *g722Decoder) reset() {
	*d = g722Decoder{low: subBand{det: minDETL}, high: subBand{det: minDETH}}
}

// decode appends the samples of codes to samples.
func (d *g722Decoder) decode(samples []int16, codes []byte) []int16 {
	for _, c := range codes {
		il, ih := int(c&0x3F), int(c>>6)
		rl := limitRange(saturate(d.low.s + dequantizeLow(il, d.low.det)))
		rh := limitRange(saturate(d.high.s + dequantizeHigh(ih, d.high.det)))
		d.low.adaptLow(il)
		d.high.adaptHigh(ih)
		first, second := d.qmf.join(rl, rh)
		samples = append(samples, int16(first), int16(second))
	}
	return samples
}

// saturate is x within 16 bits, as the sums of the Recommendation are.
func saturate(x int) int { return max(-1<<15, min(1<<15-1, x)) }

// limitRange is block LIMIT: the range of a sub-band, of 15 bits.
func limitRange(x int) int { return max(-1<<14, min(1<<14-1, x)) }
