//go:build e2e

package e2e

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// libmadDelay is what sox leaves in front of a file by lame in MPEG-2: the Info tag, the delay of the encoder and that
// of the decoder, in samples.
const libmadDelay = 576 + 576 + 529

// referee is what another decoder makes of a file: the mean of the channels of a file, full scale 1, by ffmpeg, or by libmad in sox where ffmpeg is the
// one that is wrong.
func (f file) referee(t *testing.T, path string) []float64 {
	t.Helper()
	raw := filepath.Join(t.TempDir(), "referee")
	if f.libmad {
		remix := "1v0.5,2v0.5"
		if f.mono {
			remix = "1"
		}
		tool(t, "sox", "-D", "-t", "mp3", path, "-t", "raw", "-e", "floating-point", "-b", "32", raw, "remix", "-m", remix)
		x := floats(t, raw)
		return x[min(libmadDelay, len(x)):]
	}
	mix := "aformat=sample_fmts=flt,pan=mono|c0=0.5*c0+0.5*c1"
	if f.mono {
		mix = "pan=mono|c0=c0"
	}
	tool(t, "ffmpeg", "-v", "quiet", "-i", path, "-map", "0:a", "-af", mix, "-c:a", "pcm_f32le", "-f", "f32le", raw)
	return floats(t, raw)
}

// floats reads raw samples of 32-bit float.
func floats(t *testing.T, path string) []float64 {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, len(data)/4)
	for i := range x {
		x[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])))
	}
	return x
}

func mean[F float32 | float64](left, right []F) []float64 {
	x := make([]float64, len(left))
	for i := range x {
		x[i] = (float64(left[i]) + float64(right[i])) / 2
	}
	return x
}

// signalToNoise is the energy of want over that of its difference from got, which is lag samples late, both below
// 4 kHz, in dB.
func signalToNoise(want, got []float64, lag, rate int) float64 {
	n := min(len(want), len(got)-lag)
	from := max(0, -lag)
	difference := make([]float64, max(0, n-from))
	for i := range difference {
		difference[i] = want[from+i] - got[from+i+lag]
	}
	signal, noise := lowEnergy(want[from:max(from, n)], rate), lowEnergy(difference, rate)
	return 10 * math.Log10(signal/max(noise, 1e-30))
}

// lowEnergy is the energy of x below 4 kHz: behind a sinc in a window of Blackman and Harris, of 8 ms, which has 90 dB
// from 4.25 kHz on and nothing lost up to 3.75 kHz.
func lowEnergy(x []float64, rate int) float64 {
	taps := []float64{1}
	if rate > 8000 {
		half := rate * 8 / 1000
		taps = make([]float64, 2*half+1)
		for i := range taps {
			t := float64(i - half)
			a := 2 * math.Pi * float64(i) / float64(2*half)
			window := 0.35875 - 0.48829*math.Cos(a) + 0.14128*math.Cos(2*a) - 0.01168*math.Cos(3*a)
			sinc := 8000 / float64(rate)
			if t != 0 {
				sinc = math.Sin(math.Pi*t*8000/float64(rate)) / (math.Pi * t)
			}
			taps[i] = sinc * window
		}
	}
	energy := 0.0
	// Of what is below 4.25 kHz, 16,000 samples a second have the same energy as all.
	for i := 0; i+len(taps) <= len(x); i += max(1, rate/16000) {
		y := 0.0
		for j, h := range taps {
			y += h * x[i+j]
		}
		energy += y * y
	}
	return energy
}
