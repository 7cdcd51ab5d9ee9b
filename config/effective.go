package config

import (
	"maps"
	"slices"
)

// Setting is a key with the value that holds for it and where that comes
// from.
type Setting struct {
	Key    string // "sip.port"
	Value  string // as TOML: 5060, "udp", ["PCMU", "PCMA"]
	Origin string // "default", "pickup.toml:12", "environment PICKUP_SIP__PORT" or "--set"

	fingerprint string // of a password, which Value does not show
}

// Effective lists every key in the order of the reference. A line of
// Key = Value for each is a TOML file with the same effect.
func (c *Config) Effective() []Setting { return slices.Clone(c.settings) }

// Changed names the keys that have another value than in old, in the order of
// the reference, and those of sections that only old has.
func (c *Config) Changed(old *Config) []string {
	before := make(map[string]Setting, len(old.settings))
	for _, s := range old.settings {
		before[s.Key] = s
	}
	var names []string
	for _, s := range c.settings {
		was, ok := before[s.Key]
		if !ok || s.Value != was.Value || s.fingerprint != was.fingerprint {
			names = append(names, s.Key)
		}
		delete(before, s.Key)
	}
	return append(names, slices.Sorted(maps.Keys(before))...) // of sections that are gone
}

func (l *loader) effective() []Setting {
	var settings []Setting
	for _, k := range l.keys() {
		v := l.koanf.Get(k.name)
		settings = append(settings, Setting{
			Key: k.name, Value: k.literal(v), Origin: l.origins[k.name].String(), fingerprint: k.fingerprint(v),
		})
	}
	return settings
}
