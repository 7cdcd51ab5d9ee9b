package render

import (
	"io"
	"time"

	"pickup/codec"
	"pickup/dsp"
)

// Signal is one channel of sound.
type Signal struct {
	Samples []float64 // full scale is ±1
	Rate    int       // in Hz
}

// WriteWAV writes the signal as a WAV file of 16 bits. What is beyond full scale is clipped.
func (s Signal) WriteWAV(w io.Writer) error {
	return codec.WriteWAV(w, dsp.Quantise(s.Samples), s.Rate)
}

// Beyond is how many samples are beyond full scale: between stages a signal may be louder.
func (s Signal) Beyond() (n int) {
	for _, v := range s.Samples {
		if v > 1 || v < -1 {
			n++
		}
	}
	return n
}

// played is the part of x within the play time.
func played[F float32 | float64](x []F, rate int, d time.Duration) []F {
	if keep := d.Seconds() * float64(rate); keep < float64(len(x)) {
		return x[:int(keep)]
	}
	return x
}
