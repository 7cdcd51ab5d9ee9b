package codec

// decision6 are the decision levels of the 60-level quantizer for a scale factor of one, in units of 2^-12 (ITU-T G.722,
// clause 6, Q6). A difference has as many of them at or below it as it is far from zero.
var decision6 = [...]int{
	35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
	786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
}

// decision2 is the decision level of the 4-level quantizer (Q2).
const decision2 = 564

// quantizeLow is block QUANTL: the code of the difference e for the scale factor det. The codes of positive differences
// fall from 61; those of negative ones fall from 31, but for the two next to zero, which are 63 and 62. The codes 0 to 3
// are not used.
func quantizeLow(e, det int) int {
	magnitude := e
	if e < 0 {
		magnitude = ^e
	}
	i := 0
	for i < len(decision6) && magnitude >= decision6[i]*det>>12 {
		i++
	}
	switch {
	case e >= 0:
		return 61 - i
	case i < 2:
		return 63 - i
	}
	return 33 - i
}

// quantizeHigh is block QUANTH.
func quantizeHigh(e, det int) int {
	code, magnitude := 3, e
	if e < 0 {
		code, magnitude = 1, ^e
	}
	if magnitude >= decision2*det>>12 {
		code--
	}
	return code
}

// dequantizeLow is block INVQBL for mode 1: the difference that a code of 6 bits means.
func dequantizeLow(il, det int) int { return det * inverse6[il] >> 15 }

// dequantizeHigh is block INVQAH.
func dequantizeHigh(ih, det int) int { return det * inverse2[ih] >> 15 }

// inverse6 are the output levels of the 60-level quantizer in units of 2^-15, by code (Q6). The codes 0 to 3, which no
// encoder sends, stand for the smallest negative level.
var inverse6 = [64]int{
	-136, -136, -136, -136,
	-24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856, -7192, -6576,
	-6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
	24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576,
	6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728,
	432, 136, -432, -136,
}

// inverse4 are the output levels of the 15-level quantizer by the upper four bits of a code (Q4).
var inverse4 = [16]int{
	0, -20456, -12896, -8968, -6288, -4240, -2584, -1200,
	20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
}

// inverse2 are the output levels of the 4-level quantizer by code (Q2).
var inverse2 = [4]int{-7408, -1616, 7408, 1616}

// logFactor4 and logFactor2 are what a code adds to the logarithmic scale factor (WL and WH).
var (
	logFactor4 = [16]int{-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60}
	logFactor2 = [4]int{798, -214, 798, -214}
)

// antilog is 2^11·2^(i/32), rounded (ILB).
var antilog = [32]int{
	2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
	2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
}
