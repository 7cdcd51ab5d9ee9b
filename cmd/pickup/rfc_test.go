package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// tests are the names of the test functions of one package, and the texts in its test
// files, which name the cases.
type tests struct{ functions, texts map[string]bool }

// allTests reads the test files of the whole module, whatever their build tags.
func allTests(t *testing.T) map[string]tests {
	t.Helper()
	packages := make(map[string]tests)
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(file.Name.Name, "_test")
		if _, known := packages[name]; !known {
			packages[name] = tests{make(map[string]bool), make(map[string]bool)}
		}
		packages[name].read(file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func (p tests) read(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			p.functions[n.Name.Name] = true
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil {
				p.texts[text] = true
			}
		}
		return true
	})
}

// has reports whether there is such a test: Test, or Test/case.
func (p tests) has(name string) bool {
	function, part, found := strings.Cut(name, "/")
	return p.functions[function] && (!found || p.texts[part])
}

var (
	rowForm  = regexp.MustCompile(`^\| (\d+) \| (.+) \| (.+) \| (.+) \|$`)
	nameForm = regexp.MustCompile("`([a-z0-9]+)\\.((?:Test|Fuzz|Benchmark)[^`]*)`")
)

// TestEveryRowIsProved keeps docs/rfc.md complete and true: its rows are numbered
// without a gap, and each names tests that exist.
func TestEveryRowIsProved(t *testing.T) {
	const rows = 63
	page, err := os.ReadFile("../../docs/rfc.md")
	if err != nil {
		t.Fatal(err)
	}
	packages, number := allTests(t), 0
	for line := range strings.SplitSeq(string(page), "\n") {
		for _, m := range nameForm.FindAllStringSubmatch(line, -1) {
			if !packages[m[1]].has(m[2]) {
				t.Errorf("there is no test %s.%s, which this line names:\n%s", m[1], m[2], line)
			}
		}
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| #") {
			continue
		}
		number++
		row := rowForm.FindStringSubmatch(line)
		if row == nil || row[1] != strconv.Itoa(number) || !nameForm.MatchString(row[4]) {
			t.Errorf("row %d: got %q, want its number, a behaviour, the RFC and tests", number, line)
		}
	}
	if number != rows {
		t.Errorf("rows: got %d, want %d", number, rows)
	}
}
