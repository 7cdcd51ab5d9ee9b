//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"pickup/codec"
)

// rate is that of G.711, in Hz. So many samples are the window of all comparisons:
// a second, or half of one for G.722.
const rate = 8000

// played are the samples that a caller decodes of the built-in prompt, with these
// settings beside the play time.
func played(t *testing.T, format codec.Format, seconds int, set ...string) []float64 {
	t.Helper()
	arguments := []string{"--codec", format.Name, "--set", fmt.Sprintf("audio.duration_seconds=%d", seconds)}
	for _, s := range set {
		arguments = append(arguments, "--set", s)
	}
	return readWAV(t, renders(t, "builtin", "played.wav", arguments...), format.SampleRate)
}

// checkHeard wants each second of what was played to be found in what was heard.
func checkHeard(t *testing.T, played, heard []float64) {
	t.Helper()
	lag := align(played, heard, rate, rate/2)
	worst := 1.0
	for second, c := range windows(played, heard, lag, rate) {
		worst = min(worst, c)
		if c <= 0.99 {
			t.Errorf("second %d: got correlation %.4f with the prompt, want above 0.99", second, c)
		}
	}
	t.Logf("worst second: correlation %.5f; %d of %d samples heard, %d samples late", worst, len(heard), len(played), lag)
}

// readWAV reads a recording at this rate, in Hz.
func readWAV(t *testing.T, path string, rate int) []float64 {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	heard, got, err := samples(file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if got != rate {
		t.Fatalf("%s: rate: got %d Hz, want %d", path, got, rate)
	}
	return heard
}

// tool runs a program that has to succeed.
func tool(t *testing.T, name string, arguments ...string) {
	t.Helper()
	if out, err := exec.Command(name, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, out)
	}
}

// soxDecodes turns the payload of G.711 packets into samples, by sox.
func soxDecodes(t *testing.T, packets []packet, format codec.Format) []float64 {
	t.Helper()
	var payload []byte
	for _, p := range packets {
		payload = append(payload, p.data[min(headerSize, len(p.data)):]...)
	}
	folder := t.TempDir()
	raw, wav := filepath.Join(folder, "payload"), filepath.Join(folder, "payload.wav")
	if err := os.WriteFile(raw, payload, 0o600); err != nil {
		t.Fatal(err)
	}
	kind := "ul"
	if format.Name == codec.PCMA.Name {
		kind = "al"
	}
	tool(t, "sox", "-t", kind, "-r", "8000", "-c", "1", raw, "-e", "signed-integer", "-b", "16", wav)
	return readWAV(t, wav, rate)
}
