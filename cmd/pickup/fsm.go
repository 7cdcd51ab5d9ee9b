package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"pickup/engine"
)

func newFSM() *cobra.Command {
	command := &cobra.Command{
		Use:   "fsm",
		Short: "Print the state machine of a call",
		Args:  cobra.NoArgs,
	}
	format := command.Flags().String("format", "mermaid", "`format`: mermaid, dot or table")
	command.RunE = func(c *cobra.Command, _ []string) error {
		diagram, err := engine.Diagram(*format)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(c.OutOrStdout(), diagram)
		return err
	}
	return command
}
