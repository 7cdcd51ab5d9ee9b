// Command pickup is a SIP server that answers every call, plays prepared audio,
// and hangs up cleanly.
//
// Run "pickup help" for its commands; docs/configuration.md has every key.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"pickup/engine"
)

// version is set when the binary is built.
var version = "devel"

// The exit codes of all commands.
const (
	exitUsage     = 2 // wrong usage, configuration or audio
	exitResources = 3 // an address or another resource cannot be had
)

func main() {
	err := newRoot().ExecuteContext(context.Background())
	if err == nil {
		return
	}
	fmt.Fprintf(os.Stderr, "pickup: %v\n", err)
	if errors.Is(err, engine.ErrResources) {
		os.Exit(exitResources)
	}
	os.Exit(exitUsage)
}
