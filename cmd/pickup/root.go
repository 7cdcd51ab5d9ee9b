package main

import (
	"os"

	"github.com/spf13/cobra"

	"pickup/config"
)

// newRoot is the command line.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "pickup",
		Short: "The far end of a test call: answers, plays, hangs up",
		Long: `Pickup answers every SIP call, plays prepared audio for exactly 30 s (audio.duration_seconds),
and hangs up.

With no configuration at all, "pickup serve" answers on UDP and TCP port 5060 and plays
a built-in recording. Try it: baresip -e '/dial sip:anyone@127.0.0.1'`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version,
	}
	root.AddCommand(newServe(), newCheck(), newFSM(), newConfig(), newRender(), newVersion())
	return root
}

// sources are the flags of every command that reads the configuration.
type sources struct {
	file string
	set  []string
}

// addSources gives the command the flags of the configuration.
func addSources(c *cobra.Command) *sources {
	var s sources
	c.Flags().StringVarP(&s.file, "config", "c", "", "TOML `file` to read; without it the defaults apply")
	c.Flags().StringArrayVar(&s.set, "set", nil, "set one `section.key=value`; may be repeated")
	return &s
}

// load reads all layers: defaults, file, environment, flags.
func (s *sources) load() (*config.Config, error) {
	return config.Load(config.Sources{File: s.file, Environ: os.Environ(), Set: s.set})
}
