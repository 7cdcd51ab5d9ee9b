package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Fault is one thing that is wrong with the configuration.
type Fault struct {
	Place   string // "pickup.toml:12", "pickup.toml:7:3", "environment PICKUP_SIP__PORT" or "--set"
	Key     string // "sip.port"; empty when the fault is not that of a key
	Value   string // as it was written; empty when there is none
	Problem string // what is wrong and what is allowed

	layer layer
	line  int
}

// Error is the fault in one line: place, key, value, problem.
func (f Fault) Error() string {
	s := f.Place
	if f.Key != "" {
		s += ": " + f.Key
		if f.Value != "" {
			s += " = " + f.Value
		}
	}
	return s + ": " + f.Problem
}

// Faults is the error of Load: all that is wrong, those of the file first and
// in the order of its lines, then those of the environment, then those of
// --set. It is never empty.
type Faults struct {
	List []Fault
}

// maxFaultLines bounds the text of Faults: who passes the wrong file need not
// read each of its lines.
const maxFaultLines = 100

// Error has one line for each fault.
func (f *Faults) Error() string {
	lines := make([]string, 0, len(f.List))
	for i, fault := range f.List {
		if i == maxFaultLines {
			lines = append(lines, fmt.Sprintf("and %d more", len(f.List)-i))
			break
		}
		lines = append(lines, fault.Error())
	}
	return strings.Join(lines, "\n")
}

func (f *Faults) add(o origin, key, value, problem string) {
	f.List = append(f.List, Fault{
		Place: o.String(), Key: shown(key), Value: shown(value), Problem: problem,
		layer: o.layer, line: o.line,
	})
}

// concern reports whether a fault of the key has been found.
func (f *Faults) concern(key string) bool {
	return slices.ContainsFunc(f.List, func(fault Fault) bool { return fault.Key == key })
}

func (f *Faults) sort() {
	slices.SortStableFunc(f.List, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.line, b.line), cmp.Compare(a.Key, b.Key))
	})
}

// maxShown bounds what is repeated of the input, in runes.
const maxShown = 80

// shown makes a piece of the input fit for one line of text: blanks are
// joined, other control characters escaped, and what is too long is cut.
func shown(s string) string {
	runes := []rune(strings.Join(strings.Fields(s[:min(len(s), 8*maxShown)]), " "))
	if len(runes) > maxShown {
		runes = append(runes[:maxShown], []rune("...")...)
	}
	var b strings.Builder
	for _, r := range runes {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "\\u%04x", r)
		}
	}
	return b.String()
}
