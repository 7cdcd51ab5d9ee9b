package config

import (
	"fmt"
	"slices"
	"strings"
)

// Idle names what has been set to another value than the default though no
// part of the program uses it yet: keys ("health.enable_health_check"), and
// sections of which more than three keys are concerned ("health.* (4 keys)"). It
// is empty when all that was set has effect.
func (c *Config) Idle() []string { return slices.Clone(c.idle) }

// maxIdleNamed is how many idle keys of one section are named one by one.
const maxIdleNamed = 3

func (l *loader) idle() []string {
	var names []string
	var groups []string
	members := map[string][]string{} // idle keys by top section
	for _, k := range l.keys() {
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
