package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"pickup/engine"
)

func newServe() *cobra.Command {
	command := &cobra.Command{
		Use:   "serve",
		Short: "Answer calls until stopped",
		Long: `Serve answers calls in the foreground.

TERM, INT or HUP drains: new calls are refused with 503, calls that are up end by
themselves within behavior.shutdown_grace_seconds, the rest get a BYE. A second
signal sends the BYEs at once; a third ends the process.`,
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
	logger, flush := newLogger(os.Stderr, settings.Logging)
	defer flush()
	logger.Info("starting", "version", version)
	if idle := settings.Idle(); len(idle) > 0 {
		logger.Warn("keys without effect in this version", "keys", strings.Join(idle, " "))
	}
	server, err := engine.Build(settings, version, logger)
	if err != nil {
		return err
	}
	ctx, release := drainOnSignal(server)
	defer release()
	return server.Run(ctx)
}

// drainOnSignal ends the context at the first signal and cuts the grace short at
// the second; the third does what it does to any process. release stops listening
// for signals and joins.
func drainOnSignal(server *engine.Engine) (ctx context.Context, release func()) {
	ctx, drain := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for _, react := range []func(){drain, func() { signal.Stop(signals); server.HangUp() }} {
			select {
			case <-signals:
				react()
			case <-quit:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(quit)
		<-done
		drain()
	}
}
