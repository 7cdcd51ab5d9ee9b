package config

import (
	"fmt"
	"slices"
	"strings"
)

// Idle names what has been set to another value than the default though no
// part of the program uses it yet: keys ("health.enable_health_check"),
// sections of which more than three keys are concerned
// ("audio_processing.* (12 keys)"), and members of lists
// ("sip.transport: tls, ws"). It is empty when all that was set has effect.
func (c *Config) Idle() []string { return slices.Clone(c.idle) }

// maxIdleNamed is how many idle keys of one section are named one by one.
const maxIdleNamed = 3

func (l *loader) idle() []string {
	var names []string
	var groups []string
	members := map[string][]string{} // idle keys by top section
	for i := range keys {
		k := &keys[i]
		if !l.changed(k) {
			continue
		}
		if k.idle {
			group, _, inSection := strings.Cut(k.name, ".")
			if !inSection {
				group = ""
			}
			if members[group] == nil {
				groups = append(groups, group)
			}
			members[group] = append(members[group], k.name)
		} else if idle := l.idleMembers(k); len(idle) > 0 {
			names = append(names, k.name+": "+strings.Join(idle, ", "))
		}
	}
	for _, group := range groups {
		if m := members[group]; group != "" && len(m) > maxIdleNamed {
			names = append(names, fmt.Sprintf("%s.* (%d keys)", group, len(m)))
		} else {
			names = append(names, m...)
		}
	}
	return names
}

// idleMembers are the names in a list that no part of the program uses.
func (l *loader) idleMembers(k *key) []string {
	var idle []string
	for _, name := range l.koanf.Strings(k.name) {
		if slices.Contains(k.idleNames, name) {
			idle = append(idle, name)
		}
	}
	return idle
}
