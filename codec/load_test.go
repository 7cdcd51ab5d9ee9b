package codec

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"pickup/dsp"
)

var both = []Format{PCMU, PCMA}

// playable are the fixtures that can be played: 1 s of a sine of 1020 Hz at half of full scale.
var playable = []string{
	"mpeg1-44100-stereo.mp3", "mpeg1-44100-joint-vbr.mp3", "mpeg1-44100-right-only.mp3", "mpeg1-44100-opposite.mp3",
	"mpeg1-48000-mono.mp3", "mpeg1-32000-mono.mp3", "mpeg2-24000-mono.mp3", "mpeg2-22050-mono.mp3",
	"mpeg2-16000-mono.mp3",
}

// What the chain makes of a known tone, before the laws add their own noise.
func TestPrepareKeepsTheTone(t *testing.T) {
	t.Parallel()
	for _, name := range playable {
		t.Run(name, func(t *testing.T) {
			samples, err := samplesOfAudio(decodedFixture(t, name), Options{Duration: time.Minute, Formats: both})
			if err != nil {
				t.Fatal(err)
			}
			got := measure(floats(samples[Narrow][1600:7200]), narrowRate, 1020)
			checkTone(t, got)
			if got.thd > -70 || got.noise > -60 {
				t.Errorf("THD %.1f dB, THD+N %.1f dB: want at most -70 and -60 dB", got.thd, got.noise)
			}
			t.Logf("%.3f Hz, %.3f dB, THD %.1f dB, THD+N %.1f dB", got.frequency, got.level, got.thd, got.noise)
		})
	}
}

// What a caller hears of it. G.711 reaches 37 dB at this level.
func TestLoadFile(t *testing.T) {
	for _, name := range []string{"mpeg1-44100-right-only.mp3", "mpeg2-22050-mono.mp3"} {
		p, err := LoadFile(t.Context(), filepath.Join("testdata", name), Options{Duration: time.Minute, Formats: both})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range both {
			track, ok := p.Track(f.Name)
			if !ok || track.format != f {
				t.Fatalf("%s: no track %s", name, f.Name)
			}
			got := measure(decoded(track)[1600:7200], narrowRate, 1020)
			checkTone(t, got)
			if got.noise > -33 {
				t.Errorf("%s as %s: THD+N: got %.1f dB, want at most -33 dB", name, f.Name, got.noise)
			}
		}
	}
}

func checkTone(t *testing.T, got measured) {
	t.Helper()
	if math.Abs(got.frequency-1020) > 0.01 {
		t.Errorf("frequency: got %.4f Hz, want 1020 Hz", got.frequency)
	}
	if want := 20 * math.Log10(0.5); math.Abs(got.level-want) > 0.05 {
		t.Errorf("level: got %.3f dB, want %.3f dB", got.level, want)
	}
}

// What is wrong with a file that plays is told.
func TestLoadKeepsNotes(t *testing.T) {
	p := load(t, panicking(t), Options{Duration: time.Minute, Formats: both})
	if got, want := strings.Join(p.Notes(), ";"), "damaged: 70ms in all cannot be decoded and are silent"; got != want {
		t.Errorf("got notes %q, want %q", got, want)
	}
	if got := p.Duration(); got != time.Second {
		t.Errorf("got %v, want 1s", got)
	}
	repacked := fixture(t, "mpeg2-22050-mono.mp3")
	p = load(t, join(repacked[:2000], repacked[2100:]), Options{Duration: time.Minute, Formats: both})
	if got, want := strings.Join(p.Notes(), ";"), "damaged: what is no audio was skipped after "; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "are silent") {
		t.Errorf("repacked: got notes %q, want %q and how much is silent", got, want)
	}
	p = load(t, fixture(t, "mpeg2-16000-mono.mp3"), Options{Duration: time.Minute, Formats: both})
	if len(p.Notes()) > 0 {
		t.Errorf("got notes %q, want none about a sound file", p.Notes())
	}
}

func TestLoadErrors(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "empty file"},
		{"HTML", []byte("<html>not found</html>"), "not an MP3 or WAV: it is an HTML or XML page; convert it: \"ffmpeg"},
		{"too large", make([]byte, maxSize+1), "larger than 20 MiB, which is the limit; shorten it: \"ffmpeg"},
		{"undecodable", brokenFrames(), "damaged MP3: 10 of 10 frames cannot be decoded; convert it: \"ffmpeg"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(t.Context(), bytes.NewReader(tt.data), "prompt.mp3", Options{Duration: time.Second, Formats: both})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
		})
	}
}

func TestLoadFileErrors(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "prompt.mp3")
	_, err := LoadFile(t.Context(), missing, Options{Duration: time.Second, Formats: both})
	if want := "codec: " + missing + ": open: no such file or directory"; !errors.Is(err, fs.ErrNotExist) || err.Error() != want {
		t.Errorf("missing file: got %v, want %s", err, want)
	}
	text := filepath.Join(dir, "text.mp3")
	if err := os.WriteFile(text, []byte("<html>not found</html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = LoadFile(t.Context(), text, Options{Duration: time.Second, Formats: both})
	if want := "codec: " + text + ": not an MP3 or WAV: it is an HTML or XML page; "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("HTML: got %v, want %s", err, want)
	}
	_, err = LoadFile(t.Context(), dir, Options{Duration: time.Second, Formats: both})
	if want := "codec: " + dir + ": is no regular file; it must be an MP3 or WAV file"; err == nil || err.Error() != want {
		t.Errorf("directory: got %v, want %s", err, want)
	}
}

func TestLoadReportsTheReadersError(t *testing.T) {
	cause := errors.New("disk on fire")
	_, err := Load(t.Context(), iotest.ErrReader(cause), "prompt.mp3", Options{Duration: time.Second, Formats: both})
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want it to wrap %v", err, cause)
	}
}

func TestLoadChecksOptions(t *testing.T) {
	tests := []struct {
		name string
		opt  Options
		want string
	}{
		{"no duration", Options{Formats: both}, "codec: builtin: play time 0s: it must be more than 0"},
		{"negative duration", Options{Duration: -1, Formats: both}, "play time -1ns: it must be more than 0"},
		{"no format", Options{Duration: 1}, "no format asked for: allowed are PCMU, PCMA, G722"},
		{"unknown format", Options{Duration: 1, Formats: []Format{{Name: "G729"}}}, `unknown format "G729": allowed are PCMU, PCMA, G722`},
		{"unknown rate", Options{Duration: 1, Formats: both, Rate: 48000}, "rate 48000 Hz: allowed are 8000 and 16000"},
		{"bad chain", Options{Duration: 1, Formats: both, Chain: dsp.Chain{Loudness: -3, Ceiling: 1}}, "narrow band: dsp: chain: loudness in LUFS is -3"},
		{"bad chain for G.722", Options{Duration: 1, Formats: []Format{G722}, Wide: dsp.Chain{Loudness: -22, Ceiling: 7}}, "wide band: dsp: chain: ceiling is 7"},
		{"format twice", Options{Duration: 1, Formats: []Format{PCMA, PCMU, PCMA}}, "format PCMA asked for twice"},
	}
	for _, tt := range tests {
		_, err := LoadBuiltin(t.Context(), tt.opt)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// decodedOnce has each fixture of playable: decoding takes long under the race detector, and several tests look at the same.
var decodedOnce = func() map[string]func() (Audio, error) {
	m := make(map[string]func() (Audio, error))
	for _, name := range playable {
		m[name] = sync.OnceValues(func() (Audio, error) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				return Audio{}, err
			}
			return Decode(context.Background(), data, time.Minute)
		})
	}
	return m
}()

// decodedFixture is one of playable, decoded. It is shared and must not be written to.
func decodedFixture(t testing.TB, name string) Audio {
	t.Helper()
	a, err := decodedOnce[name]()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func load(t testing.TB, data []byte, opt Options) *Prompt {
	t.Helper()
	p, err := Load(t.Context(), bytes.NewReader(data), "test.mp3", opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// id3v2 is the header of a tag of so many bytes.
func id3v2(size int, flags byte) []byte {
	return append([]byte("ID3\x04\x00"), flags, byte(size>>21), byte(size>>14&0x7F), byte(size>>7&0x7F), byte(size&0x7F))
}

// brokenFrames are frames with right headers and nonsense in them, on which the decoder gives up.
func brokenFrames() []byte {
	frame := bytes.Repeat([]byte{0xA5}, 417)
	copy(frame, []byte{0xFF, 0xFB, 0x90, 0x00})
	return bytes.Repeat(frame, 10)
}

// panicking is a file with one wrong byte, on which the decoder reaches beyond one of its tables.
func panicking(t testing.TB) []byte {
	data := fixture(t, "mpeg2-16000-mono.mp3")
	data[1305] = 209
	return data
}
