package engine

import (
	"math"

	"pickup/codec"
	"pickup/transport/rtp"
)

// laws are the scales of the codecs with one octet per sample, by their names. G.722
// has none: its octets mean nothing without those before.
var laws = map[string]*rtp.Scale{
	// ITU-T G.711 clause 4: a sine that reaches the virtual decision value, 8159 of the
	// 14 bits of the mu-law and 4096 of the 13 of the A-law, has 3.17 and 3.14 dBm0.
	codec.PCMU.Name: scaleOf(codec.DecodeMuLaw, 8159<<2, 3.17),
	codec.PCMA.Name: scaleOf(codec.DecodeALaw, 4096<<3, 3.14),
}

// g711 is what G.711 costs at a receiver that conceals lost packets by its appendix I
// (ITU-T G.113 appendix I). Without concealment Bpl is 4.3.
var g711 = rtp.Equipment{Impairment: 0, Robustness: 25.1}

// scaleOf measures a law, on whose 16-bit scale a sine of the amplitude peak has the level.
func scaleOf(decode func(byte) int16, peak, level float64) *rtp.Scale {
	s := &rtp.Scale{Zero: peak * peak / 2 * math.Pow(10, -level/10)}
	most := uint64(0)
	for code := range s.Energy {
		sample := int64(decode(byte(code)))
		s.Energy[code] = uint64(sample * sample)
		most = max(most, s.Energy[code])
	}
	for code, energy := range s.Energy {
		if energy == most {
			s.Energy[code] += rtp.Clipped
		}
	}
	return s
}
