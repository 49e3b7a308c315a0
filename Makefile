# Ficus. `make test` is all that a newcomer needs; the rest is for those who work on it.

GO       ?= go
BIN      ?= bin
LINT      = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
LINT_VERSION = v2.15.0

.PHONY: test check fuzz generate conformance attack bench build lint browser console

build: ## the gateway, as bin/ficus
	$(GO) build -o $(BIN)/ficus .

test: ## everything that needs no network and nothing beside the checkout
	@command -v $(GO) >/dev/null || { echo "Go is missing: install Go 1.26 or newer"; exit 1; }
	$(GO) vet ./...
	@if internal/browser/setup.sh; then FICUS_BROWSER=1 $(GO) test ./...; \
	else echo "the tests in a browser are left out"; $(GO) test ./...; fi

console: ## the dev page, into console/dist; compile the gateway after it
	console/ui/build.sh

browser: ## the tests in a browser, alone
	internal/browser/setup.sh
	FICUS_BROWSER=1 $(GO) test -count=1 -v ./internal/browser

check: ## what must be clean before a commit: generated code, modules, format, lint, tests with the race detector
	$(MAKE) generate
	git diff --exit-code -- graph resolvers examples
	$(GO) mod tidy -diff
	$(MAKE) lint
	$(GO) test -race -short ./... # short: what measures times means nothing under the race detector

FUZZTIME ?= 3s

fuzz: ## each fuzz target for some seconds; longer by hand: make fuzz FUZZTIME=10m
	internal/fuzz.sh $(FUZZTIME)

lint:
	$(LINT) run ./...

generate: ## graph/ and the examples' graphs, from their schemas
	$(GO) generate ./...

conformance: ## public suites that lie beside the checkout in ../shared
	@test -d ../shared/data || { echo "../shared is not there: nothing to conform to"; exit 1; }
	internal/conformance/schemas/get.sh
	$(GO) test -count=1 -v ./auth ./engine/... ./mocks
	internal/conformance/judge.sh 388 277
	internal/conformance/http-audit.sh

attack: ## attacks at the binary: others are answered, memory and panics stay within bars
	$(GO) run ./bench/attack

bench: ## what a request costs, beside what its network work costs anybody; then figures of the parts
	$(GO) run ./bench
	$(GO) test -run '^$$' -bench . -benchmem ./engine/... ./subgraph ./transport
