package codec

import "math/bits"

// aInvert are the even bits of a code, which are inverted on the line (ITU-T G.711, table 1, note 2).
const aInvert = 0x55

// EncodeALaw encodes a 16-bit sample as A-law (ITU-T G.711, table 1).
// The code is sign (1 for positive), segment (3 bits) and position in the segment (4 bits), with the even bits
// inverted. The law works on a magnitude of 11 bits: a 16-bit sample without its sign and its four lowest bits.
// The first two segments have the same step, so that there is no bias.
func EncodeALaw(s int16) byte {
	sign := byte(0x80)
	magnitude := int(s) >> 4
	if s < 0 {
		sign, magnitude = 0, ^int(s)>>4
	}
	segment := max(0, bits.Len(uint(magnitude))-4) // 0…15 is segment 0, 16…31 segment 1, 1024…2047 segment 7
	position := magnitude >> max(0, segment-1) & 0x0F
	return (sign | byte(segment<<4|position)) ^ aInvert
}

// DecodeALaw decodes an A-law code to a 16-bit sample (ITU-T G.711, table 1, quantized values y): the middle
// between the two decision values of the code.
func DecodeALaw(code byte) int16 {
	code ^= aInvert
	position, segment := int(code&0x0F), int(code>>4&0x07)
	magnitude := 2*position + 1 // in units of half a step
	if segment > 0 {
		magnitude = (magnitude + 32) << (segment - 1)
	}
	if code&0x80 == 0 {
		magnitude = -magnitude
	}
	return int16(magnitude << 3)
}
