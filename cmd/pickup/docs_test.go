package main

import (
	"os"
	"strings"
	"testing"
)

func TestConfigurationPageIsGenerated(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := run("config", "--reference")
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != want {
		t.Error("docs/configuration.md is not what pickup config --reference prints: run make docs")
	}
}

// TestReadmeNamesEveryCommand keeps the table of the README complete.
func TestReadmeNamesEveryCommand(t *testing.T) {
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range newRoot().Commands() {
		if !strings.Contains(string(page), "`pickup "+c.Name()+"`") {
			t.Errorf("README.md does not have `pickup %s`", c.Name())
		}
	}
}
