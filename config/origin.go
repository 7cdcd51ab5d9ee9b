package config

import "fmt"

// layer is a source of values; a later one wins.
type layer int

const (
	layerDefault layer = iota
	layerFile
	layerEnvironment
	layerSet
)

// origin is where a value was written.
type origin struct {
	layer  layer
	name   string // of the file or of the variable
	line   int    // in a file, from 1; 0 is the file as a whole
	column int    // in bytes from 1; 0 is not told
}

// String is the origin as it is shown: "default", "pickup.toml:12",
// "environment PICKUP_SIP__PORT", "--set".
func (o origin) String() string {
	switch {
	case o.layer == layerDefault:
		return "default"
	case o.layer == layerEnvironment:
		return "environment " + o.name
	case o.layer == layerSet:
		return "--set"
	case o.line == 0:
		return o.name
	case o.column == 0:
		return fmt.Sprintf("%s:%d", o.name, o.line)
	default:
		return fmt.Sprintf("%s:%d:%d", o.name, o.line, o.column)
	}
}
