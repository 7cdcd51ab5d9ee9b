package config

// Key describes a key for the reference.
type Key struct {
	Name     string // "sip.port"
	Type     string // "true or false", "whole number", "number", "text", "list"
	Unit     string // "s", "Hz"; empty where there is none
	Allowed  string // "a whole number from 1 to 65535"
	Default  string // as TOML
	Variable string // environment variable that sets it: "PICKUP_SIP__PORT"
	Doc      string // what it does, a sentence
	Idle     bool   // it is checked, but no part of the program uses it yet
}

// Reference lists every key, section by section.
func Reference() []Key {
	ref := make([]Key, len(keys))
	for i := range keys {
		k := &keys[i]
		ref[i] = Key{
			Name:     k.name,
			Type:     string(k.kind),
			Unit:     k.unit,
			Allowed:  k.allowed(),
			Default:  k.literal(k.def),
			Variable: k.variable(),
			Doc:      k.doc,
			Idle:     k.idle,
		}
	}
	return ref
}
