package config

import (
	"slices"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// entry is a key or a table of a TOML document with the place where it
// stands.
type entry struct {
	path   []string
	value  string // as written; empty for a [table]
	line   int    // of the key
	end    int    // last line of the value
	header bool   // [table] or [[table]]
	inline bool   // inside an inline table
}

// maxDepth is how many parts of a path are told apart. The keys of the schema
// have four at most, so a path of five is unknown, whatever follows.
const maxDepth = 5

// dotted is the path as one name. A part that is no plain word is quoted, so
// that "a.b" is never taken for a key b in a table a.
func dotted(path []string) string {
	parts := make([]string, len(path))
	for i, part := range path {
		parts[i] = part
		if part == "" || strings.ContainsFunc(part, func(r rune) bool { return !isKeyRune(r) }) {
			parts[i] = `"` + part + `"`
		}
	}
	return strings.Join(parts, ".")
}

func isKeyRune(r rune) bool {
	return r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// document is the second pass over a TOML document: the library that decodes
// the values does not tell where they stand.
type document struct {
	data    []byte
	starts  []int // offset of each line
	entries []entry
	parsed  int      // last line of what could be parsed
	table   []string // that the end of it belongs to
}

// scan lists the entries of a document up to its first syntax error.
func scan(data []byte) *document {
	d := &document{data: data, starts: []int{0}}
	for i, c := range data {
		if c == '\n' {
			d.starts = append(d.starts, i+1)
		}
	}
	var parser unstable.Parser
	parser.Reset(data)
	for parser.NextExpression() {
		node := parser.Expression()
		switch node.Kind {
		case unstable.Table, unstable.ArrayTable:
			path, last := keyPath(node)
			line := d.line(last)
			d.table = path
			d.entries = append(d.entries, entry{path: path, line: line, end: line, header: true})
			d.parsed = line
		case unstable.KeyValue:
			d.parsed = d.addKeyValue(d.table, node, false)
		}
	}
	return d
}

// addKeyValue adds a key, and those in its inline table, and returns the last
// line of its value.
func (d *document) addKeyValue(table []string, node *unstable.Node, inline bool) int {
	path, last := keyPath(node)
	full := slices.Concat(table, path)
	full = full[:min(len(full), maxDepth)]
	end := int(node.Raw.Offset + node.Raw.Length)
	_, value, _ := strings.Cut(string(d.data[last:end]), "=")
	e := entry{path: full, value: value, line: d.line(last), end: d.line(end), inline: inline}
	d.entries = append(d.entries, e)
	if v := node.Value(); v.Kind == unstable.InlineTable && len(full) < maxDepth {
		for it := v.Children(); it.Next(); {
			d.addKeyValue(full, it.Node(), true)
		}
	}
	return e.end
}

// keyPath is the key of a node, at most maxDepth parts of it, and the offset
// at which it ends.
func keyPath(node *unstable.Node) (path []string, end int) {
	for it := node.Key(); it.Next(); {
		part := it.Node()
		if len(path) < maxDepth {
			path = append(path, string(part.Data))
		}
		end = int(part.Raw.Offset + part.Raw.Length)
	}
	return path, end
}

// line is the line, from 1, of an offset.
func (d *document) line(offset int) int {
	return sort.SearchInts(d.starts, offset+1)
}

// at is the entry that covers a line: the last one that begins on it or
// before it.
func (d *document) at(line int) (entry, bool) {
	for _, e := range slices.Backward(d.entries) {
		if !e.inline && e.line <= line {
			return e, line <= e.end
		}
	}
	return entry{}, false
}

// index finds entries by dotted path; a table that is only named as a part
// of another has the line of that one.
func (d *document) index() map[string]entry {
	m := make(map[string]entry, len(d.entries))
	for _, e := range d.entries {
		for n := 1; n < len(e.path); n++ {
			if p := dotted(e.path[:n]); m[p].line == 0 {
				m[p] = entry{path: e.path[:n], line: e.line, end: e.line}
			}
		}
		if p := dotted(e.path); m[p].line == 0 {
			m[p] = e
		}
	}
	return m
}
