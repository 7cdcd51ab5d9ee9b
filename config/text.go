package config

import (
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
)

// variablePrefix begins the name of every environment variable of ours.
const variablePrefix = "PICKUP_"

// variable is the environment variable of a key: PICKUP_SIP__PORT for
// sip.port.
func (k *key) variable() string {
	return variablePrefix + strings.ToUpper(strings.NewReplacer(".", "__", "-", "_").Replace(k.name))
}

// loadEnvironment is the layer of environment variables, given as
// os.Environ gives them.
func (l *loader) loadEnvironment(environ []string) error {
	provider := env.Provider(".", env.Opt{
		Prefix:        variablePrefix,
		EnvironFunc:   func() []string { return environ },
		TransformFunc: l.checkVariable,
	})
	return l.koanf.Load(provider, nil)
}

// checkVariable returns the key and the value of a variable, or nothing when
// it has a fault.
func (l *loader) checkVariable(variable, s string) (string, any) {
	o := origin{layer: layerEnvironment, name: variable}
	for i := range keys {
		k := &keys[i]
		if k.family != "" {
			k = l.named(k, variable)
		}
		if k != nil && k.variable() == variable {
			v, err := k.fromText(s)
			if l.take(k, o, quoteEmpty(s), err) {
				return k.name, v
			}
			return "", nil
		}
	}
	l.faults.add(o, "", "", noSuchVariable(variable))
	return "", nil
}

// loadSet is the layer of --set section.key=value; of two for one key the
// later wins.
func (l *loader) loadSet(assignments []string) error {
	checked := map[string]any{}
	o := origin{layer: layerSet}
	for _, a := range assignments {
		name, s, ok := strings.Cut(a, "=")
		name = strings.TrimSpace(name)
		k := lookup(name)
		switch {
		case !ok:
			l.faults.add(o, concealed("", a), "", "must be section.key=value")
		case k == nil:
			l.faults.add(o, name, concealed(name, s), noSuchKey(name))
		default:
			v, err := k.fromText(s)
			if l.take(k, o, quoteEmpty(s), err) {
				checked[k.name] = v
			}
		}
	}
	return l.koanf.Load(confmap.Provider(checked, "."), nil)
}

// quoteEmpty makes an empty value visible.
func quoteEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return s
}
