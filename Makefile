# Everything a contributor needs. `make test` is what CI runs and installs what it lacks.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
BINARY := $(abspath $(or $(CARGO_TARGET_DIR),target))/debug/cratebase

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Start the server on a data directory in ./data
	cargo run --release -- serve

check: ## What must be clean before every commit
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny check; else echo 'cargo-deny is not installed: skipped'; fi

test: tools check ## Everything: lints, unit and integration tests, the SDK, the recorded answers, the admin UI
	cargo test
	cargo build
	cd tests/sdk && CRATEBASE_BIN=$(BINARY) npm test
	$(MAKE) parity
	cd admin-ui && npm run check && CRATEBASE_BIN=$(BINARY) npm test

parity: ## The same questions to this server as once to PocketBase; differences are explained or an error
	@if command -v python3 >/dev/null; then CRATEBASE_BIN=$(BINARY) python3 tests/parity --against; \
		else echo 'python3 is not installed: skipped'; fi

tools: ## Install what the tests need and is missing
	@if [ ! -d tests/sdk/node_modules ]; then cd tests/sdk && npm ci; fi
	@if [ ! -d admin-ui/node_modules ]; then cd admin-ui && npm ci; fi
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq chromium; fi

bench: ## Micro-benchmarks (the side-by-side load benchmark has its own README in bench/)
	cargo bench

fuzz: ## Five minutes on each fuzz target
	for target in $$(cargo +nightly fuzz list); do cargo +nightly fuzz run $$target -- -max_total_time=300; done

.PHONY: help run check test parity tools bench fuzz
