package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pickup/engine"
)

func TestKeysThatAReloadLeavesAlone(t *testing.T) {
	changed := []string{
		"sip.port", "media.preferred_codecs", "media.enable_dtmf", "media.audio_sample_rate", "audio.source",
		"audio_processing.band1_compressor.ratio", "monitor_log_file",
	}
	want := []string{"sip.port", "media.enable_dtmf", "monitor_log_file"}
	if got := untouched(changed); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// service keeps what it is told to play.
type service struct{ played []string }

func (s *service) SetAudio(a *engine.Audio) { s.played = append(s.played, a.String()) }

// reloading is a reloader of a configuration in a file, with its log.
type reloading struct {
	*reloader
	service *service
	log     *bytes.Buffer
	file    string
}

func newReloading(t *testing.T, configuration string) *reloading {
	t.Helper()
	r := &reloading{service: &service{}, log: &bytes.Buffer{}, file: filepath.Join(t.TempDir(), "pickup.toml")}
	r.write(t, configuration)
	from := &sources{file: r.file}
	settings, err := from.load()
	if err != nil {
		t.Fatal(err)
	}
	r.reloader = newReloader(from, r.service, settings, plainLogger(r.log))
	return r
}

func (r *reloading) write(t *testing.T, configuration string) {
	t.Helper()
	if err := os.WriteFile(r.file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReload(t *testing.T) {
	const started = "[audio]\nsource = 'tone:440'\nduration_seconds = 1\n"
	tests := []struct {
		name, changed string
		played        string // empty: what was there stays
		log           string // a part of it, empty: nothing
	}{
		{"other audio", "[audio]\nsource = 'tone:620'\nduration_seconds = 1\n", "tone:620, 1s in PCMU, PCMA", ""},
		{"another key", started + "[sip]\nport = 5070\n", "tone:440, 1s in PCMU, PCMA", "count from the next start on\" keys=sip.port"},
		{"refused configuration", started + "[sip]\nport = 0\n", "", "level=ERROR msg=\"configuration refused, the old one stays\" err="},
		{"refused audio", "[audio]\nsource = 'nowhere.mp3'\n", "", "level=ERROR msg=\"audio refused, the old one stays\" err=\"audio.source: "},
	}
	for _, tt := range tests {
		r := newReloading(t, started)
		r.write(t, tt.changed)
		r.reload(t.Context())
		if got := strings.Join(r.service.played, "; "); got != tt.played {
			t.Errorf("%s: got %q into service, want %q", tt.name, got, tt.played)
		}
		if got := r.log.String(); !strings.Contains(got, tt.log) || tt.log == "" && got != "" {
			t.Errorf("%s: log: got %q, want %q", tt.name, got, tt.log)
		}
	}
}

// TestReloadRequests has three requests before the first is seen to, which are one, and then another one.
func TestReloadRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReloading(t, "[audio]\nsource = 'silence'\nduration_seconds = 1\n")
		ctx, cancel := context.WithCancel(t.Context())
		for range 3 {
			r.request()
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.run(ctx)
		}()
		synctest.Wait()
		if got := len(r.service.played); got != 1 {
			t.Errorf("after three requests at once: got %d reloads, want 1", got)
		}
		r.request()
		synctest.Wait()
		if got := len(r.service.played); got != 2 {
			t.Errorf("after another one: got %d reloads, want 2", got)
		}
		cancel()
		<-done
	})
}

// TestReloadEnds has the context end before a reload and in the middle of one: nothing is put into service, and nothing
// is said of a fault.
func TestReloadEnds(t *testing.T) {
	t.Setenv("CACHE_DIRECTORY", t.TempDir())
	var end func()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		asked++
		end()
		<-request.Context().Done()
	}))
	defer server.Close()
	source := "[audio]\nallow_private_networks = true\nsource = '" + server.URL + "/a.mp3'\n"
	tests := []struct {
		name, source string
		before       bool
		asked        int
	}{
		{"before", "[audio]\nsource = 'silence'\n", true, 0},
		{"before, with a fault", "[sip]\nport = 0\n", true, 0},
		{"within a download", source, false, 1},
	}
	for _, tt := range tests {
		asked = 0
		r := newReloading(t, "[audio]\nsource = 'tone:440'\n")
		r.write(t, tt.source)
		ctx, cancel := context.WithCancel(t.Context())
		end = cancel
		if tt.before {
			cancel()
		}
		r.reload(ctx)
		cancel()
		if len(r.service.played) > 0 || r.log.Len() > 0 || asked != tt.asked {
			t.Errorf("%s: got %q into service, log %q, %d downloads; want nothing, nothing and %d",
				tt.name, r.service.played, r.log, asked, tt.asked)
		}
	}
}
