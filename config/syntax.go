package config

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	koanftoml "github.com/knadh/koanf/parsers/toml/v2"
	"github.com/pelletier/go-toml/v2"
)

// maxSyntaxFaults bounds the attempts to read on behind a syntax error.
const maxSyntaxFaults = 20

// parse decodes a TOML document. The TOML library stops at the first thing
// that it cannot read; parse reports it, blanks it out and tries again, so
// that all faults of a file are found at once. It returns nil when the
// document could not be read to its end.
func (l *loader) parse(name string, data []byte) (map[string]any, map[string]entry) {
	for range maxSyntaxFaults {
		values, err := koanftoml.Parser().Unmarshal(data)
		doc := scan(data)
		if err == nil {
			return values, doc.index()
		}
		o := origin{layer: layerFile, name: name}
		var syntax *toml.DecodeError
		if !errors.As(err, &syntax) {
			l.unread = sections
			l.faults.add(o, "", "", "not TOML: "+err.Error())
			return nil, nil
		}
		o.line, o.column = syntax.Position()
		problem := strings.TrimPrefix(strings.TrimPrefix(syntax.Error(), "toml: "), "toml: ")
		if e, ok := doc.at(o.line); ok {
			l.refused(o, doc, e, problem)
			data = doc.withoutEntry(e)
		} else {
			l.unreadable(o, doc, problem)
			data = doc.withoutUnparsed(o.line)
		}
	}
	o := origin{layer: layerFile, name: name}
	l.unread = sections
	l.faults.add(o, "", "", fmt.Sprintf("has %d or more syntax errors; the rest was not checked", maxSyntaxFaults))
	return nil, nil
}

// refused reports an entry that is well formed but does not fit: a second one
// of the same name, a number beyond 64 bits.
func (l *loader) refused(o origin, doc *document, e entry, problem string) {
	o.column = 0
	name := dotted(e.path)
	first := slices.IndexFunc(doc.entries, func(other entry) bool { return dotted(other.path) == name })
	switch k := lookup(name); {
	case doc.entries[first].line < e.line:
		problem = fmt.Sprintf("is here a second time, the first is in line %d", doc.entries[first].line)
	case k != nil && !strings.Contains(problem, "already"):
		problem = fmt.Sprintf("must be %s: %s", k.allowed(), problem)
	}
	if e.header {
		l.unread = append(l.unread, name)
	}
	l.faults.add(o, name, concealed(name, e.value), problem)
}

// assignment is a line that looks like key = value; header one that looks
// like [table].
var (
	assignment = regexp.MustCompile(`^\s*([A-Za-z0-9_.-]+)\s*=(.*)`)
	header     = regexp.MustCompile(`^\s*\[+\s*([A-Za-z][A-Za-z0-9_.-]*)`)
)

// unreadable reports a syntax error, with the key if the unfinished line
// shows one.
func (l *loader) unreadable(o origin, doc *document, problem string) {
	first := doc.unfinished(o.line)
	problem = "not TOML: " + problem
	if first < o.line {
		problem += fmt.Sprintf(", in what line %d begins", first)
	}
	written := string(doc.text(first))
	if m := assignment.FindStringSubmatch(written); m != nil {
		name := dotted(append(slices.Clone(doc.table), strings.Split(m[1], ".")...))
		l.faults.add(o, name, concealed(name, m[2]), problem)
		return
	}
	section := dotted(doc.table)
	if m := header.FindStringSubmatch(written); m != nil {
		section = m[1]
	}
	l.unread = append(l.unread, section)
	l.faults.add(o, "", "", fmt.Sprintf("%s: %s", problem, shown(concealed(section, written))))
}

// text is a line of the document without its line end.
func (d *document) text(line int) []byte {
	start, end := d.starts[line-1], len(d.data)
	if line < len(d.starts) {
		end = d.starts[line]
	}
	return bytes.TrimRight(d.data[start:end], "\r\n")
}

// withoutEntry is the document with an entry blanked out. The header of a
// table takes the keys below it along: they would count as keys of the table
// above.
func (d *document) withoutEntry(e entry) []byte {
	if e.header {
		return d.blank(e.line, d.beforeHeader(e.end))
	}
	return d.blank(e.line, e.end)
}

// unfinished is the line that the entry begins in of which the given line
// could not be parsed: the first one behind what could be.
func (d *document) unfinished(line int) int {
	first := min(d.parsed+1, line)
	for first < line && isVoid(d.text(first)) {
		first++
	}
	return first
}

// withoutUnparsed is the document with the entry blanked out that could not
// be parsed at the given line. Of one over several lines that is everything
// up to a line that looks like an entry of its own.
func (d *document) withoutUnparsed(line int) []byte {
	first := d.unfinished(line)
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(d.text(first)), []byte("[")):
		return d.blank(first, d.beforeHeader(line))
	case first == line:
		return d.blank(line, line)
	}
	last := line - 1
	for last < len(d.starts) && !isEntry(d.text(last+1)) {
		last++
	}
	return d.blank(first, last)
}

func isEntry(line []byte) bool { return assignment.Match(line) || header.Match(line) }

// isVoid reports whether a line is empty or a comment.
func isVoid(line []byte) bool {
	t := bytes.TrimSpace(line)
	return len(t) == 0 || t[0] == '#'
}

// beforeHeader is the last line of the table that the given line belongs to.
func (d *document) beforeHeader(line int) int {
	for line < len(d.starts) && !header.Match(d.text(line+1)) {
		line++
	}
	return line
}

// blank is the document with lines first to last made of blanks, so that all
// others keep their numbers.
func (d *document) blank(first, last int) []byte {
	out := bytes.Clone(d.data)
	end := len(out)
	if last < len(d.starts) {
		end = d.starts[last]
	}
	for i := d.starts[first-1]; i < end; i++ {
		if out[i] != '\n' {
			out[i] = ' '
		}
	}
	return out
}
