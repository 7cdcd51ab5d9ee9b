# Two commands are enough on a fresh machine with Go, make and root or sudo:
#   make run     builds Pickup and answers calls on port 5060
#   make test    installs the programs that the tests call, then tests

SHELL := /bin/sh
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GO_BUILD := CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(VERSION)"

# The linter is pinned: another version finds other things.
LINT_VERSION := v2.15.0
LINT := bin/golangci-lint-$(LINT_VERSION)

# How long `make fuzz` spends on each target.
FUZZTIME ?= 30s

.PHONY: help run build test lint fuzz e2e flood rate bench docs tools tools-full clean

help: ## Lists these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Builds bin/pickup and answers calls on port 5060 in the foreground
	bin/pickup serve

build: ## Builds bin/pickup, static, with its version in it
	$(GO_BUILD) -o bin/pickup ./cmd/pickup

test: tools ## Tests everything with the race detector, then one short call by each real program
	@fmt=$$(gofmt -l .); test -z "$$fmt" || { echo "gofmt: these files want formatting:" $$fmt; exit 1; }
	go vet ./...
	go vet -tags e2e ./e2e/
	CGO_ENABLED=1 go test -race -timeout 5m ./...
	go test -timeout 2m -run '^TestBuiltinSound' ./codec
	go test -tags e2e -count=1 -timeout 5m -run '^TestShort' ./e2e/

lint: $(LINT) ## Checks style, doc comments and the import rules (installs the pinned linter once)
	CGO_ENABLED=0 $(LINT) run ./...

# A finding is a file that go test writes to testdata/fuzz. Up to Go 1.26 the end of
# the time can fail a target with "context deadline exceeded" and no finding
# (https://go.dev/issue/75804); that alone is no failure.
fuzz: ## Runs every fuzz target in turn, FUZZTIME=30s for each
	@mkdir -p bin && touch bin/fuzz-began
	@grep -rl --include='*_test.go' '^func Fuzz' . | sort | while read -r file; do \
		folder=$$(dirname "$$file"); \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' "$$file"); do \
			echo "$$folder $$target"; \
			go test -run "^$$target\$$" "$$folder" || exit 1; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$folder" && continue; \
			found=$$(find "$$folder/testdata/fuzz" -type f -newer bin/fuzz-began 2>/dev/null); \
			test -z "$$found" || { echo "found: $$found"; exit 1; }; \
		done || exit 1; \
	done

e2e: tools-full ## Runs all calls by real programs: 30 s calls, 300 at once, shutdown under load
	go test -tags e2e -count=1 -timeout 20m -v -run '^Test(Short|Full)' ./e2e/

flood: tools ## Floods a running server for a minute while calls are up (docs/robustness.md)
	go test -tags e2e -count=1 -timeout 5m -v -run '^TestFlood' ./e2e/

RATE ?= 3000
rate: tools ## Places RATE=3000 short calls a second for ten seconds, and says what one costs
	RATE=$(RATE) go test -tags e2e -count=1 -timeout 5m -v -run '^TestRate$$' ./e2e/

bench: ## Runs the benchmarks, among them the pacer against its floor in C
	go test -run '^$$' -bench . -benchmem ./...

docs: build ## Writes the generated parts of docs/
	docs/generate.sh bin/pickup

tools: ## Installs what the tests need and this machine lacks (compiler, SIPp, baresip, Kamailio, tshark, sox, ffmpeg, lame, espeak-ng)
	@e2e/tools.sh

tools-full: ## Installs that and what make e2e needs besides (linphonec)
	@e2e/tools.sh full

clean: ## Removes what was built
	rm -rf bin

$(LINT):
	@echo "building golangci-lint $(LINT_VERSION), once; this takes about two minutes"
	@mkdir -p bin
	@CGO_ENABLED=0 GOBIN="$(CURDIR)/bin/install" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) >bin/install.log 2>&1 \
		|| { cat bin/install.log; exit 1; }
	@mv bin/install/golangci-lint $(LINT) && rm -r bin/install bin/install.log
