//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"pickup/codec"
)

// The MP3 decoder, the mono mix and the resampler against those of ffmpeg: a
// listener would not tell what Pickup plays from what ffmpeg makes of the same file.
func TestShortFFmpeg(t *testing.T) {
	const seconds = 30
	raw := filepath.Join(t.TempDir(), "prompt")
	tool(t, "ffmpeg", "-v", "error", "-i", "../codec/builtin/builtin.mp3",
		"-ac", "1", "-ar", "8000", "-f", "s16le", raw)
	file, err := os.ReadFile(raw)
	if err != nil {
		t.Fatal(err)
	}
	checkHeard(t, played(t, codec.PCMU, seconds, "audio_processing.enabled=false"), pcm16(file))
}
