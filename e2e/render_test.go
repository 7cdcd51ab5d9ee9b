//go:build e2e

package e2e

import (
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// renders runs `pickup render` and returns the path of what it made.
func renders(t *testing.T, in, out string, arguments ...string) string {
	t.Helper()
	program, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), out)
	tool(t, program, append([]string{"render", in, path}, arguments...)...)
	return path
}

// tones makes a WAV file with sox: a second of each frequency, in Hz, with this
// amplitude, in 32-bit float.
func tones(t *testing.T, rate int, amplitude float64, frequencies ...float64) string {
	t.Helper()
	folder := t.TempDir()
	var parts []string
	for i, f := range frequencies {
		part := filepath.Join(folder, fmt.Sprintf("%d.wav", i))
		tool(t, "sox", "-n", "-r", strconv.Itoa(rate), "-c", "1", "-e", "floating-point", "-b", "32", part,
			"synth", "1", "sine", fmt.Sprint(f), "vol", fmt.Sprint(amplitude))
		parts = append(parts, part)
	}
	path := filepath.Join(folder, "tones.wav")
	tool(t, "sox", append(parts, path)...)
	return path
}

var rmsAmplitude = regexp.MustCompile(`RMS\s+amplitude:\s+([0-9.]+)`)

// levels are those of the middle half of each second of a WAV file, in dB of full
// scale, as sox finds them.
func levels(t *testing.T, path string, seconds int) []float64 {
	t.Helper()
	out := make([]float64, seconds)
	for i := range out {
		out[i] = decibelsOf(soxRMS(t, path, 1, float64(i)+0.25, 0.5))
		if out[i] < -50 { // six digits behind the point are too few
			out[i] = decibelsOf(soxRMS(t, path, 10000, float64(i)+0.25, 0.5) / 10000)
		}
	}
	return out
}

func soxRMS(t *testing.T, path string, gain, from, length float64) float64 {
	t.Helper()
	said, err := exec.Command("sox", "-v", fmt.Sprint(gain), path, "-n", "trim", fmt.Sprint(from), fmt.Sprint(length), "stat").CombinedOutput()
	if err != nil {
		t.Fatalf("sox stat: %v\n%s", err, said)
	}
	found := rmsAmplitude.FindSubmatch(said)
	if found == nil {
		t.Fatalf("sox stat: no RMS in %s", said)
	}
	rms, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return rms
}

func decibelsOf(amplitude float64) float64 { return 20 * math.Log10(amplitude) }
