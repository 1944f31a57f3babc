# The commands people type. `make` alone lists them.
.PHONY: help run demo test check score bench peers fuzz replay screenshots clean-e2e tools
.DEFAULT_GOAL := help

CARGO ?= cargo
LOCKED := --locked

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: ## start on the archive in ./readout-data
	$(CARGO) run --release $(LOCKED) -- serve

demo: ## a dozen invented outlets, followed for real, no network needed
	$(CARGO) run --release $(LOCKED) -- demo

test: ## everything: unit, archive, journeys with the real binary, browser; ends with the totals
	@tools/test.sh

check: ## what a commit must pass: format, clippy with warnings as errors, tests, docs
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets $(LOCKED) -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps $(LOCKED) --quiet
	@tools/test.sh

score: ## score every filter on the labelled data in ../shared/data, against the pinned floors
	@tools/score.sh

bench: ## how fast: whole way, pages, filters; prints a table
	@tools/bench.sh

peers: ## extraction beside other extractors on the labelled pages, time and memory; then time against size
	@tools/peers.sh
	@tools/linear.sh

fuzz: ## random pages through extraction, by hand only: RUNS=100000, needs cargo-fuzz
	@tools/fuzz.sh $(RUNS)

replay: ## the real pages of ../shared/data/extraction as 91 outlets on loopback, through the real binary
	@tools/replay.sh

screenshots: ## every page, wide and narrow, light and dark, into e2e/out; and the picture in the README
	@tools/e2e.sh screenshots
