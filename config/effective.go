package config

import "slices"

// Setting is a key with the value that holds for it and where that comes
// from.
type Setting struct {
	Key    string // "sip.port"
	Value  string // as TOML: 5060, "udp", ["PCMU", "PCMA"]
	Origin string // "default", "pickup.toml:12", "environment PICKUP_SIP__PORT" or "--set"
}

// Effective lists every key in the order of the reference. A line of
// Key = Value for each is a TOML file with the same effect.
func (c *Config) Effective() []Setting { return slices.Clone(c.settings) }

// Changed names the keys that have another value than in old, in the order of
// the reference.
func (c *Config) Changed(old *Config) []string {
	var names []string
	for i, s := range c.settings {
		if s.Value != old.settings[i].Value {
			names = append(names, s.Key)
		}
	}
	return names
}

func (l *loader) effective() []Setting {
	settings := make([]Setting, len(keys))
	for i, k := range keys {
		settings[i] = Setting{Key: k.name, Value: literal(l.koanf.Get(k.name)), Origin: l.origins[k.name].String()}
	}
	return settings
}
