# Everything a contributor needs. `make test` is what CI runs and installs what it lacks.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
BIN := $(abspath $(or $(CARGO_TARGET_DIR),target))/debug/cratebase

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Start the server on a data directory in ./data
	cargo run -- serve --dev

check: ## What must be clean before every commit
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny check; else echo 'cargo-deny is not installed: skipped'; fi

test: tools check ## Everything: lints, tests, the official SDK, parity with PocketBase, the admin UI
	cargo test
	cargo build
	cd tests/sdk && CRATEBASE_BIN=$(BIN) npm test
	CRATEBASE_BIN=$(BIN) python3 tests/parity --against
	cd admin-ui && npm run check && CRATEBASE_BIN=$(BIN) npm test

tools: ## Install what the tests need and is missing
	@cd tests/sdk && { [ -d node_modules ] || npm ci; }
	@cd admin-ui && { [ -d node_modules ] || npm ci; }
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && apt-get install -y -qq chromium; fi

bench: ## Micro-benchmarks (the side-by-side load benchmark has its own README in bench/)
	cargo bench

fuzz: ## Five minutes on each fuzz target
	for target in $$(cargo +nightly fuzz list); do cargo +nightly fuzz run $$target -- -max_total_time=300; done

.PHONY: help run check test tools bench fuzz
