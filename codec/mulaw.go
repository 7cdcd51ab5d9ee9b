package codec

import "math/bits"

// Constants of the mu-law (ITU-T G.711, tables 2a and 2b), in units of the law's 14-bit scale: a 16-bit sample
// without its two lowest bits.
const (
	// muBias moves the decision values (0, 1, 3, 5 … 31, 35 … 8159) so that each of the eight segments begins
	// at a power of two: 33, 64+…, and the last one ends at 8192.
	muBias = 33
	// muClip is the largest magnitude with the bias that still falls into the last segment. What is beyond the
	// virtual decision value 8159 is coded like the largest value.
	muClip = 8191
)

// EncodeMuLaw encodes a 16-bit sample as mu-law (ITU-T G.711, table 2).
// The code is sign (1 for positive), segment (3 bits) and position in the segment (4 bits), of which segment and
// position are inverted: a magnitude of zero is all ones.
func EncodeMuLaw(s int16) byte {
	sign := byte(0x80)
	magnitude := int(s) >> 2
	if s < 0 {
		sign, magnitude = 0, ^int(s)>>2
	}
	magnitude = min(magnitude+muBias, muClip)
	segment := bits.Len(uint(magnitude)) - 6 // 33…63 is segment 0, 4096…8191 is segment 7
	position := magnitude >> (segment + 1) & 0x0F
	return sign | ^byte(segment<<4|position)&0x7F
}

// DecodeMuLaw decodes a mu-law code to a 16-bit sample (ITU-T G.711, table 2, quantized values y).
func DecodeMuLaw(code byte) int16 {
	position, segment := int(^code&0x0F), int(^code>>4&0x07)
	magnitude := (2*position+muBias)<<segment - muBias
	if code&0x80 == 0 {
		magnitude = -magnitude
	}
	return int16(magnitude << 2)
}
