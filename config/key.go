package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// kind is what the value of a key is.
type kind string

const (
	flag    kind = "true or false"
	integer kind = "whole number"
	number  kind = "number"
	text    kind = "text"
	list    kind = "list"
)

// key is one key of the schema, read from a field of Config and its tags:
//
//	koanf   last part of the name
//	doc     what the key does, a sentence
//	unit    unit of a number
//	min,max limits of a number, inclusive; above is an exclusive min
//	names   the only values that are allowed, or the members of a list
//	single  "true": one name may stand for a list of one
//	form    shape of a text, or of the members of a list, see form.go
//	secret  "true": it is never shown
//	idle    "*": no part of the program uses the key yet
type key struct {
	name       string // dotted: "sip.port"
	doc, unit  string
	kind       kind
	typ        reflect.Type
	min, max   float64
	minOutside bool
	names      []string
	single     bool
	form       form
	idle       bool
	def        any
	secret     bool
	family     string // section as it stands in the schema, when it has a name: "account.NAME"
}

// keys is the schema in the order of the fields of Config.
var keys = readKeys("", reflect.ValueOf(templates()))

// keyByName finds a key by its dotted name.
var keyByName = func() map[string]*key {
	m := make(map[string]*key, len(keys))
	for i := range keys {
		m[keys[i].name] = &keys[i]
	}
	return m
}()

// sections are the dotted names of all tables of the schema.
var sections = func() []string {
	var s []string
	for _, k := range keys {
		if sec := k.section(); sec != "" && !slices.Contains(s, sec) {
			s = append(s, sec)
		}
	}
	return s
}()

// section is the table that the key stands in, "" for the top level.
func (k *key) section() string {
	return k.name[:max(0, strings.LastIndexByte(k.name, '.'))]
}

// readKeys reads the fields of a struct of the schema, and of those below it.
func readKeys(prefix string, v reflect.Value) []key {
	var ks []key
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("koanf"), ",")
		switch {
		case field.Type.Kind() == reflect.Map:
			ks = append(ks, readFamily(prefix+name, v.Field(i))...)
		case field.Type.Kind() != reflect.Struct:
			ks = append(ks, readKey(prefix+name, field, v.Field(i)))
		case name == "": // squashed: its keys belong to this table
			ks = append(ks, readKeys(prefix, v.Field(i))...)
		default:
			ks = append(ks, readKeys(prefix+name+".", v.Field(i))...)
		}
	}
	return ks
}

func readKey(name string, field reflect.StructField, def reflect.Value) key {
	tag := field.Tag
	k := key{
		name:   name,
		doc:    tag.Get("doc"),
		unit:   tag.Get("unit"),
		kind:   kindOf(field.Type),
		typ:    field.Type,
		min:    limit(name, tag.Get("min")),
		max:    limit(name, tag.Get("max")),
		names:  splitNames(tag.Get("names")),
		single: tag.Get("single") == "true",
		idle:   tag.Get("idle") == "*",
		def:    def.Interface(),
		secret: tag.Get("secret") == "true",
	}
	if above, ok := tag.Lookup("above"); ok {
		k.min, k.minOutside = limit(name, above), true
	}
	if (k.kind == text || k.kind == list) && k.names == nil {
		f, ok := forms[tag.Get("form")]
		if !ok {
			panic(fmt.Sprintf("config: key %s has the unknown form %q", name, tag.Get("form")))
		}
		k.form = f
	}
	return k
}

func kindOf(t reflect.Type) kind {
	switch t.Kind() {
	case reflect.Bool:
		return flag
	case reflect.Int, reflect.Uint16:
		return integer
	case reflect.Float64:
		return number
	case reflect.String:
		return text
	case reflect.Slice:
		return list
	default:
		panic(fmt.Sprintf("config: the schema has no kind for %s", t))
	}
}

// limit reads a limit of the schema; a key without one has 0.
func limit(name, s string) float64 {
	if s == "" {
		return 0
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(fmt.Sprintf("config: key %s has the limit %q", name, s))
	}
	return f
}

func splitNames(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// allowed says what the value may be, to stand after "must be".
func (k *key) allowed() string {
	switch {
	case k.kind == flag:
		return "true or false"
	case k.kind == list && k.names == nil && k.single:
		return k.form.allowed + ", or a list of such"
	case k.kind == list && k.names == nil:
		return "a list of which each member is " + k.form.allowed
	case k.kind == list && k.single:
		return "one name or a list of names out of " + strings.Join(k.names, ", ")
	case k.kind == list:
		return "a list of names out of " + strings.Join(k.names, ", ")
	case k.names != nil:
		return alternatives(k.names)
	case k.kind == text:
		return k.form.allowed
	case k.minOutside:
		return fmt.Sprintf("a %s above %s and up to %s", k.kind, decimal(k.min), decimal(k.max))
	default:
		return fmt.Sprintf("a %s from %s to %s", k.kind, decimal(k.min), decimal(k.max))
	}
}

// alternatives joins names as "a, b or c".
func alternatives(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// decimal writes a number without an exponent.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
