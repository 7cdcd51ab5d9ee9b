package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"pickup/config"
)

func newConfig() *cobra.Command {
	command := &cobra.Command{
		Use:   "config",
		Short: "Print the effective configuration and where each value comes from",
		Args:  cobra.NoArgs,
	}
	from := addSources(command)
	reference := command.Flags().Bool("reference", false, "print every key with type, unit, range and default, as Markdown")
	command.RunE = func(c *cobra.Command, _ []string) error {
		if *reference {
			_, err := fmt.Fprint(c.OutOrStdout(), config.ReferenceMarkdown())
			return err
		}
		settings, err := from.load()
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
		for _, s := range settings.Effective() {
			fmt.Fprintf(w, "%s\t= %s\t# %s\n", s.Key, s.Value, s.Origin)
		}
		return w.Flush()
	}
	return command
}
