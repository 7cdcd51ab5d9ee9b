package dsp

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

var fused = regexp.MustCompile(`(?m)\(.*/(\S+\.go:\d+)\)\s+(FN?M(?:ADD|SUB)D)\s`)

// The compiler fuses no product into a sum on a machine that could: so the same file gives the same samples on every
// machine, but for the last bit of the functions of package math.
func TestNoFusedProducts(t *testing.T) {
	build := exec.Command("go", "build", "-gcflags=-S", ".")
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	assembly, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, assembly)
	}
	if len(assembly) == 0 {
		t.Fatal("got no assembly")
	}
	for _, f := range fused.FindAllSubmatch(assembly, -1) {
		t.Errorf("%s: got %s; write float64(x*y) for the product", f[1], f[2])
	}
}
