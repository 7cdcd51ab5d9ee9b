// Package config turns defaults, a TOML file, the environment and --set flags
// into one checked [Config] of plain data.
//
// The schema is the Config struct itself: each field carries its key, its
// sentence for the reference, its unit and what it allows in struct tags (see
// key.go). [Load] applies the layers in the order defaults < file <
// environment < --set and checks all of them before it returns: its error is
// a [*Faults] that names every fault with its place, key, value and what is
// allowed, not only the first.
//
//	cfg, err := config.Load(config.Sources{
//		File:    "pickup.toml",
//		Environ: os.Environ(),
//		Set:     []string{"sip.port=5070"},
//	})
//
// Keys whose part of the program does not exist are checked like all others
// and named by [Config.Idle] when they are set, so that a file written for a
// fuller program loads and nobody is deceived.
//
// The package starts no goroutine and keeps nothing open; a Config is not
// changed after Load and may be shared.
package config
