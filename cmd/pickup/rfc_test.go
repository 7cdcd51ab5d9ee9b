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

// tests are the test functions of one package, each with the texts in it: names of cases
// are among them.
type tests map[string]map[string]bool

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
			packages[name] = make(tests)
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
		if function, ok := n.(*ast.FuncDecl); ok {
			p[function.Name.Name] = textsOf(function)
		}
		return true
	})
}

// textsOf are the string literals of a function.
func textsOf(function *ast.FuncDecl) map[string]bool {
	texts := make(map[string]bool)
	ast.Inspect(function, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				texts[text] = true
			}
		}
		return true
	})
	return texts
}

// has reports whether there is such a test: Test, or Test/case, whose name is in it.
func (p tests) has(name string) bool {
	function, part, found := strings.Cut(name, "/")
	texts, exists := p[function]
	return exists && (!found || texts[part])
}

var (
	rowForm  = regexp.MustCompile(`^\| (\d+) \| (.+) \| (.+) \| (.+) \|$`)
	nameForm = regexp.MustCompile("`([a-z0-9]+)\\.((?:Test|Fuzz|Benchmark)[^`]*)`")
)

// TestEveryRowIsProved keeps docs/rfc.md complete and true: its rows are numbered
// without a gap, and each names tests that exist.
func TestEveryRowIsProved(t *testing.T) {
	const rows = 66
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
