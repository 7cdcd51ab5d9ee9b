package config

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// A section of which there may be any number has its name as the last part:
// [account.trunk]. In the schema it is a map, and its keys stand there once, with
// this for the name.
const anyName = "NAME"

// maxSectionName is the most bytes of such a name.
const maxSectionName = 64

// sectionName has no two underscores in a row: those divide the parts of an
// environment variable.
var sectionName = regexp.MustCompile(`^[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*$`)

func isSectionName(s string) bool { return len(s) <= maxSectionName && sectionName.MatchString(s) }

// families are the sections with a name, as they stand in the schema:
// "account.NAME".
var families = func() []string {
	var list []string
	for i := range keys {
		if f := keys[i].family; f != "" && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}()

// stem is the table that the sections of a family stand in: "account".
func stem(family string) string { return strings.TrimSuffix(family, "."+anyName) }

// familyOf is the family of a section and the name of it there; it is empty for a
// section of which there is only one.
func familyOf(section string) (family, name string) {
	for _, f := range families {
		if name, ok := strings.CutPrefix(section, stem(f)+"."); ok && isSectionName(name) {
			return f, name
		}
	}
	return "", ""
}

// lookup finds a key by its dotted name, nil when there is none. That of a section
// with a name is made of the one in the schema.
func lookup(name string) *key {
	if k := keyByName[name]; k != nil {
		return k
	}
	last := strings.LastIndexByte(name, '.')
	if last < 0 {
		return nil
	}
	family, section := familyOf(name[:last])
	if k := keyByName[family+name[last:]]; family != "" && k != nil {
		return k.instance(section)
	}
	return nil
}

// instance is the key in the section of the name.
func (k *key) instance(name string) *key {
	c := *k
	c.name = stem(k.family) + "." + name + strings.TrimPrefix(k.name, k.family)
	return &c
}

// isSection reports whether a table of this name may be in a file.
func isSection(name string) bool {
	if slices.Contains(sections, name) {
		return true
	}
	family, _ := familyOf(name)
	return family != "" || slices.ContainsFunc(families, func(f string) bool { return stem(f) == name })
}

// isKeyOfFamily reports whether the name is one of a key without that of the section:
// account.user.
func isKeyOfFamily(name string) bool {
	family, last := familyOf(name)
	return family != "" && keyByName[family+"."+last] != nil
}

// names are the names of the sections of a family that a layer has, in order.
func (l *loader) names(family string) []string {
	found := map[string]bool{}
	for _, name := range l.koanf.MapKeys(stem(family)) {
		if f, _ := familyOf(stem(family) + "." + name); f == family {
			found[name] = true
		}
	}
	for section := range l.headers {
		if f, name := familyOf(section); f == family {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// keys are those of the schema, with those of each section that has a name.
func (l *loader) keys() []*key {
	var list []*key
	done := ""
	for i := range keys {
		k := &keys[i]
		switch {
		case k.family == "":
			list = append(list, k)
		case k.family != done:
			done = k.family
			list = append(list, l.instances(k.family)...)
		}
	}
	return list
}

// instances are the keys of the sections of a family, section by section.
func (l *loader) instances(family string) []*key {
	var list []*key
	for _, name := range l.names(family) {
		for i := range keys {
			if keys[i].family == family {
				list = append(list, keys[i].instance(name))
			}
		}
	}
	return list
}

// complete gives the keys that no layer has set their defaults, in each section that
// has a name.
func (l *loader) complete() error {
	for _, family := range families {
		for _, k := range l.instances(family) {
			if l.koanf.Exists(k.name) {
				continue
			}
			if err := l.koanf.Set(k.name, k.def); err != nil {
				return err
			}
		}
	}
	return nil
}

// named finds the key of an environment variable in a section that has a name: one
// that a layer below has, otherwise the name in small letters.
func (l *loader) named(k *key, variable string) *key {
	before, after, _ := strings.Cut(k.variable(), anyName)
	rest, ok := strings.CutPrefix(variable, before)
	written, last := strings.CutSuffix(rest, after)
	if !ok || !last {
		return nil
	}
	for _, name := range l.names(k.family) {
		if instance := k.instance(name); instance.variable() == variable {
			return instance
		}
	}
	if name := strings.ToLower(written); isSectionName(name) {
		return k.instance(name)
	}
	return nil
}

// templates are the defaults with one entry in each map, from which the schema is
// read.
func templates() Config {
	c := defaults()
	c.Accounts = map[string]Account{anyName: defaultAccount()}
	c.Auth.Users = map[string]AuthUser{anyName: {}}
	return c
}

// readFamily reads the keys of a map: those of its only entry.
func readFamily(prefix string, m reflect.Value) []key {
	family := prefix + "." + anyName
	ks := readKeys(family+".", m.MapIndex(reflect.ValueOf(anyName)))
	for i := range ks {
		ks[i].family = family
	}
	return ks
}
