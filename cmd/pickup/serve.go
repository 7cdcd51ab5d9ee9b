package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"pickup/config"
	"pickup/engine"
)

func newServe() *cobra.Command {
	command := &cobra.Command{
		Use:   "serve",
		Short: "Answer calls until stopped",
		Long: `Serve answers calls in the foreground.

TERM or INT drains: new calls are refused with 503, calls that are up end by
themselves within behavior.shutdown_grace_seconds, the rest get a BYE. A second
signal sends the BYEs at once; a third ends the process.

HUP reads the configuration and the audio again, for new calls. What cannot be
used is refused, and what was there stays. Keys outside [audio] and
[audio_processing], but for media.preferred_codecs and media.audio_sample_rate,
count from the next start on.`,
		Args: cobra.NoArgs,
	}
	from := addSources(command)
	command.RunE = func(*cobra.Command, []string) error { return serve(from) }
	return command
}

func serve(from *sources) error {
	settings, err := from.load()
	if err != nil {
		return err
	}
	// Without this the end of whoever reads our log would end the server, by signal,
	// with its calls up.
	signal.Ignore(syscall.SIGPIPE)
	// From here on: a HUP while the audio is prepared is a reload after it.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	logger, flush := newLogger(os.Stderr, settings.Logging)
	defer flush()
	logger.Info("starting", "version", version)
	if idle := settings.Idle(); len(idle) > 0 {
		logger.Warn("keys without effect in this version", "keys", strings.Join(idle, " "))
	}
	server, err := build(settings, logger)
	if err != nil {
		return err
	}
	reload := newReloader(from, server, settings, logger)
	var reloading sync.WaitGroup
	defer reloading.Wait()
	ctx, release := obey(server, hangups, reload.request)
	defer release()
	reloading.Go(func() { reload.run(ctx) })
	return server.Run(ctx)
}

// build prepares the audio, then the server that plays it, so that nothing is open
// when the audio cannot be used.
func build(settings *config.Config, logger *slog.Logger) (*engine.Engine, error) {
	bar := newProgress(os.Stderr)
	progress := logDownload(logger)
	if bar.terminal {
		progress = bar.bytes("downloading the audio")
	}
	audio, err := engine.LoadAudioOrTone(context.Background(), settings, progress)
	bar.finish()
	if err != nil {
		return nil, err
	}
	warn(logger, audio)
	return engine.Build(settings, audio, version, logger)
}

func warn(logger *slog.Logger, audio *engine.Audio) {
	for _, warning := range audio.Warnings() {
		logger.Warn("audio is not as it should be", "reason", warning)
	}
}

// obey listens for signals: hangups reload. Of the others the first ends the context,
// the second cuts the grace short, the third does what it does to any process.
// release stops listening for signals and joins.
func obey(server *engine.Engine, hangups <-chan os.Signal, reload func()) (ctx context.Context, release func()) {
	ctx, drain := context.WithCancel(context.Background())
	ends := make(chan os.Signal, 2)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)
	quit, done := make(chan struct{}), make(chan struct{})
	reactions := []func(){drain, func() { signal.Stop(ends); server.HangUp() }}
	go func() {
		defer close(done)
		for {
			select {
			case <-hangups:
				reload()
			case <-ends:
				reactions[0]()
				if reactions = reactions[1:]; len(reactions) == 0 {
					return
				}
			case <-quit:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(ends)
		close(quit)
		<-done
		drain()
	}
}
