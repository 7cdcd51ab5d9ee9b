package codec

import (
	"math"
	"testing"
	"time"
)

// A constant under a recording is no sound, neither in the pauses nor where it begins and ends.
func TestOffsetIsNoSound(t *testing.T) {
	const rate = 44100
	audio := toneAudio(1020, 0.3, rate, 3*rate)
	for i := range audio.Left {
		if i < rate || i >= 2*rate {
			audio.Left[i] = 0
		}
		audio.Left[i] += 0.3
	}
	audio.Right = audio.Left
	narrow, wide := chains()
	samples, err := samplesOfAudio(audio, Options{Duration: time.Minute, Formats: Formats(), Chain: narrow, Wide: wide})
	if err != nil {
		t.Fatal(err)
	}
	for band, sampleRate := range map[Band]int{Narrow: narrowRate, Wide: wideRate} {
		x := floats(samples[band])
		for name, part := range map[string][]float64{"beginning": x[:sampleRate/2], "end": x[len(x)-sampleRate/5:]} {
			if got := 20 * math.Log10(rmsOf(part)); got > -80 {
				t.Errorf("%s band, %s: got %.1f dBFS, want silence", band, name, got)
			}
		}
	}
}
