package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pickup/codec"
	"pickup/config"
)

// silenceCode is the mu-law code of a sample of value zero.
const silenceCode = 0xFF

func TestAtTheEndOfThePrompt(t *testing.T) {
	const promptFrames = 100
	tests := []struct {
		atEnd   string
		packets int
		after   string // what comes behind the prompt
	}{
		{"loop", 1500, "prompt"},
		{"hangup", promptFrames, ""},
		{"silence", 1500, "silence"},
	}
	for _, tt := range tests {
		t.Run(tt.atEnd, func(t *testing.T) {
			play(t, setup{listens: true, set: []string{"audio.at_end=" + tt.atEnd}}, func(s *scenario) {
				c := s.up()
				bye := c.WantRequest("BYE")
				c.Reply(bye, 200)
				if got, want := bye.At.Sub(c.begun), time.Duration(tt.packets)*frameTime; got != want {
					s.t.Errorf("BYE: got it after %v, want %v", got, want)
				}
				s.heard(c.caller).want(s.t, tt.packets)
				for n, payload := range s.heard(c.caller).payloads {
					want := frameOf(s.t, "PCMU", n)
					if tt.after == "silence" && n >= promptFrames {
						want = slices.Repeat([]byte{silenceCode}, 160)
					}
					if !slices.Equal(payload, want) {
						s.t.Fatalf("frame %d: got % x ..., want % x ...", n, payload[:8], want[:8])
					}
				}
			})
		})
	}
}

// frameOf is frame n of the prompt, which repeats.
func frameOf(t *testing.T, codecName string, n int) []byte {
	t.Helper()
	track, ok := prompt.Track(codecName)
	if !ok {
		t.Fatalf("no track in %s", codecName)
	}
	return track.Frame(n)
}

// A call keeps the audio that it began with, the next one has the new audio.
func TestNewAudioIsForNewCalls(t *testing.T) {
	play(t, setup{listens: true}, func(s *scenario) {
		settings := load(s.t, "audio.source=milliwatt")
		milliwatt, err := LoadAudio(context.Background(), settings, nil)
		if err != nil {
			s.t.Fatal(err)
		}
		first := s.up()
		s.SetAudio(milliwatt)
		second := s.up()
		for _, c := range []established{first, second} {
			c.Reply(c.WantRequest("BYE"), 200)
		}
		s.heard(first.caller).want(s.t, 1500)
		s.heard(second.caller).want(s.t, 1500)
		if got, want := s.heard(first.caller).payloads[1499], frameOf(s.t, "PCMU", 1499); !slices.Equal(got, want) {
			s.t.Errorf("the call that was up: got other audio at its end, want the prompt that it began with")
		}
		if got, want := s.heard(second.caller).payloads[0][:8], []byte{0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E}; !slices.Equal(got, want) {
			s.t.Errorf("the new call: got % x, want the digital milliwatt % x", got, want)
		}
	})
}

func load(t *testing.T, set ...string) *config.Config {
	t.Helper()
	settings, err := config.Load(config.Sources{Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return settings
}

func TestSources(t *testing.T) {
	wav := filepath.Join(t.TempDir(), "tone.wav")
	writeTone(t, wav)
	tests := []struct {
		source, want string
	}{
		{"builtin", "builtin, 1s in PCMU, G722"},
		{"tone:350+440", "tone:350+440, 1s in PCMU, G722"},
		{"milliwatt", "milliwatt, 1s in PCMU, G722"},
		{"silence", "silence, 1s in PCMU, G722"},
		{wav, wav + ", 1s in PCMU, G722"},
	}
	for _, tt := range tests {
		t.Run(tt.source, func(t *testing.T) {
			settings := load(t, "audio.source="+tt.source, "audio.duration_seconds=1", "media.preferred_codecs=PCMU,G722")
			audio, err := LoadAudio(t.Context(), settings, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := audio.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := audio.Warnings(); len(got) != 0 {
				t.Errorf("warnings: got %q, want none", got)
			}
		})
	}
}

// writeTone makes a WAV file of two seconds.
func writeTone(t *testing.T, path string) {
	t.Helper()
	samples := make([]int16, 16000)
	for i := range samples {
		samples[i] = int16(i%16) * 1000
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := codec.WriteWAV(f, samples, 8000); err != nil {
		t.Fatal(err)
	}
}

func TestToneInPlaceOfAudio(t *testing.T) {
	settings := load(t, "audio.source=nowhere.mp3", "behavior.tone_frequency=425", "behavior.tone_duration_seconds=3")
	audio, err := LoadAudioOrTone(t.Context(), settings, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := audio.String(), "tone:425, 3s in PCMU, PCMA"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	warnings := strings.Join(audio.Warnings(), "\n")
	for _, want := range []string{"audio.source", "nowhere.mp3", "no such file", "tone:425 for 3s instead"} {
		if !strings.Contains(warnings, want) {
			t.Errorf("warnings: got %q, want it to contain %q", warnings, want)
		}
	}
}

func TestRequiredAudio(t *testing.T) {
	settings := load(t, "audio.source=nowhere.mp3", "audio.required=true")
	if _, err := LoadAudioOrTone(t.Context(), settings, nil); err == nil || !strings.Contains(err.Error(), "audio.source") {
		t.Errorf("got %v, want an error that names audio.source", err)
	}
}

// Audio of a URL is there again when the server is gone, with a warning.
func TestDownloadedAudio(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tone.wav")
	writeTone(t, file)
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(file))))
	settings := load(t, "audio.source="+server.URL+"/tone.wav?token=secret", "audio.cache_dir="+t.TempDir(),
		"audio.allow_private_networks=true", "audio.duration_seconds=1")
	var done int64
	audio, err := LoadAudio(t.Context(), settings, func(n, _ int64) { done = n })
	if err != nil {
		t.Fatal(err)
	}
	if got, want := audio.String(), server.URL+"/tone.wav, 1s in PCMU, PCMA"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := int64(32044); done != want {
		t.Errorf("progress: got %d bytes at the end, want %d", done, want)
	}
	server.Close()
	audio, err = LoadAudio(t.Context(), settings, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := audio.Warnings(); len(w) != 1 || !strings.Contains(w[0], "copy") || strings.Contains(w[0], "secret") {
		t.Errorf("warnings: got %q, want one about the copy, without the token", w)
	}
}

func TestPrivateURLIsRefused(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	settings := load(t, "audio.source="+server.URL, "audio.cache_dir="+t.TempDir())
	if _, err := LoadAudio(t.Context(), settings, nil); err == nil || !strings.Contains(err.Error(), "allow_private_networks") {
		t.Errorf("got %v, want an error that names allow_private_networks", err)
	}
}

// What the configuration accepts, the chain accepts.
func TestConfiguredChainsAreValid(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	for range 300 {
		// Each frequency is near to where its neighbour forbids it.
		between := func(low, high float64) float64 { return math.Round(low + (high-low)*random.Float64()) }
		first := between(100, 1500)
		second := between(first, 2.5*first)
		set := []string{"media.preferred_codecs=PCMA,G722", []string{"media.audio_sample_rate=8000", "media.audio_sample_rate=16000"}[random.IntN(2)]}
		for key, value := range map[string]float64{
			"band_split_freq_1": first, "band_split_freq_2": second,
			"bandpass_low_freq": between(20, 1.1*first), "bandpass_high_freq": between(0.9*second, 2*second),
			"wideband.bandpass_low_freq": between(20, 1.1*first), "wideband.bandpass_high_freq": between(0.9*second, 2*second),
			"band1_compressor.attack_time": 0.0001, "band2_compressor.release_time": 0.001, "band3_compressor.threshold_factor": 1e-9,
		} {
			set = append(set, fmt.Sprintf("audio_processing.%s=%v", key, value))
		}
		settings, err := config.Load(config.Sources{Set: set})
		if err != nil {
			continue
		}
		accepted++
		o := AudioOptions(settings)
		if err := errors.Join(o.Chain.Check(o.Rate), o.Wide.Check(16000)); err != nil {
			t.Fatalf("%q: got %v, want no fault", set, err)
		}
	}
	if accepted < 20 {
		t.Errorf("got %d accepted configurations, want 20 at least for the test to mean something", accepted)
	}
}

// The values of the configuration are in the chain of both paths but for the band and
// the presence, which G.722 has of its own.
func TestAudioOptions(t *testing.T) {
	o := AudioOptions(load(t, "audio_processing.band2_compressor.attack_time=0.003", "audio.loudness_target=-20",
		"media.audio_sample_rate=16000", "media.preferred_codecs=G722,PCMA"))
	if got := o.Chain.Multiband.Bands[1].Attack; got != 3*time.Millisecond {
		t.Errorf("attack of band 2: got %v, want 3ms", got)
	}
	if o.Chain.Loudness != -20 || o.Wide.Loudness != -20 || o.Rate != 16000 {
		t.Errorf("loudness, wide, rate: got %v, %v, %d, want -20, -20, 16000", o.Chain.Loudness, o.Wide.Loudness, o.Rate)
	}
	if o.Chain.Bandpass.High != 3400 || o.Wide.Bandpass.High != 7000 || o.Chain.Presence.Alpha != 0.95 || o.Wide.Presence.Alpha != 0 {
		t.Errorf("band and presence: got %+v and %+v", o.Chain, o.Wide)
	}
	if want := []codec.Format{codec.G722, codec.PCMA}; !slices.Equal(o.Formats, want) {
		t.Errorf("formats: got %v, want %v", o.Formats, want)
	}
}
