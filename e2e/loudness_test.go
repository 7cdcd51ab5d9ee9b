//go:build e2e

package e2e

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"pickup/codec"
)

// Material of every kind sounds equally loud on the telephone, as ffmpeg measures
// it on what the caller decodes, and nothing of it is clipped.
func TestShortLoudness(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	tool(t, "espeak-ng", "-v", "en-us", "-s", "150", "-w", at("voice.wav"),
		"You have reached the test line. Please listen to this announcement to its end, for it is measured. "+
			"One, two, three, four, five, six, seven, eight, nine, ten. Thank you for your call, and good bye.")
	tool(t, "sox", at("voice.wav"), "-r", "44100", "-c", "2", at("speech.wav"))
	tool(t, "sox", "-n", "-r", "44100", "-c", "2", at("music.wav"),
		"synth", "15", "pluck", "%-9", "pluck", "%-5", "synth", "15", "sine", "mix", "%-2", "vol", "0.4", "tremolo", "0.5", "60")
	tool(t, "sox", "-m", at("speech.wav"), "-v", "0.3", at("music.wav"), at("mixed.wav"))
	tool(t, "sox", at("mixed.wav"), at("hot.wav"), "overdrive", "20", "gain", "-n", "0")
	tool(t, "sox", at("mixed.wav"), "-b", "24", at("quiet.wav"), "gain", fmt.Sprintf("%.2f", -59-integrated(t, "-i", at("mixed.wav"))))
	for _, material := range []string{"speech", "music", "mixed", "hot", "quiet"} {
		t.Run(material, func(t *testing.T) {
			t.Parallel()
			heard := renders(t, at(material+".wav"), "heard.ul")
			got := integrated(t, "-f", "mulaw", "-ar", "8000", "-ac", "1", "-i", heard)
			if math.Abs(got+22) > 0.5 {
				t.Errorf("loudness: got %.1f LUFS, want -22 within 0.5", got)
			}
			codes, err := os.ReadFile(heard)
			if err != nil {
				t.Fatal(err)
			}
			checkHeadroom(t, codes)
		})
	}
}

// longestRun is how many samples in a row have the magnitude of the peak and one
// sign. The uppermost steps of mu-law are 3 % wide: the crest of a sound fills one for
// a few samples, a signal that is cut off stays there.
func longestRun(x []float64, peak float64) (longest int) {
	run := 0
	for i, v := range x {
		if math.Abs(v) < peak {
			run = 0
			continue
		}
		if i > 0 && v != x[i-1] {
			run = 0
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

var integratedLoudness = regexp.MustCompile(`I:\s+(-?[0-9.]+) LUFS`)

// integrated is the loudness of an input of ffmpeg in LUFS.
func integrated(t *testing.T, input ...string) float64 {
	t.Helper()
	arguments := append(append([]string{"-hide_banner", "-nostats"}, input...), "-af", "ebur128=peak=true", "-f", "null", "-")
	said, err := exec.Command("ffmpeg", arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, said)
	}
	found := integratedLoudness.FindAllSubmatch(said, -1)
	if found == nil {
		t.Fatalf("ffmpeg: no loudness in %s", said)
	}
	lufs, err := strconv.ParseFloat(string(found[len(found)-1][1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return lufs
}

// checkHeadroom wants a peak of at most -0.8 dB of full scale, a signal that is not
// cut off at its peak, and no direct current.
func checkHeadroom(t *testing.T, codes []byte) {
	t.Helper()
	peak, sum := 0.0, 0.0
	heard := make([]float64, len(codes))
	for i, code := range codes {
		heard[i] = float64(codec.DecodeMuLaw(code))
		peak, sum = max(peak, math.Abs(heard[i])), sum+heard[i]
	}
	if got := decibelsOf(peak / 32768); got > -0.8 {
		t.Errorf("peak: got %.2f dBFS, want at most -0.8", got)
	}
	if got := longestRun(heard, peak); got > 4 {
		t.Errorf("samples at the peak in a row: got %d, want 4 at most, as a crest can have", got)
	}
	if dc := math.Abs(sum/float64(len(codes))) / 32768; dc >= 0.001 {
		t.Errorf("direct current: got %.5f of full scale, want below 0.001", dc)
	}
}
