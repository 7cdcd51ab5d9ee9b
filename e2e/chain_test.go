//go:build e2e

package e2e

import (
	"fmt"
	"math"
	"testing"
)

// pass are frequencies of the telephone band that have no short common period with
// 8 kHz; stop are those that would come back as images.
var (
	pass = []float64{53, 103, 307, 701, 1021, 1709, 2411, 3001, 3307, 3599}
	stop = []float64{4007, 4507, 5003, 6007, 7001, 9001, 11003, 15013, 20011}
)

// The resampler from every usual rate, as sox sees it: the band comes through
// unchanged, and nothing comes back from above it.
func TestShortResampler(t *testing.T) {
	for _, from := range []int{48000, 44100, 32000, 24000, 22050, 16000} {
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			t.Parallel()
			in := tones(t, from, 0.5, pass...)
			before := levels(t, in, len(pass))
			after := levels(t, renders(t, in, "out.wav", "--stage", "resample"), len(pass))
			for i, f := range pass {
				if d := after[i] - before[i]; math.Abs(d) > 0.01 {
					t.Errorf("%v Hz: got %+.4f dB, want within 0.01 dB", f, d)
				}
			}
			above := below(stop, float64(from)/2)
			images := levels(t, renders(t, tones(t, from, 0.999, above...), "images.wav", "--stage", "resample"), len(above))
			for i, f := range above {
				if image := images[i] - decibelsOf(0.999*math.Sqrt2/2); image > -100 {
					t.Errorf("%v Hz: got an image of %.1f dB, want at most -100 dB", f, image)
				}
			}
		})
	}
}

// below are the values under a limit.
func below(values []float64, limit float64) []float64 {
	var kept []float64
	for _, v := range values {
		if v < limit {
			kept = append(kept, v)
		}
	}
	return kept
}

// The band ends at -3 dB where the configuration says, for both bands.
func TestShortBandEdges(t *testing.T) {
	tests := []struct {
		codec          string
		low, mid, high float64
	}{
		{"PCMU", 300, 1010, 3400},
		{"G722", 50, 590, 7000},
	}
	for _, tt := range tests {
		t.Run(tt.codec, func(t *testing.T) {
			t.Parallel()
			in := tones(t, 48000, 0.3, tt.low, tt.mid, tt.high)
			out := renders(t, in, "out.wav", "--stage", "bandpass", "--codec", tt.codec,
				"--set", "media.preferred_codecs=PCMU,G722")
			before, after := levels(t, in, 3), levels(t, out, 3)
			for i, want := range []float64{-3, 0, -3} {
				if got := after[i] - before[i]; math.Abs(got-want) > 0.1 {
					t.Errorf("%v Hz: got %.2f dB, want %v dB", []float64{tt.low, tt.mid, tt.high}[i], got, want)
				}
			}
		})
	}
}

// With the compressors off the three bands add up to what they were made of.
func TestShortCrossover(t *testing.T) {
	in := tones(t, 48000, 0.3, 307, 503, 751, 803, 907, 1301, 2003, 2411, 2503, 2903, 3307)
	flat := []string{"--set", "audio_processing.preemphasis_alpha=0", "--set", "audio_processing.noise_gate_threshold=0"}
	for _, band := range []string{"1", "2", "3"} {
		flat = append(flat, "--set", "audio_processing.band"+band+"_compressor.enabled=false")
	}
	before := levels(t, renders(t, in, "before.wav", append(flat, "--stage", "presence")...), 11)
	after := levels(t, renders(t, in, "after.wav", append(flat, "--stage", "compressor")...), 11)
	for i := range before {
		if d := after[i] - before[i]; math.Abs(d) > 0.01 {
			t.Errorf("second %d: got %+.4f dB, want within 0.01 dB", i, d)
		}
	}
}
