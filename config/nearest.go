package config

import (
	"fmt"
	"strings"
)

// noSuchKey says that a key is unknown and which known one may be meant.
func noSuchKey(name string) string {
	if best := nearestKey(name); best != "" {
		return "no such key; the nearest is " + best
	}
	return "no such key; `pickup config --reference` lists all"
}

// nearestKey is the known key that name most likely means: one within a few
// edits, or else one with the same last part in another section. It is empty
// when there is none.
func nearestKey(name string) string {
	family, section := "", ""
	if last := strings.LastIndexByte(name, '.'); last > 0 {
		family, section = familyOf(name[:last])
	}
	names := make([]string, len(keys))
	for i := range keys {
		names[i] = keys[i].name
		if keys[i].family == family && family != "" {
			names[i] = keys[i].instance(section).name
		}
	}
	if best := nearest(name, names); best != "" {
		return best
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	for _, known := range names {
		if known[strings.LastIndexByte(known, '.')+1:] == last {
			return known
		}
	}
	return ""
}

// nearest is the candidate with the fewest edits to name, at most a third of
// its length; empty when there is none, or when name is too long to be one.
func nearest(name string, candidates []string) string {
	if len(name) > 64 {
		return ""
	}
	best, fewest := "", max(2, len(name)/3)+1
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(name), c); d < fewest {
			best, fewest = c, d
		}
	}
	return best
}

// editDistance counts the bytes to insert, delete or replace to make a into
// b (Levenshtein distance).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// noSuchSection is noSuchKey for a table.
func noSuchSection(name string) string {
	for _, f := range families {
		if strings.HasPrefix(name, stem(f)+".") {
			return fmt.Sprintf("no such section; NAME in [%s] is up to %d letters, digits, hyphens and single underscores", f, maxSectionName)
		}
	}
	if best := nearest(name, sections); best != "" {
		return "no such section; the nearest is [" + best + "]"
	}
	return "no such section; there are [" + strings.Join(sections, "], [") + "]"
}

// noSuchVariable is noSuchKey for an environment variable.
func noSuchVariable(variable string) string {
	name := strings.ReplaceAll(strings.TrimPrefix(variable, variablePrefix), "__", ".")
	if best := nearestKey(strings.ToLower(name)); best != "" {
		return "no such variable; the nearest is " + lookup(best).variable()
	}
	return "no such variable; every key of `pickup config --reference` has one: " + keys[0].variable() + " for " + keys[0].name
}
