package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pickup/engine"
)

func newCheck() *cobra.Command {
	command := &cobra.Command{
		Use:   "check",
		Short: "Validate configuration, audio and certificate; name all faults at once",
		Args:  cobra.NoArgs,
	}
	from := addSources(command)
	command.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := from.load()
		if err != nil {
			return err
		}
		if err := engine.CheckAccounts(settings); err != nil {
			return err
		}
		progress := newProgress(c.ErrOrStderr())
		audio, err := engine.LoadAudio(c.Context(), settings, progress.bytes("downloading the audio"))
		progress.finish()
		if err != nil {
			return err
		}
		report := fmt.Sprintf("configuration: ok\naudio: %s\n", audio)
		for _, warning := range audio.Warnings() {
			report += fmt.Sprintf("audio: %s\n", warning)
		}
		if settings.SIP.Secure() {
			tls, err := engine.CheckTLS(settings, time.Now())
			if err != nil {
				return err
			}
			report += fmt.Sprintf("tls: %s\n", tls)
		}
		if idle := settings.Idle(); len(idle) > 0 {
			report += fmt.Sprintf("without effect in this version: %s\n", strings.Join(idle, " "))
		}
		_, err = fmt.Fprint(c.OutOrStdout(), report)
		return err
	}
	return command
}
