package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	koanftoml "github.com/knadh/koanf/parsers/toml/v2"
)

// fromFile checks a value as the TOML parser delivers it and returns it in
// the type of the field. Types are strict: no text for a number, no fraction
// for a whole number. The error continues "sip.port = 0: ".
func (k *key) fromFile(v any) (any, error) {
	switch v := v.(type) {
	case bool:
		if k.kind == flag {
			return v, nil
		}
	case int64:
		if k.kind == integer || k.kind == number {
			return k.checkNumber(float64(v))
		}
	case float64:
		if k.kind == number {
			return k.checkNumber(v)
		}
	case string:
		if k.kind == text {
			return k.checkText(v)
		}
		if k.single {
			return k.checkList([]string{v})
		}
	case []any:
		if k.kind == list {
			return k.fromArray(v)
		}
	}
	return nil, fmt.Errorf("must be %s, not %s", k.allowed(), nameOfType(v))
}

func (k *key) fromArray(values []any) (any, error) {
	names := make([]string, len(values))
	for i, v := range values {
		name, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("must be %s, without %s in it", k.allowed(), nameOfType(v))
		}
		names[i] = name
	}
	return k.checkList(names)
}

// fromText checks a value of the environment or of a flag, where everything
// is text: numbers are read from it, and a list is names with commas between, or
// written as in the file.
func (k *key) fromText(s string) (any, error) {
	trimmed := strings.TrimSpace(s)
	switch k.kind {
	case flag:
		if b, err := strconv.ParseBool(trimmed); err == nil {
			return b, nil
		}
	case integer:
		if n, err := strconv.ParseInt(trimmed, 10, 64); err == nil {
			return k.checkNumber(float64(n))
		}
	case number:
		if f, err := strconv.ParseFloat(trimmed, 64); err == nil {
			return k.checkNumber(f)
		}
	case text:
		return k.checkText(s)
	case list:
		if strings.HasPrefix(trimmed, "[") { // which none of the members begins with
			array, ok := arrayFromText(trimmed)
			if !ok {
				return nil, fmt.Errorf("must be %s, with commas between or written as in the file", k.allowed())
			}
			return k.fromArray(array)
		}
		return k.checkList(strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }))
	}
	return nil, fmt.Errorf("must be %s", k.allowed())
}

// arrayFromText reads a list as the file has it, ["PCMU", "G722"]; ok is false when
// the text is no such list.
func arrayFromText(s string) (array []any, ok bool) {
	if strings.Contains(s, "\n") {
		return nil, false // there may be more than a list
	}
	values, err := koanftoml.Parser().Unmarshal([]byte("list = " + s))
	if err != nil {
		return nil, false
	}
	array, ok = values["list"].([]any)
	return array, ok
}

// checkNumber checks the limits. Whole numbers pass through float64 unharmed:
// every limit of the schema is far below 2^53.
func (k *key) checkNumber(f float64) (any, error) {
	ok := f >= k.min && f <= k.max && !(k.minOutside && f == k.min) // false for NaN
	if k.names != nil {
		ok = slices.Contains(k.names, decimal(f))
	}
	if !ok || math.IsInf(f, 0) {
		return nil, fmt.Errorf("must be %s", k.allowed())
	}
	return reflect.ValueOf(f).Convert(k.typ).Interface(), nil
}

func (k *key) checkText(s string) (any, error) {
	if k.names == nil {
		if !k.form.ok(s) {
			return nil, fmt.Errorf("must be %s", k.allowed())
		}
		return s, nil
	}
	name, ok := k.canonical(s)
	if !ok {
		return nil, fmt.Errorf("must be %s", k.allowed())
	}
	return name, nil
}

func (k *key) checkList(names []string) (any, error) {
	checked := make([]string, 0, len(names))
	for _, s := range names {
		name, ok := k.canonical(s)
		if !ok {
			return nil, fmt.Errorf("must be %s", k.allowed())
		}
		if slices.Contains(checked, name) {
			return nil, fmt.Errorf("has %s twice", name)
		}
		checked = append(checked, name)
	}
	optional := k.names == nil && !k.single
	if len(checked) == 0 && !optional {
		return nil, fmt.Errorf("is empty: must be %s", k.allowed())
	}
	return checked, nil
}

// canonical finds a name whatever its case, and returns it as the schema
// writes it. Where there are no names the text must have the form.
func (k *key) canonical(s string) (string, bool) {
	if k.names == nil {
		return s, k.form.ok(s)
	}
	i := slices.IndexFunc(k.names, func(name string) bool { return strings.EqualFold(name, s) })
	if i < 0 {
		return "", false
	}
	return k.names[i], true
}

// literal writes a checked value as TOML.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case float64:
		return decimal(v)
	case []string:
		quoted := make([]string, len(v))
		for i, s := range v {
			quoted[i] = strconv.Quote(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	default:
		return fmt.Sprint(v)
	}
}

// nameOfType names the type of a TOML value in the words of TOML.
func nameOfType(v any) string {
	switch v.(type) {
	case bool:
		return "true or false"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a fraction"
	case string:
		return "text"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	default:
		return "a date or time"
	}
}
