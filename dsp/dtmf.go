package dsp

import "math"

// The frequencies of ITU-T Q.23 clause 4, in Hz: a digit is one of the first four, its row, and
// one of the others, its column.
var dtmfFrequencies = [8]float64{697, 770, 852, 941, 1209, 1336, 1477, 1633}

// dtmfKeys are the digits row by row.
const dtmfKeys = "123A456B789C*0#D"

const (
	dtmfRate = 8000 // Hz
	// dtmfStep is the length of an analysis, 10 ms: two of them lie in the shortest tone wherever
	// it begins, and their phases tell frequencies apart without doubt up to 50 Hz off.
	dtmfStep = 80
	// dtmfOffset is the largest error of a frequency: between the 1.5 % that ITU-T Q.24 annex A
	// wants accepted and the 3.5 % that it wants refused.
	dtmfOffset = 0.025
	// Twist, as power: the column may be up to 8 dB weaker than the row, and up to 4 dB stronger
	// (Q.24 annex A, AT&T); half a decibel is for the error of measurement.
	dtmfWeaker   = 7.08 // 8.5 dB
	dtmfStronger = 2.82 // 4.5 dB
	// dtmfPurity is the least share of both tones in the power of the signal: what is left for
	// noise, clipping and the error of measurement.
	dtmfPurity = 0.85
	// dtmfHarmonic is the largest power of the second harmonic of a column, relative to it: 13 dB
	// less. A voice has them, a generator has none.
	dtmfHarmonic = 0.05
	// dtmfSteady bounds the change of a tone from one step to the next, as power: 4 dB.
	dtmfSteady = 2.5
	// dtmfHits is how many analyses in a row begin a digit; 40 ms of tone have two whatever their
	// phase.
	dtmfHits = 2
	// dtmfShortest is the shortest tone, in steps: 32 ms, between the 24 ms that Q.24 annex A wants
	// refused and the 40 ms that it wants accepted.
	dtmfShortest = 3.2
	// dtmfPause is how many analyses in a row without the tone end it: a pause of 40 ms has five
	// whatever its phase, an interruption of 10 ms at most three.
	dtmfPause = 5
)

// dtmfFaintest is the least power of one tone with full scale at ±1: -27.5 dBm0, where
// Q.24 annex A wants -25 dBm0 accepted and the sine at full scale has +3.17 dBm0 (G.711 clause 4).
var dtmfFaintest = math.Pow(10, (-27.5-3.17)/10) / 2

// DTMFDigit is one digit that was found.
type DTMFDigit struct {
	Key     byte // one of 0 to 9, *, #, A to D
	Samples int  // length of its tone at 8000 Hz, to about 2 ms
}

// DTMF finds the digits of ITU-T Q.23 in audio at 8000 Hz, by the tolerances of ITU-T Q.24: it
// measures the tones by the algorithm of Goertzel (1958), and their frequencies by the
// phases of two measurements. The zero value is ready. Unlike the rest of the package
// it has a state, and belongs to one goroutine. It does not allocate.
type DTMF struct {
	step    [dtmfStep]float64
	filled  int
	before  dtmfSpectrum // of the step before
	earlier [8]float64   // the tones of the step before that

	key         byte // that lasts, 0 for none
	row, column int
	power       float64 // of its tones
	length      float64 // so far, in steps
	hits        int     // analyses in a row that have it
	sure        bool    // there were enough of them
	misses      int     // analyses in a row that have it not

	found [4]DTMFDigit // that wait for Next
	count int
}

// Process takes the next samples, of full scale ±1. After each 160 of them at most, what was
// found is to be taken by Next.
func (d *DTMF) Process(x []float64) {
	for len(x) > 0 {
		n := copy(d.step[d.filled:], x)
		x = x[n:]
		if d.filled += n; d.filled == dtmfStep {
			d.filled = 0
			d.analyse()
		}
	}
}

// Silence stands for n samples of it.
func (d *DTMF) Silence(n int) {
	var none [dtmfStep]float64
	for ; n > dtmfStep; n -= dtmfStep {
		d.Process(none[:])
	}
	d.Process(none[:max(0, n)])
}

// Next gives the next digit that has ended; false when there is none.
func (d *DTMF) Next() (DTMFDigit, bool) {
	if d.count == 0 {
		return DTMFDigit{}, false
	}
	first := d.found[0]
	d.count--
	copy(d.found[:], d.found[1:])
	return first, true
}

// analyse takes a whole step.
func (d *DTMF) analyse() {
	now := d.measure()
	row, column := now.strongest(0), now.strongest(4)
	key := byte(0)
	if d.is(&now, row) && d.is(&now, column) && d.together(&now, row, column) && d.pure(&now, column) {
		key = dtmfKeys[4*row+column-4]
	}
	d.judge(key, &now, row, column)
	d.earlier, d.before = d.before.tones, now
}

// is tells whether tone k is there for both steps, and of its frequency.
func (d *DTMF) is(now *dtmfSpectrum, k int) bool {
	before, after := d.before.tones[k], now.tones[k]
	return min(before, after) >= dtmfFaintest && before <= dtmfSteady*after && after <= dtmfSteady*before && d.tuned(now, k)
}

// tuned tells whether the frequency of tone k is right: from one step to the next its phase
// has turned by that of the frequency, and a little more or less by its error.
func (d *DTMF) tuned(now *dtmfSpectrum, k int) bool {
	b, t := &d.before, dtmfTable
	re := float64(now.re[k]*b.re[k]) + float64(now.im[k]*b.im[k])
	im := float64(now.im[k]*b.re[k]) - float64(now.re[k]*b.im[k])
	turned := math.Atan2(float64(im*t.turnRe[k])+float64(re*t.turnIm[k]), float64(re*t.turnRe[k])-float64(im*t.turnIm[k]))
	return math.Abs(turned) <= t.largest[k]
}

// pure tells whether the column has no overtone. That of a row lies among the columns,
// where the window cannot tell it from one; it makes the two tones a smaller share of the signal.
func (d *DTMF) pure(now *dtmfSpectrum, column int) bool {
	c := dtmfTable.harmonic[column]
	var a, b float64
	for _, v := range &d.step {
		a, b = v+float64(c*a)-b, a
	}
	power := dtmfTable.scale * (float64(a*a) + float64(b*b) - float64(float64(c*a)*b))
	return power <= dtmfHarmonic*now.tones[column]
}

// together tells whether two tones make a digit: by their twist, and as most of the signal.
func (d *DTMF) together(now *dtmfSpectrum, row, column int) bool {
	r, c := d.before.tones[row]+now.tones[row], d.before.tones[column]+now.tones[column]
	return r <= dtmfWeaker*c && c <= dtmfStronger*r && r+c >= dtmfPurity*(d.before.power+now.power)
}

// judge follows a digit from its first analysis to the pause behind it.
func (d *DTMF) judge(key byte, now *dtmfSpectrum, row, column int) {
	if key != 0 && key != d.key {
		d.finish()
		d.begin(key, now, row, column)
	}
	switch {
	case d.key == 0:
	case key == d.key:
		if d.misses > 1 { // the first one has counted what there was of the tone
			d.length += d.share(&d.before.tones)
		}
		d.length += d.share(&now.tones)
		d.misses = 0
		d.hits++
		d.sure = d.sure || d.hits >= dtmfHits
	default:
		if d.misses == 0 {
			d.length += d.share(&now.tones) // its end
		}
		d.hits = 0
		if d.misses++; d.misses == dtmfPause {
			d.finish()
		}
	}
}

// begin notes a digit at its first analysis, with what there was of it before.
func (d *DTMF) begin(key byte, now *dtmfSpectrum, row, column int) {
	d.key, d.row, d.column = key, row, column
	d.hits, d.misses, d.sure = 0, 0, false
	d.power = max(d.before.tones[row]+d.before.tones[column], now.tones[row]+now.tones[column])
	d.length = d.share(&d.earlier) + d.share(&d.before.tones)
}

// share is how much of a step the tones of the digit fill, by their amplitude, which is
// measured to 8 %.
func (d *DTMF) share(tones *[8]float64) float64 {
	return min(1, 1.08*math.Sqrt((tones[d.row]+tones[d.column])/d.power))
}

// finish ends the digit, and keeps it if it was one.
func (d *DTMF) finish() {
	if d.key != 0 && d.sure && d.length >= dtmfShortest && d.count < len(d.found) {
		d.found[d.count] = DTMFDigit{Key: d.key, Samples: int(d.length * dtmfStep)}
		d.count++
	}
	d.key = 0
}
