# Everything a contributor needs. `make test` is what CI runs and installs what it lacks.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Start the server on a data directory in ./data
	cargo run -- serve --dev

check: ## What must be clean before every commit
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny check; else echo 'cargo-deny is not installed: skipped'; fi

test: tools check ## Everything: lints, unit and integration tests, the SDK, the admin UI
	cargo test
	@if [ -f tests/sdk/package.json ]; then cd tests/sdk && npm test; fi
	@if [ -f admin-ui/package.json ]; then cd admin-ui && npm run --if-present check && npm run --if-present test; fi

tools: ## Install what the tests need and is missing
	@if [ -f tests/sdk/package.json ] && [ ! -d tests/sdk/node_modules ]; then cd tests/sdk && npm ci; fi
	@if [ -f admin-ui/package.json ] && [ ! -d admin-ui/node_modules ]; then cd admin-ui && npm ci; fi
	@if [ -f admin-ui/package.json ] && ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && apt-get install -y -qq chromium; fi

bench: ## Micro-benchmarks (the side-by-side load benchmark has its own README in bench/)
	cargo bench

fuzz: ## Five minutes on each fuzz target
	for target in $$(cargo +nightly fuzz list); do cargo +nightly fuzz run $$target -- -max_total_time=300; done

.PHONY: help run check test tools bench fuzz
