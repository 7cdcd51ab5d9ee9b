package dsp

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

var fused = regexp.MustCompile(`(?m)\(.*/(\S+\.go:\d+)\)\s+(FN?M(?:ADD|SUB)[DS])\s`)

// assembly is what the compiler makes of a package for a machine that can fuse a product into a sum.
func assembly(t *testing.T, folder, name string) []byte {
	t.Helper()
	build := exec.Command("go", "build", "-gcflags=-S", name)
	build.Dir = folder
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if len(out) == 0 {
		t.Fatal("got no assembly")
	}
	return out
}

// The compiler fuses no product into a sum on a machine that could: so the same file gives the same samples on every
// machine, but for the last bit of the functions of package math.
func TestNoFusedProducts(t *testing.T) {
	for _, folder := range []string{".", "../codec"} {
		for _, f := range fused.FindAllSubmatch(assembly(t, folder, "."), -1) {
			t.Errorf("%s: got %s; write float64(x*y) for the product", f[1], f[2])
		}
	}
}

// The pattern finds what it looks for, where a product is fused.
func TestFusedProductIsFound(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":   "module sum\n",
		"sum.go":   "package sum\n\nfunc Sum(x, y, z float64) float64 { return x*y + z }\n",
		"apart.go": "package sum\n\nfunc Apart(x, y, z float64) float64 { return float64(x*y) + z }\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found := fused.FindAllSubmatch(assembly(t, folder, "."), -1)
	if len(found) != 1 || string(found[0][1]) != "sum.go:3" || string(found[0][2]) != "FMADDD" {
		t.Errorf("got %q, want FMADDD in sum.go:3", found)
	}
}
