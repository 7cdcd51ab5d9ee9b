package main

import (
	"context"
	"log/slog"
	"strings"

	"pickup/config"
	"pickup/engine"
)

// reloader puts a changed configuration and changed audio into service for new
// calls. What cannot be used is refused and what was there stays.
type reloader struct {
	from    *sources
	server  audioSetter
	started *config.Config // with these settings
	logger  *slog.Logger
	wanted  chan struct{}
}

// audioSetter has new calls play other audio.
type audioSetter interface{ SetAudio(*engine.Audio) }

func newReloader(from *sources, server audioSetter, started *config.Config, logger *slog.Logger) *reloader {
	return &reloader{from: from, server: server, started: started, logger: logger, wanted: make(chan struct{}, 1)}
}

// request asks for a reload and does not wait for it. Requests that come while one
// is waiting are the same one.
func (r *reloader) request() {
	select {
	case r.wanted <- struct{}{}:
	default:
	}
}

// run reloads on request until the context ends.
func (r *reloader) run(ctx context.Context) {
	for {
		select {
		case <-r.wanted:
			r.reload(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// reload puts nothing into service once the context has ended, and what the end has interrupted is no fault.
func (r *reloader) reload(ctx context.Context) {
	if ctx.Err() != nil { // of a request that came with the end
		return
	}
	settings, err := r.from.load()
	if err != nil {
		r.logger.Error("configuration refused, the old one stays", "err", err)
		return
	}
	audio, err := engine.LoadAudio(ctx, settings, logDownload(r.logger))
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		r.logger.Error("audio refused, the old one stays", "err", err)
		return
	}
	warn(r.logger, audio)
	r.server.SetAudio(audio)
	if rest := untouched(settings.Changed(r.started)); len(rest) > 0 {
		r.logger.Warn("changed keys that count from the next start on", "keys", strings.Join(rest, " "))
	}
}

// untouched are the keys that a reload does not put into service.
func untouched(keys []string) []string {
	var rest []string
	for _, key := range keys {
		section, _, _ := strings.Cut(key, ".")
		if section != "audio" && section != "audio_processing" && key != "media.preferred_codecs" && key != "media.audio_sample_rate" {
			rest = append(rest, key)
		}
	}
	return rest
}
