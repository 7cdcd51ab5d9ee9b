package engine

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pickup/codec"
	"pickup/config"
)

// The configuration and the codec, which do not know one another, have the same names for the same sources.
func TestNamesOfSources(t *testing.T) {
	for _, tt := range []struct{ config, codec string }{
		{config.BuiltinSource, codec.BuiltinSource},
		{config.MilliwattSource, codec.MilliwattSource},
		{config.SilenceSource, codec.SilenceSource},
		{config.TonePrefix + "440", codec.Tone{Frequencies: []float64{440}}.String()},
	} {
		if tt.config != tt.codec {
			t.Errorf("got %q in the configuration and %q in the codec, want them equal", tt.config, tt.codec)
		}
	}
}

// The configuration accepts the tones that the codec can make, and no others.
func TestTonesOfTheConfiguration(t *testing.T) {
	for _, tt := range []struct {
		tones string
		want  bool
	}{
		{"440", true},
		{"350+440", true},
		{"20+3900+1004.5+480", true},
		{"4.4e2", false},
		{"0x1p9", false},
		{"", false},
		{"+440", false},
		{"440+", false},
		{"350++440", false},
		{" 440", false},
		{"440 ", false},
		{"350 + 440", false},
		{"19.99", false},
		{"3900.1", false},
		{"-440", false},
		{"NaN", false},
		{"Inf", false},
		{"a", false},
		{"1+2", false},
		{"100+200+300+400+500", false},
	} {
		_, parsed := codec.ParseTone(tt.tones)
		_, configured := config.Load(config.Sources{Set: []string{"audio.source=tone:" + tt.tones}})
		if (parsed == nil) != tt.want || (configured == nil) != tt.want {
			t.Errorf("%q: got %v from the codec and %v from the configuration, want it accepted %v", tt.tones, parsed, configured, tt.want)
		}
	}
}

// What is wrong with a source is said with its name, once.
func TestErrorsNameTheSourceOnce(t *testing.T) {
	const page = "<html>not found</html>"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(page)) }))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "page.mp3")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{file, server.URL + "/page.mp3"} {
		settings := load(t, "audio.source="+source, "audio.cache_dir="+t.TempDir(), "audio.allow_private_networks=true")
		_, err := LoadAudio(t.Context(), settings, nil)
		if err == nil || strings.Count(err.Error(), source) != 1 || strings.Count(err.Error(), "page.mp3") != 1 ||
			!strings.Contains(err.Error(), source+": not an MP3 or WAV: it is an HTML or XML page; convert it") {
			t.Errorf("%s: got %v, want it named once and what is wrong with it", source, err)
		}
	}
}
